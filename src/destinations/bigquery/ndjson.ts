/** Rows as newline-delimited JSON, the form in which load jobs take them. */
import { createHash } from 'node:crypto'
import type { Cell, ColumnType, Row, Table } from '../../../schemas/spec.ts'
import { loadable } from './json.ts'

/** Compressing and sending line by line would be ten times slower. */
const PIECE_BYTES = 256 * 1024

export interface Encoded {
  /** Whole lines, many to a piece. */
  readonly pieces: readonly Buffer[]
  /** 64 hex digits, of all lines. */
  readonly digest: string
}

/** Encodes the rows of a table. null cells are left out: that is what a missing field means to a load job. */
export function encode(table: Table, rows: readonly Row[]): Encoded {
  const columns = Object.entries(table.columns).map(([name, { type }]) => ({ type, label: `${JSON.stringify(name)}:` }))
  // The same lines may be meant for other columns, by another version of this program.
  const hash = createHash('sha256').update(JSON.stringify(columns))
  const pieces: Buffer[] = []
  let lines = ''
  const flush = () => {
    if (lines === '') return
    const piece = Buffer.from(lines)
    hash.update(piece)
    pieces.push(piece)
    lines = ''
  }
  for (const row of rows) {
    lines += lineOf(columns, row)
    if (lines.length >= PIECE_BYTES) flush()
  }
  flush()
  return { pieces, digest: hash.digest('hex') }
}

function lineOf(columns: readonly { readonly type: ColumnType; readonly label: string }[], row: Row): string {
  let line = ''
  for (const [at, { type, label }] of columns.entries()) {
    const cell = row[at] ?? null
    if (cell !== null) line += `${line === '' ? '{' : ','}${label}${jsonOf(type, cell)}`
  }
  return line === '' ? '{}\n' : `${line}}\n`
}

/** Half surrogate pairs become U+FFFD: BigQuery refuses a whole load for one. */
function jsonOf(type: ColumnType, cell: Exclude<Cell, null>): string {
  if (typeof cell !== 'string') return Object.is(cell, -0) ? '-0.0' : String(cell)
  return type === 'json' ? loadable(cell) : JSON.stringify(cell.toWellFormed())
}
