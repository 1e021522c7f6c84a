/** The emulator of this run, by the real client. */
import { randomUUID } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { BigQuery, type Dataset, type JobLoadMetadata, type Table } from '@google-cloud/bigquery'
import type { ExecutionContext } from 'ava'
import { PassThroughClient } from 'google-auth-library'

/** Where it is; without an endpoint it is Google's own. @throws Error outside `npm run test:emulator` and `npm run test:bigquery` */
export function emulated(): { endpoint: string | undefined; project: string } {
  const { BIGQUERY_TEST_PROJECT: own } = process.env
  if (own !== undefined) return { endpoint: undefined, project: own }
  const { BIGQUERY_EMULATOR_URL: endpoint, BIGQUERY_EMULATOR_PROJECT: project } = process.env
  if (endpoint === undefined || project === undefined) {
    throw new Error('find the emulator: there is none; run npm run test:emulator')
  }
  return { endpoint, project }
}

/** @throws Error outside `npm run test:emulator` */
export function emulatorClient(location = 'US'): BigQuery {
  const { endpoint: apiEndpoint, project: projectId } = emulated()
  // Without credentials of some kind the client looks for a metadata server, and its uploads fail.
  const there = apiEndpoint === undefined ? {} : { apiEndpoint, authClient: new PassThroughClient() }
  return new BigQuery({ ...there, projectId, location })
}

/** An empty dataset that nothing else uses, dropped when the test has ended. */
export async function emptyDataset(t: ExecutionContext, client = emulatorClient()): Promise<Dataset> {
  const [dataset] = await client.createDataset(`test_${randomUUID().replaceAll('-', '')}`)
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
