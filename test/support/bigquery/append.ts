/** Append mode at the fake: what loads append, what queries and views tell. As with merges, no SQL is run: the reference folds. */
import { loads } from '../../../schemas/tables/log.ts'
import { tables } from '../../../schemas/tables.ts'
import { batchTables, readLoadRecord } from '../../../src/destinations/batch.ts'
import { apiType } from '../../../src/destinations/bigquery/column-types.ts'
import { rowsTable, UPLOAD } from '../../../src/destinations/bigquery/fold.ts'
import { batchOf } from '../rows.ts'
import { proto, Refused } from './answers.ts'
import { selected } from './scripts.ts'
import { cellsOf, loadedRows } from './uploads.ts'
import type { World } from './world.ts'

type Rows = Readonly<Record<string, unknown>>[]

/** @returns why the job failed, or its statistics */
export async function appendTo(
  world: World,
  name: string,
  content: Buffer,
): Promise<ReturnType<typeof proto> | object> {
  const table = world.tables.get(name)
  if (table === undefined) return proto('notFound')
  const rows = loadedRows(content, table.metadata['schema'])
  if (rows === undefined) return proto('invalid')
  table.rows.push(...rows)
  if (name.endsWith(`.${rowsTable(loads).name}`)) for (const row of rows) await count(world, row)
  return { load: { outputRows: String(rows.length) } }
}

/** With its row in loads the rows of an upload count, each once, though they may have been appended twice. */
async function count(world: World, row: Readonly<Record<string, unknown>>): Promise<void> {
  const rows = batchTables.map((table) => {
    const [, appended] = [...world.tables].find(([name]) => name.endsWith(`.${rowsTable(table).name}`)) ?? []
    const ours = (appended?.rows ?? [])
      .filter((each) => each[UPLOAD] === row[UPLOAD])
      .map((each) => cellsOf(table, each))
    const once = new Map(ours.map((cells) => [JSON.stringify(cells), cells]))
    return [table.name, [...once.values()]] as const
  })
  await world.warehouse.load(batchOf(String(row[UPLOAD]), Object.fromEntries(rows)), {
    signal: new AbortController().signal,
  })
  const record = readLoadRecord(recordCells(row))
  if (!world.commits.some(({ batchId }) => batchId === record.batchId)) world.commits.push(record)
}

const recordCells = (row: Readonly<Record<string, unknown>>) => {
  const cells = cellsOf(loads, row)
  return Object.fromEntries(Object.keys(loads.columns).map((name, at) => [name, cells[at] ?? null]))
}

/** What a query tells: the row of a batch in loads, or all of a small table. @throws Refused for any other query */
export function select(world: World, sql: string): object {
  const query = selected(sql)
  const table = query && world.tables.get(query.table)
  if (query === undefined) throw new Refused(400, 'invalidQuery')
  if (table === undefined) throw new Refused(404, 'notFound')
  const found: Rows =
    query.batchId === undefined
      ? table.rows
      : table.rows
          .filter((row) => row['batch_id'] === query.batchId)
          .slice(0, 1)
          .map(recordCells)
  const names = query.batchId === undefined ? ['one'] : Object.keys(loads.columns)
  const rows = found.map((row) => ({ f: names.map((name) => ({ v: textOf(row[name]) })) }))
  const schema = { fields: names.map((name) => ({ name, type: 'STRING' })) }
  return { jobComplete: true, schema, ...(rows.length > 0 && { rows }) }
}

const textOf = (cell: unknown) =>
  typeof cell === 'string' ? cell : cell === undefined || cell === null ? null : JSON.stringify(cell)

/** A view's columns, as BigQuery finds them in its query: without descriptions. */
export function withColumns(metadata: Record<string, unknown>, name: string): Record<string, unknown> {
  const table = tables.find((each) => each.name === name)
  if (!('view' in metadata) || table === undefined) return metadata
  const fields = Object.entries(table.columns).map(([column, { type }]) => ({ name: column, type: apiType(type) }))
  return { ...metadata, schema: { fields } }
}
