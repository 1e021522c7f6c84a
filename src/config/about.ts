/** What is told of a setting, in errors, `--help` and docs/configuration.md. */
import { z } from 'zod'

export interface About {
  readonly description: string
  /** As it would be written; undefined: unset. */
  readonly default: string | undefined
  readonly allowed: string
  readonly example: string
  /** Its value is never printed. */
  readonly secret?: true
}

export const about = z.registry<About>()
