/** A result as an aligned table for the terminal: numbers to the right, everything else to the left. */
import type { Cell, Row } from '../schemas/spec.ts'
import { printable } from './terminal.ts'

export function formatTable(columns: readonly string[], rows: readonly Row[]): string {
  const cells = rows.map((row) => row.map(formatCell))
  const names = columns.map(printable)
  const widths = names.map((name, index) =>
    cells.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), name.length),
  )
  const numeric = columns.map((_, index) => rows.every((row) => row[index] === null || typeof row[index] === 'number'))
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => (numeric[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(names), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.map(line)].join('\n')
}

/** In one line. NULL is no value; a text of these letters is in quotes. */
export function formatCell(value: Cell): string {
  if (value === null) return 'NULL'
  return value === 'NULL' ? '"NULL"' : printable(String(value))
}
