/** What a dataset of an older version lacks, and its tables tell. */
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
import { identifier, pathOf } from './sql.ts'
import { jobId, requireRows } from './stage.ts'
import { unbilled, type Warehouse } from './warehouse-catalog.ts'

/** Milliseconds within which the tables of a new dataset are made. */
const TOGETHER = 60_000

/**
 * Fills `form_attributes` by the respondents that are there, where it was made after them: without it their attributes would have no
 * columns. Once, by a load job, which is free and works without billing. @returns whether there was something to fill
 */
export async function fillFormAttributes(
  warehouse: Warehouse,
  { attributes, formAttributes: known }: Catalog,
  signal: AbortSignal,
): Promise<boolean> {
  const { client, options, pathTo } = warehouse
  const stored = (table: Table) => (options.mode === 'append' ? rowsTable(table) : table)
  const madeAt = async (table: Table) => (await client.table(pathTo(stored(table).name)))?.creationTime
  const [made = '', before] = [await madeAt(formAttributes), await madeAt(respondents)]
  if (attributes.length === 0 || !(Number(made) - TOGETHER > Number(before))) return false
  const id = jobId(warehouse, made, 'upgrade', formAttributes.name)
  const done = await client.job(`${id}_a0`)
  if (done !== undefined && !done.status?.errorResult) return false
  const there = new Set(known.map(({ formUuid, scope, name }) => JSON.stringify([formUuid, scope, name])))
  const found = (await attributesThen(warehouse, attributes)).filter(
    (cells) => !there.has(JSON.stringify([cells['form_uuid'], cells['scope'], cells['name']])),
  )
  if (found.length === 0) return false
  const upload = options.mode === 'append' ? { [UPLOAD]: await anyUpload(warehouse) } : {}
  const table = stored(formAttributes)
  const rows = found.map((cells) => rowIn(table, { ...cells, ...upload }))
  const action = `fill ${rows.length} attributes of surveys`
  const insert = (job: string) => client.insertLoad(job, pathTo(table.name), { pieces: encode(table, rows).pieces })
  requireRows(await runJob(client, { action, id, insert, stillHolds: async () => true }, signal), action, rows.length)
  return true
}

type Cells = Readonly<Record<string, unknown>>

function attributesThen(warehouse: Warehouse, attributes: Catalog['attributes']): Promise<Cells[]> {
  const sql = bigqueryDialect(warehouse.pathTo)
  const query = formAttributesQuery(sql, (rows, scope) =>
    sql.perMember(
      rows,
      attributes.filter((one) => one.scope === scope).map(({ name }) => name),
    ),
  )
  const columns = FILLED.map((name) => `F.${identifier(name)}`).join(', ')
  const what = 'read which attributes respondents had'
  return warehouse.client.select(what, `SELECT ${columns} FROM (\n${query}\n) AS F`, unbilled(warehouse))
}

/** An upload that counts: rows of others do not. */
async function anyUpload(warehouse: Warehouse): Promise<unknown> {
  const from = pathOf(warehouse.pathTo(rowsTable(loads).name))
  const sql = `SELECT ${UPLOAD} FROM ${from} ORDER BY finished_at, ${UPLOAD} LIMIT 1`
  const [found] = await warehouse.client.select('look for the first upload in loads', sql, unbilled(warehouse))
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
