/** What reads from a BigQuery that a test stands in for. */
import type { ReaderOptions } from '../../../src/destinations/bigquery/reader.ts'

export const readingFrom = (endpoint: string, maxBytesBilled?: number): ReaderOptions => ({
  project: 'a-project',
  dataset: 'refiner',
  location: undefined,
  labels: {},
  maxBytesBilled,
  endpoint,
})
