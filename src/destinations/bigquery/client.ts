/**
 * BigQuery's API as the loader needs it, over Google's client, whose traps are met here: every call has a deadline of ours, an
 * answer is looked at before it is used, and whether a job was made is asked of BigQuery, never read out of an error.
 */

import type { JobMetadata, TableMetadata } from '@google-cloud/bigquery'
import { type Asking, openAsking } from './ask.ts'
import { bigqueryError } from './errors.ts'
import type { BigqueryOptions, Waits } from './options.ts'
import { type Field, fieldsIn } from './schema.ts'
import type { TablePath } from './sql.ts'

export type ClientOptions = Pick<BigqueryOptions, 'project' | 'location' | 'endpoint' | 'labels' | 'waits'>

export interface QueryOptions {
  readonly labels: Readonly<Record<string, string>>
  readonly maximumBytesBilled: number | undefined
}

export interface Client {
  readonly project: string
  readonly waits: Waits
  /** undefined: there is no such table. */
  table(path: TablePath): Promise<TableMetadata | undefined>
  createTable(path: TablePath, metadata: TableMetadata): Promise<void>
  /** @param metadata with the `etag` that was read: fails when the table was changed since */
  updateTable(path: TablePath, metadata: TableMetadata): Promise<void>
  dropTable(path: TablePath): Promise<void>
  /** All rows of a small table, by BigQuery's own reading, which costs nothing. Cells are text. */
  rows(path: TablePath): Promise<Record<string, unknown>[]>
  /** undefined: there is no such dataset. */
  dataset(name: string): Promise<DatasetMetadata | undefined>
  createDataset(name: string, metadata: DatasetMetadata): Promise<void>
  /** undefined: there is no such job. */
  job(id: string): Promise<JobMetadata | undefined>
  insertQuery(id: string, sql: string, options: QueryOptions): Promise<void>
  /** The rows of a query that takes seconds, and changes nothing. Cells are text. */
  select(what: string, sql: string, options: QueryOptions): Promise<Record<string, unknown>[]>
  insertLoad(id: string, path: TablePath, load: Load): Promise<void>
}

export interface DatasetMetadata {
  readonly location?: string
  readonly description?: string
  readonly labels?: Readonly<Record<string, string>>
  /** Milliseconds, as text. */
  readonly defaultTableExpirationMs?: string
  readonly defaultPartitionExpirationMs?: string
}

export interface Load {
  /** Of a table that is made by it, or emptied before. undefined: the rows are appended to a table that is there. */
  readonly fields?: readonly Field[]
  readonly pieces: readonly Uint8Array[]
}

const WAITS: Waits = { call: 60_000, upload: 900_000, firstLook: 100, longestLook: 5000, job: 600_000 }

