/** An answer for a terminal that may be narrower than its table: then one record per row, a line for each value. */
import type { Row } from '../schemas/spec.ts'
import { formatCell, formatTable } from './table.ts'
import { printable } from './terminal.ts'

const LEAST_WIDTH = 20
/** Of one value. */
const MOST_LINES = 5

export interface Formatted {
  readonly text: string
  /** Whether there is more of some names or values than is shown. */
  readonly isCut: boolean
}

/** @param width characters in a line; Infinity where there is no terminal */
export function formatAnswer(columns: readonly string[], rows: readonly Row[], width: number): Formatted {
  const table = formatTable(columns, rows)
  const fits = rows.length === 0 || table.split('\n').every((line) => line.length <= width)
  return fits ? { text: table, isCut: false } : formatRecords(columns, rows, Math.max(width, LEAST_WIDTH))
}

function formatRecords(columns: readonly string[], rows: readonly Row[], width: number): Formatted {
  const names = columns.map(printable)
  const indent = Math.min(Math.max(...names.map(({ length }) => length)) + 2, Math.floor(width / 2))
  const room = width - indent
  let isCut = false
  const shown = (text: string, most: number) => {
    isCut ||= text.length > most
    return cut(text, most)
  }
  const lines = rows.flatMap((row, at) => [
    `-- row ${at + 1} `.padEnd(width, '-'),
    ...names.map((name, index) => {
      const value = wrapped(shown(formatCell(row[index] ?? null), room * MOST_LINES), room)
      return shown(name, indent - 2).padEnd(indent) + value.join(`\n${' '.repeat(indent)}`)
    }),
  ])
  return { text: lines.join('\n'), isCut }
}

const wrapped = (text: string, width: number): readonly string[] =>
  text.match(new RegExp(`.{1,${width}}`, 'gsu')) ?? ['']

/** Where it is longer than `most` characters, `…` is the last of them. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

export const cutLines = (text: string, width: number): string =>
  text
    .split('\n')
    .map((line) => cut(line, width))
    .join('\n')
