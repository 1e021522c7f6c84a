/** What views are made from (../view-plan.ts), as BigQuery has it: read in one query, and names kept once given. */
import { createHash } from 'node:crypto'
import { type Cell, type Row, rowOf, type Table } from '../../../schemas/spec.ts'
import { formAttributes } from '../../../schemas/tables/catalog.ts'
import { columnNames, type GivenName } from '../../../schemas/tables/views.ts'
import { contextQuestions } from '../../../schemas/views/answers.ts'
import { countsQuery } from '../../../schemas/views/column-counts.ts'
import type { ModelOptions } from '../../../schemas/views/spec.ts'
import { CATALOG_TABLES, type Catalog, catalogOf } from '../catalog.ts'
import { type Counting, countedOf, countingOf } from '../counting.ts'
import type { Surveys } from '../novelty.ts'
import type { QueryOptions } from './client.ts'
import { bigqueryDialect } from './dialect.ts'
import { bigqueryError } from './errors.ts'
import { keepLonger } from './expiry.ts'
import { runJob } from './jobs.ts'
import { encode } from './ndjson.ts'
import type { Ready } from './prepare.ts'
import { columnsOf, ensureTable, fieldsIn, metadataOf } from './schema.ts'
import { identifier, pathOf, text } from './sql.ts'
import { jobId, requireRows } from './stage.ts'

/** A dataset that is loaded into, in either mode. */
export type Warehouse = Pick<Ready, 'client' | 'options' | 'pathTo'>

/** The name of the rows that tell which questions are context. */
const CONTEXT = 'context'

/** Billed for 10 MB of each table that is read, or more. Of the attributes of forms only those of these surveys. */
export async function readCatalog(warehouse: Warehouse, models: ModelOptions, surveys: Surveys): Promise<Catalog> {
  const { client, pathTo } = warehouse
  const path = (table: Table) => pathOf(pathTo(table.name))
  const isPart = (table: Table) => table === formAttributes && surveys !== 'all'
  const sql = [
    ...CATALOG_TABLES.map((table: Table) => {
      return `${rowsAsText(table, path(table))}${isPart(table) ? ` WHERE ${formsIn(surveys)}` : ''}`
    }),
    `SELECT '${CONTEXT}' AS name, TO_JSON_STRING([Q.form_uuid, Q.question]) AS cells FROM (${contextQuestions(bigqueryDialect(pathTo), models)}) AS Q`,
  ].join('\nUNION ALL\n')
  const found = await client.select('read what surveys are made of', sql, bounded(warehouse))
  const rowsOf = (name: string) => found.filter((row) => row['name'] === name).map(({ cells }) => cells)
  const tables = Object.fromEntries(
    CATALOG_TABLES.map((table: Table) => [table.name, rowsOf(table.name).map((cells) => rowIn(table, cells))]),
  )
  const context = rowsOf(CONTEXT).map((cells): [string, string] => {
    const [form, question]: unknown[] = JSON.parse(String(cells))
    return [String(form), String(question)]
  })
  return catalogOf({ tables, context })
}

const formsIn = (surveys: Surveys) =>
  surveys === 'all' ? 'TRUE' : `form_uuid IN (${[...surveys].map((form) => text(form)).join(', ')})`

/** What every query that reads is asked with. */
export const bounded = ({ options }: Pick<Ready, 'options'>): QueryOptions => ({
  labels: options.labels,
  maximumBytesBilled: options.maxBytesBilled,
})

/** Counts the answers of columns that have no type yet; asks nothing where all have one. */
export async function readCounts(
  warehouse: Warehouse,
  models: ModelOptions,
  catalog: Catalog,
  surveys: Surveys,
): Promise<Counting> {
  const sql = countsQuery(bigqueryDialect(warehouse.pathTo), models, countedOf(catalog, surveys, 'open'))
  if (sql === undefined) return { counts: new Map(), respondents: undefined }
  return countingOf(await warehouse.client.select('count answers by their types', sql, bounded(warehouse)))
}

/** Each row as the table's name, and its cells as a JSON list of texts: so that different tables come in one query. */
function rowsAsText(table: Table, path: string): string {
  const cells = columnsOf(table).map(([name, { type }]) => {
    const column = identifier(name)
    if (type === 'timestamp') return `FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%E6SZ', ${column})`
    return type === 'text' ? column : `CAST(${column} AS STRING)`
  })
  return `SELECT '${table.name}' AS name, TO_JSON_STRING([${cells.join(', ')}]) AS cells FROM ${path}`
}

function rowIn(table: Table, cells: unknown): Row {
  const texts: unknown = JSON.parse(String(cells))
  return columnsOf(table).map(([, { type }], at): Cell => {
    const cell: unknown = Array.isArray(texts) ? texts[at] : null
    if (typeof cell !== 'string') return null
    return type === 'boolean' ? cell === 'true' : cell
  })
}

/** Makes the table of names if it is missing. @returns when it was made, in milliseconds */
export async function ensureNames({ client, options, pathTo }: Warehouse): Promise<string> {
  const path = pathTo(columnNames.name)
  await ensureTable(client, path, metadataOf(columnNames, options.labels))
  const there = await client.table(path)
  if (there?.creationTime === undefined) throw bigqueryError(`look up table ${path.table}`, { reason: 'gone' })
  if (options.mode === 'append') await keepLonger(client, path, there)
  return there.creationTime
}

/** What was known when new names were given. */
export interface Known {
  /** When the table of names was made. */
  readonly made: string
  readonly names: readonly GivenName[]
  /** Whether they were read again since, and were the same: some that had been kept were deleted by hand. */
  readonly isCertain: boolean
}

/**
 * Keeps all names and their types, as they were given on the ground of those that are known: the whole table in one load job, since without
 * billing no row can be changed. The job's id holds what was known, and not what is new: so of two that gave names at the same time one
 * comes first, and the other one has to look again.
 * @returns whether these were kept; else others may have been, or it is not certain
 */
export async function keepNames(
  warehouse: Warehouse,
  all: readonly GivenName[],
  { made, names, isCertain }: Known,
  signal: AbortSignal,
): Promise<boolean> {
  const { client, pathTo } = warehouse
  const rows = all.map((name) => rowOf(columnNames, name))
  const digest = createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16)
  const path = pathTo(columnNames.name)
  let isOurs = false
  const insert = async (id: string) => {
    // With the columns that it has, and what they mean: a user may have added some.
    const fields = fieldsIn((await client.table(path)) ?? metadataOf(columnNames, {}))
    await client.insertLoad(id, path, { fields, pieces: encode(columnNames, rows).pieces })
    isOurs = true
  }
  const action = `keep ${rows.length} names of views and columns`
  const id = jobId(warehouse, made, digest, columnNames.name)
  const job = await runJob(client, { action, id, insert, stillHolds: async () => !isCertain }, signal)
  if (isOurs) requireRows(job, action, rows.length)
  return isOurs
}
