/**
 * Reads what the warehouse holds for the keys of a batch. Of a large table only the keys and the versions are read: reading a
 * JSON column costs several times more than all others. The partition column, a pure function of the key,
 * narrows the search to the days that the batch touches.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Cell, Row, Table } from '../../../schemas/spec.ts'
import { cellOf, isLog } from '../merge.ts'
import { identifier, literal, sqlType } from '../sql.ts'
import { cellExpression, cellFrom, columnsOf } from './cells.ts'

/** A row that is there. `row` has null in columns that were not read. */
export interface Current {
  readonly rowid: number
  readonly row: Row
}

/** Beyond so many days, looking each of them up costs more than it saves. */
const FEW_DAYS = 60

/** The names of the columns that are read of each row. Of a log the key says all; other tables without a partition are small. */
export function readColumns(table: Table): ReadonlySet<string> {
  if (isLog(table)) return new Set(table.key)
  const columns = columnsOf(table)
  if (table.partition === undefined) return new Set(Object.keys(table.columns))
  const versions = columns.map(([, { merge }]) => merge).filter((merge) => merge in table.columns)
  return new Set([...table.key, ...versions])
}

/** Rows of the table that have a key of these rows, wherever they are. */
export async function findCurrent(
  connection: DuckDBConnection,
  table: Table,
  rows: readonly Row[],
): Promise<Current[]> {
  const read = [...readColumns(table)]
  const found: Current[] = []
  for (const { where, rows: some } of narrowed(table, rows)) {
    const keys = keyList(table, table.key, some)
    const rest = `SEMI JOIN ${keys.relation} USING (${keys.columns}) ${where}`
    for (const one of await select(connection, table, read, rest, keys.values)) found.push(one)
  }
  return found
}

/** Some columns of these rows. */
export async function readCells(
  connection: DuckDBConnection,
  table: Table,
  columns: readonly string[],
  rowids: readonly number[],
): Promise<Current[]> {
  return select(connection, table, columns, `WHERE rowid IN (${rowids.join(', ')})`)
}

async function select(
  connection: DuckDBConnection,
  table: Table,
  read: readonly string[],
  rest: string,
  values: readonly string[] = [],
): Promise<Current[]> {
  const cells = columnsOf(table)
    .map(([name, column], place) => ({ name, column, place }))
    .filter(({ name }) => read.includes(name))
  const list = cells.map(({ name, column }) => cellExpression(name, column)).join(', ')
  const sql = `SELECT CAST(rowid AS DOUBLE), ${list} FROM ${identifier(table.name)} ${rest}`
  const result = await connection.runAndReadAll(sql, [...values])
  const blank: readonly Cell[] = columnsOf(table).map(() => null)
  return result.getRowsJS().map(([rowid, ...values]) => {
    const row = [...blank]
    for (const [at, { column, place }] of cells.entries()) row[place] = cellFrom(values[at], column)
    return { rowid: Number(rowid), row }
  })
}

/** A part of the rows, and the condition on the partition column that all of them meet; `where` may be empty. */
interface Part {
  readonly where: string
  readonly rows: readonly Row[]
}

/** Keys that are sent at once: DuckDB takes some twenty times the memory of their text. */
const MOST_KEYS = 20_000

/**
 * The rows in parts that can be searched for cheaply. Those without a day are one of their own: `OR … IS NULL` would make DuckDB
 * read everything.
 */
export function narrowed(table: Table, rows: readonly Row[]): Part[] {
  const { partition } = table
  if (partition === undefined) return inPieces(rows).map((some) => ({ where: '', rows: some }))
  const isNull = (row: Row) => cellOf(table, row, partition) === null
  const dated = inPieces(rows.filter((row) => !isNull(row)))
  const undated = inPieces(rows.filter(isNull))
  return [
    ...dated.map((some) => ({ where: dayCondition(table, partition, some), rows: some })),
    ...undated.map((some) => ({ where: `WHERE ${identifier(partition)} IS NULL`, rows: some })),
  ]
}

/** Each of at most so many. */
export function inPieces(rows: readonly Row[]): (readonly Row[])[] {
  if (rows.length <= MOST_KEYS) return rows.length === 0 ? [] : [rows]
  const pieces: (readonly Row[])[] = []
  for (let from = 0; from < rows.length; from += MOST_KEYS) pieces.push(rows.slice(from, from + MOST_KEYS))
  return pieces
}

function dayCondition(table: Table, partition: string, rows: readonly Row[]): string {
  const column = identifier(partition)
  const values = [...new Set(rows.map((row) => String(cellOf(table, row, partition))))].toSorted()
  if (values.length > FEW_DAYS) return ''
  return `WHERE ${column} IN (${values.map((day) => `DATE ${literal(day)}`).join(', ')})`
}

/** Keys of rows as a relation, with the values of its parameters. */
export interface KeyList {
  readonly relation: string
  readonly columns: string
  readonly values: readonly string[]
}

/** So few keys stand in the statement itself: planning it takes half the time that a parameter of JSON does. */
export const FEW_KEYS = 200

export function keyList(table: Table, key: readonly string[], rows: readonly Row[]): KeyList {
  const columns = key.map(identifier)
  const types = key.map((name) => sqlType(table.columns[name]?.type ?? 'text'))
  const isPlain = (row: Row) => key.every((name) => !String(cellOf(table, row, name)).includes('\0'))
  if (rows.length > FEW_KEYS || !rows.every(isPlain))
    return { ...jsonKeys(table, key, types, rows), columns: columns.join(', ') }
  const lists = rows.map((row) => `(${key.map((name) => literal(wellFormed(cellOf(table, row, name)))).join(', ')})`)
  const cast = columns.map((column, at) => `CAST(${column} AS ${types[at]}) AS ${column}`).join(', ')
  const relation = `(SELECT ${cast} FROM (VALUES ${lists.join(', ')}) AS keys(${columns.join(', ')}))`
  return { relation, columns: columns.join(', '), values: [] }
}

/** As one parameter. */
function jsonKeys(
  table: Table,
  key: readonly string[],
  types: readonly string[],
  rows: readonly Row[],
): Omit<KeyList, 'columns'> {
  const shape = Object.fromEntries(key.map((name, at) => [name, [types[at]]]))
  const lists = Object.fromEntries(key.map((name) => [name, rows.map((row) => wellFormed(cellOf(table, row, name)))]))
  const unnested = key.map((name) => `unnest(keys.${identifier(name)}) AS ${identifier(name)}`)
  const parsed = `SELECT from_json($1::VARCHAR, ${literal(JSON.stringify(shape))}) AS keys`
  return { relation: `(SELECT ${unnested.join(', ')} FROM (${parsed}))`, values: [JSON.stringify(lists)] }
}

/** As the appender writes it: U+FFFD for half a surrogate pair, which JSON cannot carry. */
const wellFormed = (cell: Cell) => (typeof cell === 'string' ? cell.toWellFormed() : cell)
