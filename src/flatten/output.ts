/** The rows of one table as they come out. */
import type { Row, Table } from '../../schemas/spec.ts'

export interface Output<Source> {
  readonly rows: Row[]
  put(source: Source): void
}

export function outputOf<Source>(table: Table<Source>): Output<Source> {
  const cells = Object.values(table.columns).map(({ cell }) => cell)
  const rows: Row[] = []
  return { rows, put: (source) => rows.push(cells.map((cell) => cell(source))) }
}