export async function openClient(options: ClientOptions): Promise<Client> {
  const { location, labels, waits = WAITS } = options
  const asking = await openAsking(options, waits)
  const { project, ask, find, upload } = asking
  const at = location === undefined ? {} : { location }
  const reference = (jobId: string) => ({ projectId: project, jobId, ...at })
  const table = (path: TablePath) => find<TableMetadata>(`look up table ${path.table}`, { path: pathOf(path) })

  return {
    project,
    waits,
    table,
    async createTable(path, metadata) {
      const json = { ...metadata, tableReference: referenceOf(path) }
      const request = { method: 'POST', path: `/datasets/${path.dataset}/tables`, json }
      await find(`make table ${path.table}`, request, 409)
    },
    async updateTable(path, metadata) {
      const headers = metadata.etag === undefined ? {} : { 'If-Match': metadata.etag }
      await ask(`change table ${path.table}`, { method: 'PATCH', path: pathOf(path), json: metadata, headers })
    },
    async dropTable(path) {
      await find(`drop table ${path.table}`, { method: 'DELETE', path: pathOf(path) })
    },
    rows: (path) => rowsOf(asking, path, table),
    dataset: (name) => find(`look up dataset ${name}`, { path: `/datasets/${name}` }),
    async createDataset(name, metadata) {
      const json = { ...metadata, datasetReference: { projectId: project, datasetId: name } }
      await find(`make dataset ${name}`, { method: 'POST', path: '/datasets', json }, 409)
    },
    job: (id) => find('look up a job', { path: `/jobs/${id}`, qs: at }),
    async insertQuery(jobId, sql, query) {
      const configuration = { query: queryOf(sql, query), labels: query.labels }
      const json = { jobReference: reference(jobId), configuration }
      await ask('start a query', { method: 'POST', path: '/jobs', json })
    },
    async select(what, sql, query) {
      const json = { ...queryOf(sql, query), ...at, labels: query.labels, timeoutMs: waits.call / 2 }
      const rows: Record<string, unknown>[] = []
      let answer = await ask<Answer>(what, { method: 'POST', path: '/queries', json })
      for (const names = columnsIn(what, answer); ; ) {
        for (const row of rowsIn(answer, names)) rows.push(row)
        const { jobReference, pageToken } = answer
        if (pageToken === undefined) return rows
        answer = await ask(what, { path: `/queries/${jobReference?.jobId}`, qs: { ...at, pageToken } })
      }
    },
    async insertLoad(jobId, path, { fields, pieces }) {
      const configuration = { load: loadOf(path, fields), labels }
      await upload(`upload rows of ${path.table}`, { jobReference: reference(jobId), configuration }, pieces)
    },
  }
}

function queryOf(query: string, { maximumBytesBilled: bytes }: QueryOptions) {
  return { query, useLegacySql: false, ...(bytes !== undefined && { maximumBytesBilled: String(bytes) }) }
}

function loadOf(path: TablePath, fields: Load['fields']) {
  return {
    destinationTable: referenceOf(path),
    ...(fields === undefined ? APPEND : { schema: { fields }, writeDisposition: 'WRITE_TRUNCATE' }),
    sourceFormat: 'NEWLINE_DELIMITED_JSON',
    maxBadRecords: 0,
    ignoreUnknownValues: false,
  }
}

const APPEND = { createDisposition: 'CREATE_NEVER', writeDisposition: 'WRITE_APPEND' } as const

const pathOf = ({ dataset, table }: TablePath) => `/datasets/${dataset}/tables/${table}`
const referenceOf = ({ project, dataset, table }: TablePath) => ({
  projectId: project,
  datasetId: dataset,
  tableId: table,
})

/** A page of rows, as the API has it: cells in the order of the columns. */
interface Page {
  readonly pageToken?: string
  readonly rows?: readonly { readonly f: readonly { readonly v: unknown }[] }[]
}

interface Answer extends Page {
  readonly jobComplete?: boolean
  readonly jobReference?: { readonly jobId?: string }
  readonly schema?: TableMetadata['schema']
}

type Names = readonly (string | undefined)[]

function columnsIn(what: string, { jobComplete, schema }: Answer): Names {
  if (jobComplete === false) throw bigqueryError(what, { reason: 'timeout' })
  return fieldsIn({ ...(schema !== undefined && { schema }) }).map(({ name }) => name)
}

const rowsIn = ({ rows = [] }: Page, names: Names): Record<string, unknown>[] =>
  rows.map(({ f }) => Object.fromEntries(names.map((name, at) => [name, f[at]?.v])))

async function rowsOf({ ask }: Asking, path: TablePath, table: Client['table']): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  let names: Names | undefined
  let pageToken: string | undefined
  do {
    const qs = pageToken === undefined ? {} : { pageToken }
    const page: Page = await ask(`read table ${path.table}`, { path: `${pathOf(path)}/data`, qs })
    if (page.rows === undefined) break
    names ??= fieldsIn((await table(path)) ?? {}).map(({ name }) => name)
    for (const row of rowsIn(page, names)) rows.push(row)
    pageToken = page.pageToken
  } while (pageToken !== undefined)
  return rows
}
