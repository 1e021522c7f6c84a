/** What the destination is told, from the settings. */
export interface BigqueryOptions {
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
}

export const NAME = 'bigquery'
