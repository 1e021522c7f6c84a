/** What views are made from (../view-plan.ts), as BigQuery has it: read in one query, and names kept once given. */
import { createHash } from 'node:crypto'
import { type Cell, type Row, rowOf, type Table } from '../../../schemas/spec.ts'
import { attributes, forms, questionItems } from '../../../schemas/tables/catalog.ts'
import { columnNames, type GivenName } from '../../../schemas/tables/views.ts'
import { catalogOf } from '../catalog.ts'
import type { Catalog } from '../view-plan.ts'
import { bigqueryError } from './errors.ts'
import { keepLonger } from './expiry.ts'
import { runJob } from './jobs.ts'
import { encode } from './ndjson.ts'
import type { Ready } from './prepare.ts'
import { columnsOf, ensureTable, metadataOf } from './schema.ts'
import { identifier, pathOf } from './sql.ts'
import { jobId, requireRows } from './stage.ts'

/** A dataset that is loaded into, in either mode. */
export type Warehouse = Pick<Ready, 'client' | 'options' | 'pathTo'>

/** Billed for 10 MB of each table that is read, or more. */
export async function readCatalog({ client, options, pathTo }: Warehouse): Promise<Catalog> {
  const read: readonly Table[] = [forms, questionItems, attributes, columnNames]
  const sql = read.map((table) => rowsAsText(table, pathOf(pathTo(table.name)))).join('\nUNION ALL\n')
  const query = { labels: options.labels, maximumBytesBilled: undefined }
  const found = await client.select('read what surveys are made of', sql, query)
  const rows = (table: Table) => found.filter(({ name }) => name === table.name).map(({ cells }) => rowIn(table, cells))
  return catalogOf({
    forms: rows(forms),
    items: rows(questionItems),
    attributes: rows(attributes),
    names: rows(columnNames),
  })
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
    const text: unknown = Array.isArray(texts) ? texts[at] : null
    if (typeof text !== 'string') return null
    return type === 'boolean' ? text === 'true' : text
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
 * Appends names that were given on the ground of those that are known. The job's id holds what was known, and not what is new: so of
 * two that gave names at the same time one comes first, and the other one has to look again.
 * @returns whether these names were kept; else others may have been, or it is not certain
 */
export async function keepNames(
  warehouse: Warehouse,
  given: readonly GivenName[],
  { made, names, isCertain }: Known,
  signal: AbortSignal,
): Promise<boolean> {
  const { client, pathTo } = warehouse
  const rows = given.map((name) => rowOf(columnNames, name))
  const digest = createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16)
  let isOurs = false
  const insert = async (id: string) => {
    await client.insertLoad(id, pathTo(columnNames.name), { pieces: encode(columnNames, rows).pieces })
    isOurs = true
  }
  const action = `keep ${rows.length} names of views and columns`
  const id = jobId(warehouse, made, digest, columnNames.name)
  const job = await runJob(client, { action, id, insert, stillHolds: async () => !isCertain }, signal)
  if (isOurs) requireRows(job, action, rows.length)
  return isOurs
}
