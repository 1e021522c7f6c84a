/** What a dataset of an older version lacks, and its tables tell. */
import type { TableMetadata } from '@google-cloud/bigquery'
import type { Row, Table } from '../../../schemas/spec.ts'
import { formAttributes } from '../../../schemas/tables/catalog.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { respondents } from '../../../schemas/tables/responses.ts'
import { FILLED, formAttributesQuery } from '../../../schemas/views/upgrade.ts'
import type { Catalog } from '../catalog.ts'
import { bigqueryDialect } from './dialect.ts'
import { rowsTable, UPLOAD } from './fold.ts'
import { runJob } from './jobs.ts'
import { encode } from './ndjson.ts'
import { columnsOf } from './schema.ts'
import { identifier, pathOf, type TablePath } from './sql.ts'
import { jobId, requireRows } from './stage.ts'
import { bounded, type Warehouse } from './warehouse-catalog.ts'

/** Milliseconds within which the tables of a new dataset are made. */
const TOGETHER = 60_000

/** On the table once it is filled; it goes with the table. */
const MARK = 'form_attributes_filled'

/**
 * Fills `form_attributes` by the respondents that are there, where it was made after them: without it their attributes would have no
 * columns. Rows that loads brought meanwhile get the kinds of older values as well. Done once: the table is marked then. A process that
 * dies before leaves a job that the next one finds, and doing it again would change nothing. @returns whether there was something to fill
 */
export async function fillFormAttributes(
  warehouse: Warehouse,
  attributes: Catalog['attributes'],
  signal: AbortSignal,
): Promise<boolean> {
  const { client, options, pathTo } = warehouse
  const stored = (table: Table) => (options.mode === 'append' ? rowsTable(table) : table)
  const path = pathTo(stored(formAttributes).name)
  const there = await client.table(path)
  if (there === undefined || there.labels?.[MARK] !== undefined) return false
  const before = await client.table(pathTo(stored(respondents).name))
  if (!(Number(there.creationTime) - TOGETHER > Number(before?.creationTime))) return false
  const id = jobId(warehouse, there.creationTime ?? '', 'upgrade', formAttributes.name)
  const fill = options.mode === 'append' ? appendAttributes : mergeAttributes
  if (attributes.length > 0) await fill(warehouse, { id, path, attributes }, signal)
  await mark(warehouse, path, there)
  return attributes.length > 0
}

async function mark({ client }: Warehouse, path: TablePath, { labels }: TableMetadata): Promise<void> {
  await client.updateTable(path, { labels: { ...labels, [MARK]: 'yes' } })
}

interface Filling {
  /** Of the job. */
  readonly id: string
  /** The table. */
  readonly path: TablePath
  readonly attributes: Catalog['attributes']
}

async function mergeAttributes(warehouse: Warehouse, { id, path, attributes }: Filling, signal: AbortSignal) {
  const { client } = warehouse
  const sql = mergeKinds(pathOf(path), attributesThen(warehouse, attributes))
  const insert = (job: string) => client.insertQuery(job, sql, bounded(warehouse))
  await runJob(client, { action: 'fill attributes of surveys', id, insert, stillHolds: async () => true }, signal)
}

/** @param into the table, and @param query rows of it with FILLED columns, both as they stand in a statement */
export function mergeKinds(into: string, query: string): string {
  const names = FILLED.map(identifier)
  const same = formAttributes.key.map((key) => `T.${identifier(key)} = S.${identifier(key)}`)
  const kinds = FILLED.filter((name) => name.startsWith('seen_')).map(identifier)
  const sets = kinds.map((name) => `${name} = IFNULL(T.${name}, FALSE) OR S.${name}`)
  return `MERGE ${into} AS T USING (SELECT ${names.map((name) => `F.${name}`).join(', ')} FROM (
${query}
) AS F) AS S ON ${same.join(' AND ')} WHEN MATCHED THEN UPDATE SET ${sets.join(', ')} \
WHEN NOT MATCHED THEN INSERT (${names.join(', ')}) VALUES (${names.map((name) => `S.${name}`).join(', ')})`
}

/**
 * By a load job, as without billing nothing else changes a table. The view over the rows joins the kinds of all of them, and these have
 * the lowest version.
 */
async function appendAttributes(warehouse: Warehouse, { id, path, attributes }: Filling, signal: AbortSignal) {
  const { client } = warehouse
  const done = await client.job(`${id}_a0`)
  if (done !== undefined && !done.status?.errorResult) return
  const columns = FILLED.map((name) => `F.${identifier(name)}`).join(', ')
  const sql = `SELECT ${columns} FROM (\n${attributesThen(warehouse, attributes)}\n) AS F`
  const found = await client.select('read which attributes respondents had', sql, bounded(warehouse))
  if (found.length === 0) return
  const upload = { [UPLOAD]: await anyUpload(warehouse) }
  const table = rowsTable(formAttributes)
  const rows = found.map((cells) => rowIn(table, { ...cells, ...upload }))
  const action = `fill ${rows.length} attributes of surveys`
  const insert = (job: string) => client.insertLoad(job, path, { pieces: encode(table, rows).pieces })
  requireRows(await runJob(client, { action, id, insert, stillHolds: async () => true }, signal), action, rows.length)
}

type Cells = Readonly<Record<string, unknown>>

/** A query. */
function attributesThen({ pathTo }: Warehouse, attributes: Catalog['attributes']): string {
  const sql = bigqueryDialect(pathTo)
  return formAttributesQuery(sql, (rows, scope) =>
    sql.perMember(
      rows,
      attributes.filter((one) => one.scope === scope).map(({ name }) => name),
    ),
  )
}

/** An upload that counts: rows of others do not. */
async function anyUpload(warehouse: Warehouse): Promise<unknown> {
  const from = pathOf(warehouse.pathTo(rowsTable(loads).name))
  const sql = `SELECT ${UPLOAD} FROM ${from} ORDER BY finished_at, ${UPLOAD} LIMIT 1`
  const [found] = await warehouse.client.select('look for the first upload in loads', sql, bounded(warehouse))
  return found?.[UPLOAD]
}

/** Cells of queries are texts. */
function rowIn(table: Table, cells: Cells): Row {
  return columnsOf(table).map(([name, { type }]) => {
    const cell = cells[name]
    if (typeof cell !== 'string') return null
    return type === 'boolean' ? cell === 'true' : cell
  })
}
