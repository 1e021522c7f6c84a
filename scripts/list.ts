/** What there is to export, as a table that fits the terminal. */
import type { Exportable } from '../src/exports/catalog.ts'
import { cut, cutLines } from './records.ts'
import { formatTable } from './table.ts'

/** @param width characters in a line; Infinity where there is no terminal, and nothing is cut */
export function formatList(list: readonly Exportable[], width: number): string {
  const rows = list.map(({ kind, name, rows, title }) => [kind, cut(name, Math.floor(width / 2)), rows, title ?? ''])
  return cutLines(formatTable(['kind', 'name', 'rows', 'survey'], rows), width)
}
