/**
 * How two rows of one key become one, driven by the merge rules of the table (schemas/spec.ts). Merging is idempotent,
 * and does not depend on the order of the rows as long as their versions differ: that is what makes loading twice
 * loading once.
 */
import type { Cell, Column, MergeRule, Row, Table } from '../../schemas/spec.ts'

/** Whether a table keeps the first row of a key for ever. */
export function isLog(table: Table): boolean {
  return !('row_version' in table.columns)
}

/** Reads a cell by its column's name. @throws when the table has no such column. */
export function cellOf(table: Table, row: Row, column: string): Cell {
  const at = Object.keys(table.columns).indexOf(column)
  if (at < 0) throw new Error(`read ${table.name}.${column}: there is no such column`)
  return row[at] ?? null
}

/** The key of a row as text that is the same for equal keys only. */
export function keyOf(table: Table, row: Row): string {
  return JSON.stringify(table.key.map((column) => cellOf(table, row, column)))
}

/** A version as text. Missing is the lowest, as '' is. */
export function versionOf(table: Table, row: Row | undefined, column: string): string {
  return row === undefined ? '' : String(cellOf(table, row, column) ?? '')
}

/** The state after `next` came to `current`, column by column. */
export function mergeRows(table: Table, current: Row, next: Row): Row {
  const wins = (rule: MergeRule) => {
    const version = versionColumn(rule)
    return versionOf(table, next, version) > versionOf(table, current, version)
  }
  return Object.values<Column<never>>(table.columns).map(({ merge }, at) =>
    mergeCells(merge, wins(merge), current[at] ?? null, next[at] ?? null),
  )
}

/** The column whose higher value decides. For `widest`, `any` and `largest` none does. */
function versionColumn(rule: MergeRule): string {
  return rule.endsWith('_version') ? rule : 'row_version'
}

function mergeCells(rule: MergeRule, nextWins: boolean, current: Cell, next: Cell): Cell {
  if (rule === 'widest') return current === null || current === next ? next : next === null ? current : 'text'
  if (rule === 'any') return current === true || next === true ? true : (current ?? next)
  if (rule === 'largest') return current === null || (next !== null && next > current) ? next : current
  if (rule === 'filled') return nextWins ? (next ?? current) : (current ?? next)
  return nextWins ? next : current
}
