import type { ModelOptions } from '../../../schemas/views/spec.ts'
import type { BigqueryConfig } from '../../config/bigquery.ts'

/** What the destination is told. */
export interface BigqueryOptions extends BigqueryConfig {
  /** What the views are made by; no setting is set if not given. */
  readonly models?: ModelOptions
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

/**
 * Milliseconds between runs of loads. BigQuery takes 1,500 loads into a table a day (https://cloud.google.com/bigquery/quotas#load_jobs), which is one in 57.6 s,
 * and 100,000 loads in a project, of which a batch needs one for each table.
 */
export const LEAST_INTERVAL = 60_000
