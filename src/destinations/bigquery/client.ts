/**
 * BigQuery's API as the loader needs it, over Google's client, whose traps are met here: every call has a deadline of ours, uploads
 * are streamed with it, and whether a job was made is asked of BigQuery, never read out of an error.
 */

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { BigQuery, type JobMetadata, type TableMetadata } from '@google-cloud/bigquery'
import { PassThroughClient } from 'google-auth-library'
import { TransientError } from '../../errors.ts'
import { callError, statusOf } from './errors.ts'
import type { Field } from './schema.ts'
import type { TablePath } from './sql.ts'

export interface ClientOptions {
  /** undefined: that of the credentials. */
  readonly project: string | undefined
  /** Of the datasets, such as `EU`. undefined: BigQuery's default, `US`. */
  readonly location: string | undefined
  /** Another server than Google's, for tests; it gets no credentials. */
  readonly endpoint: string | undefined
}

export interface QueryOptions {
  readonly labels: Readonly<Record<string, string>>
  readonly maximumBytesBilled: number | undefined
}

export interface Client {
  readonly project: string
  /** undefined: there is no such table. */
  table(path: TablePath): Promise<TableMetadata | undefined>
  createTable(path: TablePath, metadata: TableMetadata): Promise<void>
  /** @param metadata with the `etag` that was read: fails when the table was changed since */
  updateTable(path: TablePath, metadata: TableMetadata): Promise<void>
  dropTable(path: TablePath): Promise<void>
  /** All rows of a small table, by BigQuery's own reading, which costs nothing. */
  rows(path: TablePath): Promise<Record<string, unknown>[]>
  /** undefined: there is no such dataset. */
  dataset(name: string): Promise<DatasetMetadata | undefined>
  createDataset(name: string, metadata: DatasetMetadata): Promise<void>
  /** undefined: there is no such job. */
  job(id: string): Promise<JobMetadata | undefined>
  insertQuery(id: string, sql: string, options: QueryOptions): Promise<void>
  insertLoad(id: string, path: TablePath, load: Load): Promise<void>
}

export interface DatasetMetadata {
  readonly location?: string
  readonly description?: string
  readonly labels?: Readonly<Record<string, string>>
  /** Milliseconds, as text. */
  readonly defaultTableExpirationMs?: string
}

export interface Load {
  readonly fields: readonly Field[]
  readonly pieces: readonly Uint8Array[]
}

/** Milliseconds. The client's own time-outs do not cover every way in which a call can hang. */
const CALL = 60_000
const UPLOAD = 900_000

export async function openClient({ project, location, endpoint }: ClientOptions): Promise<Client> {
  const bigquery = new BigQuery({
    ...(project !== undefined && { projectId: project }),
    ...(location !== undefined && { location }),
    ...(endpoint !== undefined && { apiEndpoint: endpoint, authClient: new PassThroughClient() }),
  })
  const projectId = project ?? (await call('find the project of the credentials', () => bigquery.getProjectId()))
  const datasetOf = (name: string) => bigquery.dataset(name, { projectId })
  const tableOf = ({ dataset, table }: TablePath) =>
    datasetOf(dataset).table(table, location === undefined ? {} : { location })
  const at = location === undefined ? {} : { location }

  return {
    project: projectId,
    table: (path) => found(`look up table ${path.table}`, async () => (await tableOf(path).getMetadata())[0]),
    async createTable(path, metadata) {
      await call(`make table ${path.table}`, () =>
        datasetOf(path.dataset).createTable(path.table, metadata).catch(ignore(409)),
      )
    },
    async updateTable(path, metadata) {
      await call(`change table ${path.table}`, () => tableOf(path).setMetadata(metadata))
    },
    async dropTable(path) {
      await call(`drop table ${path.table}`, () => tableOf(path).delete().catch(ignore(404)))
    },
    rows: (path) =>
      call(`read table ${path.table}`, async () => (await tableOf(path).getRows({ autoPaginate: true }))[0]),
    dataset: (name) => found(`look up dataset ${name}`, async () => (await datasetOf(name).getMetadata())[0]),
    async createDataset(name, metadata) {
      await call(`make dataset ${name}`, () =>
        bigquery.createDataset(name, { ...metadata, projectId }).catch(ignore(409)),
      )
    },
    job: (id) => found('look up a job', async () => (await bigquery.job(id, { projectId, ...at }).getMetadata())[0]),
    async insertQuery(jobId, query, { labels, maximumBytesBilled }) {
      const billed = maximumBytesBilled === undefined ? {} : { maximumBytesBilled: String(maximumBytesBilled) }
      await call('start a query', () => bigquery.createQueryJob({ query, jobId, labels, ...billed, ...at }))
    },
    async insertLoad(jobId, path, { fields, pieces }) {
      const stream = tableOf(path).createWriteStream({
        jobId,
        schema: { fields: [...fields] },
        sourceFormat: 'NEWLINE_DELIMITED_JSON',
        writeDisposition: 'WRITE_TRUNCATE',
        maxBadRecords: 0,
        ignoreUnknownValues: false,
      })
      // It may fail again long after the deadline, when nobody listens any more.
      stream.on('error', () => {})
      await call(
        `upload rows of ${path.table}`,
        () => pipeline(Readable.from(pieces), createGzip({ level: 1 }), stream),
        UPLOAD,
      )
    },
  }
}

async function call<T>(action: string, work: () => Promise<T>, deadline = CALL): Promise<T> {
  const end = new AbortController()
  const late = pause(deadline, undefined, { signal: end.signal, ref: false }).then(() => {
    throw new TransientError(`${action}: no answer from BigQuery for ${deadline / 1000} s; loading goes on by itself`)
  })
  try {
    return await Promise.race([work(), late])
  } catch (error) {
    throw callError(action, error)
  } finally {
    end.abort()
    late.catch(() => {})
  }
}

async function found<T>(action: string, work: () => Promise<T>): Promise<T | undefined> {
  return call(action, () => work().catch(ignore(404)))
}

/** For what is the outcome already: made before, gone before, not there. */
function ignore(status: number): (error: unknown) => undefined {
  return (error) => {
    if (statusOf(error) === status) return undefined
    throw error
  }
}
