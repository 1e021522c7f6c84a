/** Cells as SQL gives them back: the counterpart of what is appended. */
import type { Cell, Column, ColumnType, Table } from '../../../schemas/spec.ts'
import { identifier, literal } from '../sql.ts'

/** The columns of a table by name, in their order. */
export const columnsOf = (table: Table): [string, Column<never>][] => Object.entries<Column<never>>(table.columns)

/** Stands before texts while they are read: DuckDB's client drops a byte order mark at the start of a text. */
const SHIELD = '.'

const isShielded = (type: ColumnType) => type === 'text' || type === 'json'

/** The SQL that gives a column's cells, for `cellFrom` to take. */
export function cellExpression(name: string, { type }: Column<never>): string {
  const column = identifier(name)
  if (isShielded(type)) return `${literal(SHIELD)} || CAST(${column} AS VARCHAR)`
  if (type === 'timestamp') return `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ')`
  if (type === 'integer') return `CAST(${column} AS DOUBLE)`
  return type === 'date' ? `CAST(${column} AS VARCHAR)` : column
}

/** The cell in a value that `cellExpression` gave. @throws for what no cell is, such as a list */
export function cellFrom(value: unknown, { type }: Column<never>): Cell {
  if (typeof value === 'string') return isShielded(type) ? value.slice(SHIELD.length) : value
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  throw new Error(`read a cell: ${typeof value} is none`)
}
