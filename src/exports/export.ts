/** The story of an export: choose what is read, read it, make it CSV, and put it where it is wanted. */
import type { ExportOptions } from '../config/exports.ts'
import type { Source } from '../destinations/source.ts'
import { type Chosen, choose } from './choose.ts'
import { readAsCsv } from './encode.ts'

export interface Exporting {
  readonly options: ExportOptions
  /** Takes the text, and says what became of it. */
  readonly write: (name: string, text: AsyncIterable<string | Uint8Array>) => Promise<string>
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
  /** As in Chosen. */
  readonly note?: string
}

/** @throws Transient and Permanent errors, and the signal's reason */
export async function exportCsv(source: Source, exporting: Exporting): Promise<Exported> {
  const { options, write, signal, onStart, onRows } = exporting
  const chosen = await choose(source, options, signal)
  await onStart?.(chosen)
  const pieces = await readAsCsv(source, chosen.selection, options, signal)
  let count = 0
  async function* texts(): AsyncGenerator<string | Uint8Array> {
    for await (const { rows, text } of pieces) {
      yield text
      count += rows
      if (rows > 0) onRows?.(count)
    }
  }
  const written = await write(chosen.name, texts())
  return { rows: count, written, ...(chosen.note !== undefined && { note: chosen.note }) }
}
