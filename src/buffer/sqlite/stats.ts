/** Where the buffer stands, in one view: lookups and arithmetic only, so that it may be asked every second. */
import type { DatabaseSync } from 'node:sqlite'
import type { LoadRecord } from '../../../schemas/records.ts'
import { standing } from '../batch.ts'
import type { BufferStats, ConsumerStats } from '../buffer.ts'
import { type BufferState, stateReader } from './state.ts'
import { query, reading } from './transaction.ts'

export function createStats(db: DatabaseSync, consumers: readonly string[]): () => BufferStats {
  const state = stateReader(db)
  const selectArrival = query<{ receivedAt: number }>(db, 'SELECT received_at AS receivedAt FROM events WHERE seq = ?')

  const selectTakenOut = query<{ before: number; after: number }>(
    db,
    'SELECT count(*) FILTER (WHERE seq <= ?) AS before, count(*) FILTER (WHERE seq > ?) AS after FROM taken_out',
  )
  const selectEvents = query<{ count: number }>(
    db,
    'SELECT count(*) AS count FROM taken_out JOIN quarantine ON quarantine.id = quarantine_id',
  )
  const takenOut = (seq: number) => selectTakenOut.first(seq, seq) ?? { before: 0, after: 0 }

  function consumerStats(name: string, { dropped, lastSeq }: BufferState): ConsumerStats {
    const { position, missed, lastLoad } = state.consumer(name)
    const before = Math.max(position, dropped)
    const counts = standing({ position, missed, before, lastSeq, takenOut: takenOut(before) })
    const oldest = counts.pending > 0 ? selectArrival.first(before + 1) : undefined
    const record: LoadRecord | null = lastLoad === null ? null : JSON.parse(lastLoad)
    return { ...counts, oldestPendingAt: oldest?.receivedAt ?? null, lastLoad: record }
  }

  return () =>
    reading(db, () => {
      const buffer = state.buffer()
      const { quarantineKept: kept, quarantineDropped: dropped, quarantineOverflowed: overflowed } = buffer
      return {
        received: buffer.received,
        duplicate: buffer.duplicate,
        quarantined: kept + dropped + overflowed,
        quarantine: { kept, dropped, overflowed, events: selectEvents.first()?.count ?? 0 },
        kept: buffer.lastSeq - buffer.dropped - takenOut(buffer.dropped).after,
        bytes: state.bytes(),
        consumers: Object.fromEntries(consumers.map((name) => [name, consumerStats(name, buffer)])),
      }
    })
}
