/** What there is to export, as a table that fits the terminal. */
import type { Exportable } from '../src/exports/catalog.ts'
import { cut, cutLines } from './records.ts'
import { formatTable } from './table.ts'

/** @param width characters in a line; Infinity where there is no terminal, and nothing is cut */
export function formatList(list: readonly Exportable[], width: number): string {
  const rows = list.map((each) => [each.kind, cut(each.name, Math.floor(width / 2)), each.rows, titleOf(each)])
  return cutLines(formatTable(['kind', 'name', 'rows', 'survey'], rows), width)
}

/** A survey that was renamed once and again would fill the line. */
const MOST_FORMER = 2

function titleOf({ title, formerly }: Exportable): string {
  if (formerly.length === 0) return title ?? ''
  const more = formerly.length > MOST_FORMER ? ', …' : ''
  return `${title ?? ''} (formerly ${formerly.slice(0, MOST_FORMER).join(', ')}${more})`.trim()
}
