import type { Config } from '../config.ts'
import { contextKeys } from '../flatten/context.ts'
import type { FlattenOptions } from '../flatten/options.ts'

/** How events become rows, as the settings say. */
export const flatteningOf = ({ models, maxValuesPerEvent }: Config): FlattenOptions => ({
  isContext: contextKeys(models.contextKeys),
  maxValues: maxValuesPerEvent,
})
