/** The story of an export: choose what is read, read it, make it CSV, and put it where it is wanted. */
import type { Row } from '../../schemas/spec.ts'
import type { ExportOptions } from '../config/exports.ts'
import type { Source } from '../destinations/source.ts'
import { type Chosen, choose } from './choose.ts'
import { encodeCsv } from './encode.ts'

export interface Exporting {
  readonly options: ExportOptions
  /** Takes the text, and says what became of it. */
  readonly write: (name: string, text: AsyncIterable<string>) => Promise<string>
  readonly signal: AbortSignal
  /** Told what is exported, before its first row. */
  readonly onStart?: (chosen: Chosen) => Promise<void> | void
  /** Told how many rows there are so far, now and then. */
  readonly onRows?: (rows: number) => void
}

export interface Exported {
  readonly rows: number
  /** What `write` said. */
  readonly written: string
}

/** @throws Transient and Permanent errors, and the signal's reason */
export async function exportCsv(source: Source, exporting: Exporting): Promise<Exported> {
  const { options, write, signal, onStart, onRows } = exporting
  const chosen = await choose(source, options, signal)
  await onStart?.(chosen)
  const reading = await source.read(chosen.selection, signal)
  let count = 0
  async function* counted(): AsyncGenerator<readonly Row[]> {
    for await (const rows of reading.rows) {
      yield rows
      count += rows.length
      onRows?.(count)
    }
  }
  const written = await write(chosen.name, encodeCsv(reading.columns, counted(), options))
  return { rows: count, written }
}
