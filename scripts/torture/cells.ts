/** The state of a warehouse as cells, read by SQL, so that it can be compared with the reference in memory. */
import type { Cell, Column, Row, Table } from '../../schemas/spec.ts'
import { tables } from '../../schemas/tables.ts'
import { queryFile } from '../../src/destinations/duckdb/query.ts'
import { keyOf } from '../../src/destinations/merge.ts'
import { identifier, literal } from '../../src/destinations/sql.ts'

/** Rows by table, sorted by key. */
export type State = Readonly<Record<string, readonly Row[]>>

/** Stands before texts while they are read: the client drops a byte order mark at the start of a text. */
const SHIELD = '.'

/** @param relationOf a quoted name, or a query in parentheses, that has the table's columns */
export async function readState(path: string, relationOf: (table: Table) => string): Promise<State> {
  const rows: Record<string, Row[]> = {}
  for (const table of tables) {
    const columns = Object.entries<Column<never>>(table.columns)
    const answer = await queryFile(path, `SELECT ${columns.map(expression).join(', ')} FROM ${relationOf(table)}`)
    rows[table.name] = answer.rows.map((cells) =>
      cells.map((cell, at) => (isShielded(columns[at]?.[1]) ? unshielded(cell) : cell)),
    )
  }
  return sortedState(rows)
}

export function sortedState(rows: Readonly<Record<string, readonly Row[]>>): State {
  return Object.fromEntries(
    tables.map((table) => {
      const keyed = (rows[table.name] ?? []).map((cells) => ({ key: keyOf(table, cells), cells }))
      return [table.name, keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ cells }) => cells)]
    }),
  )
}

function expression([name, column]: [string, Column<never>]): string {
  const quoted = identifier(name)
  if (column.type === 'timestamp') return `strftime(${quoted}, '%Y-%m-%dT%H:%M:%S.%fZ')`
  if (column.type === 'date') return `CAST(${quoted} AS VARCHAR)`
  return isShielded(column) ? `${literal(SHIELD)} || CAST(${quoted} AS VARCHAR)` : quoted
}

const isShielded = (column: Column<never> | undefined) => column?.type === 'text' || column?.type === 'json'
const unshielded = (cell: Cell) => (typeof cell === 'string' ? cell.slice(SHIELD.length) : cell)
