import type { BigqueryConfig } from '../../config/bigquery.ts'

/** What the destination is told. */
export interface BigqueryOptions extends BigqueryConfig {
  /** Left out but in tests. */
  readonly waits?: Waits
}

/** Milliseconds. */
export interface Waits {
  /** For the answer to a call, and to an upload. */
  readonly call: number
  readonly upload: number
  /** Between looks at a job: first, and at most. */
  readonly firstLook: number
  readonly longestLook: number
  /** For a job to be done; what it does later is found by the next try. */
  readonly job: number
}

export const NAME = 'bigquery'
