/** What the destination is told, from the settings. */
export interface BigqueryOptions {
  /** `append`: load jobs and views only, as the sandbox has it. */
  readonly mode: 'merge' | 'append'
  /** undefined: that of the credentials. */
  readonly project: string | undefined
  readonly dataset: string
  readonly stagingDataset: string
  /** Where missing datasets are made; undefined: BigQuery's default, `US`. */
  readonly location: string | undefined
  /** Another server than Google's, for tests; it gets no credentials. */
  readonly endpoint: string | undefined
  /** Of tables and jobs. */
  readonly labels: Readonly<Record<string, string>>
  /** Of one load; undefined: no bound. */
  readonly maxBytesBilled: number | undefined
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
