/** An emulator of this test file's own, by the real client, so that files run side by side. */
import { randomUUID } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { BigQuery, type Dataset, type JobLoadMetadata, type Table } from '@google-cloud/bigquery'
import type { ExecutionContext } from 'ava'
import { PassThroughClient } from 'google-auth-library'
import { startEmulator } from './emulator.ts'

/** A project at Google's own BigQuery to test in instead: `npm run test:bigquery`. */
const { BIGQUERY_TEST_PROJECT: project } = process.env
const emulator = project === undefined ? await startEmulator(console.log) : undefined

/** Of properties: a batch takes a second here, and much longer at Google. */
export const RUNS = emulator ? 2 : 1

/** Where it is; without an endpoint it is Google's own. */
export function emulated(): { endpoint: string | undefined; project: string } {
  return { endpoint: emulator?.url, project: emulator?.project ?? project ?? '' }
}

export function emulatorClient(location = 'US'): BigQuery {
  const { endpoint: apiEndpoint, project: projectId } = emulated()
  // Without credentials of some kind the client looks for a metadata server, and its uploads fail.
  const there = apiEndpoint === undefined ? {} : { apiEndpoint, authClient: new PassThroughClient() }
  return new BigQuery({ ...there, projectId, location })
}

export const newName = (): string => `test_${randomUUID().replaceAll('-', '')}`

/** An empty dataset that nothing else uses, dropped when the test has ended. */
export async function emptyDataset(t: ExecutionContext, client = emulatorClient()): Promise<Dataset> {
  const [dataset] = await client.createDataset(newName())
  t.teardown(() => dataset.delete({ force: true }))
  return dataset
}

/** Loads NDJSON, gzipped, in place of what the table holds. @throws what the client does, also when the job fails */
export async function upload(table: Table, lines: readonly string[], metadata: JobLoadMetadata = {}): Promise<void> {
  const stream = table.createWriteStream({
    sourceFormat: 'NEWLINE_DELIMITED_JSON',
    writeDisposition: 'WRITE_TRUNCATE',
    ...metadata,
  })
  await pipeline([lines.join('\n')], createGzip(), stream)
}

/** Runs SQL, or a script, and returns its last rows. @throws what the client does, also when the job fails */
export async function ask(dataset: Dataset, query: string): Promise<Record<string, unknown>[]> {
  const [job] = await dataset.createQueryJob({ query })
  const [rows]: [Record<string, unknown>[], ...unknown[]] = await job.getQueryResults()
  return rows
}
