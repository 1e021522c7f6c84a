/**
 * Where everything stands. Positions are gapless, so that what is kept, pending, loaded and missed is arithmetic, never a
 * count: kept are the positions in (dropped, last], loaded by a consumer is its position less what it missed.
 */
import type { DatabaseSync } from 'node:sqlite'
import { query } from './transaction.ts'

export interface BufferState {
  readonly lastSeq: number
  /** The last position that is gone. */
  readonly dropped: number
  readonly received: number
  readonly duplicate: number
  readonly quarantineKept: number
  readonly quarantineBytes: number
  readonly quarantineDropped: number
  readonly quarantineOverflowed: number
}

export interface ConsumerState {
  /** The last position that was committed or missed. */
  readonly position: number
  /** The last position of the open batch; not above `position` when none is open. */
  readonly openLast: number
  readonly missed: number
  readonly lastLoad: string | null
}

const UNSEEN: ConsumerState = { position: 0, openLast: 0, missed: 0, lastLoad: null }

export interface StateReader {
  buffer(): BufferState
  consumer(name: string): ConsumerState
  /** The lowest position of these consumers: what is beyond must be kept. */
  slowest(consumers: readonly string[]): number
  /** Of the file, without the pages that are free to be filled again. */
  bytes(): number
}

export function stateReader(db: DatabaseSync): StateReader {
  const selectBuffer = query<BufferState>(
    db,
    `
    SELECT last_seq AS lastSeq, dropped, received, duplicate, quarantine_kept AS quarantineKept,
      quarantine_bytes AS quarantineBytes, quarantine_dropped AS quarantineDropped,
      quarantine_overflowed AS quarantineOverflowed
    FROM buffer`,
  )
  const selectConsumer = query<ConsumerState>(
    db,
    `
    SELECT position, open_last AS openLast, missed, last_load AS lastLoad FROM consumers WHERE name = ?`,
  )
  const selectBytes = query<{ bytes: number }>(
    db,
    `
    SELECT (page_count - freelist_count) * page_size AS bytes
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
  )
  const consumer = (name: string) => selectConsumer.first(name) ?? UNSEEN
  const buffer = () => {
    const row = selectBuffer.first()
    if (row === undefined) throw new Error('read the buffer: its counters are gone; restore a copy')
    return row
  }
  return {
    buffer,
    consumer,
    slowest: (consumers) => Math.min(buffer().lastSeq, ...consumers.map((name) => consumer(name).position)),
    bytes: () => selectBytes.first()?.bytes ?? 0,
  }
}
