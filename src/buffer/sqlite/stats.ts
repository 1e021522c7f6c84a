/** Where the buffer stands, in one view: lookups and arithmetic only, so that it may be asked every second. */
import type { DatabaseSync } from 'node:sqlite'
import type { LoadRecord } from '../../../schemas/records.ts'
import type { BufferStats, ConsumerStats } from '../buffer.ts'
import { type BufferState, stateReader } from './state.ts'
import { query, reading } from './transaction.ts'

export function createStats(db: DatabaseSync, consumers: readonly string[]): () => BufferStats {
  const state = stateReader(db)
  const selectArrival = query<{ receivedAt: number }>(db, 'SELECT received_at AS receivedAt FROM events WHERE seq = ?')

  function consumerStats(name: string, { dropped, lastSeq }: BufferState): ConsumerStats {
    const { position, missed, lastLoad } = state.consumer(name)
    const before = Math.max(position, dropped)
    const oldest = selectArrival.first(before + 1)
    const record: LoadRecord | null = lastLoad === null ? null : JSON.parse(lastLoad)
    return {
      pending: lastSeq - before,
      loaded: position - missed,
      missed: missed + before - position,
      oldestPendingAt: oldest?.receivedAt ?? null,
      lastLoad: record,
    }
  }

  return () =>
    reading(db, () => {
      const buffer = state.buffer()
      const { quarantineKept: kept, quarantineDropped: dropped, quarantineOverflowed: overflowed } = buffer
      return {
        received: buffer.received,
        duplicate: buffer.duplicate,
        quarantined: kept + dropped + overflowed,
        quarantine: { kept, dropped, overflowed },
        kept: buffer.lastSeq - buffer.dropped,
        bytes: state.bytes(),
        consumers: Object.fromEntries(consumers.map((name) => [name, consumerStats(name, buffer)])),
      }
    })
}
