/** What a person may set about how events become rows. */
import { contextKeys, type IsContext } from './context.ts'

export interface FlattenOptions {
  /** Which keys of a response's data are no questions. */
  readonly isContext: IsContext
  /** How many values of one event become rows, at most. */
  readonly maxValues: number
}

/** Without any setting. */
export const UNSET: FlattenOptions = { isContext: contextKeys([]), maxValues: 10_000 }
