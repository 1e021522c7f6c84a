/** Reads a table or a query of DuckDB back as cells. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Cell, Column, ColumnType, Row, Table } from '../../schemas/spec.ts'
import { identifier, literal } from '../../src/destinations/sql.ts'

/** Stands before texts while they are read: the client drops a byte order mark at the start of a text. */
const SHIELD = '.'

/** The rows of a relation (a quoted name, or a query in parentheses) that has the table's columns. */
export async function readCells(connection: DuckDBConnection, table: Table, relation: string): Promise<Row[]> {
  const cells = Object.entries<Column<never>>(table.columns).map(([name, { type }]) => {
    const quoted = identifier(name)
    if (type === 'timestamp') return `strftime(${quoted}, '%Y-%m-%dT%H:%M:%S.%fZ')`
    if (type === 'date') return `CAST(${quoted} AS VARCHAR)`
    return type === 'text' || type === 'json' ? `${literal(SHIELD)} || CAST(${quoted} AS VARCHAR)` : quoted
  })
  const result = await connection.runAndReadAll(`SELECT ${cells.join(', ')} FROM ${relation}`)
  const types = Object.values<Column<never>>(table.columns).map(({ type }) => type)
  return result.getRowsJS().map((values) => values.map((value, at) => unshielded(cellOf(value), types[at])))
}

function unshielded(cell: Cell, type: ColumnType | undefined): Cell {
  return typeof cell === 'string' && (type === 'text' || type === 'json') ? cell.slice(SHIELD.length) : cell
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'bigint') return Number(value)
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  throw new Error(`read a cell back: ${typeof value} is none`)
}
