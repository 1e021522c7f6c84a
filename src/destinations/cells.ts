/** The cells of a row by the names of their columns. */
import type { Cell, Row, Table } from '../../schemas/spec.ts'

export type Cells = (column: string) => Cell

/** Reads rows of the table; null for a column that it does not have. */
export function cellsIn(table: Table): (row: Row) => Cells {
  const places = new Map(Object.keys(table.columns).map((name, at) => [name, at]))
  return (row) => (column) => row[places.get(column) ?? -1] ?? null
}
