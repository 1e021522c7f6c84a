/** Kept events again, by when they arrived. Reads in short steps, so that it holds back neither writing nor dropping. */
import type { DatabaseSync } from 'node:sqlite'
import { batchOf, type Size, taker } from '../batch.ts'
import type { Batch, BatchLimits, StoredEvent } from '../buffer.ts'
import { EVENT_COLUMNS, EVENTS, SIZE_COLUMNS } from './batches.ts'
import { stateReader } from './state.ts'
import { query } from './transaction.ts'

/** Arrival is not quite in order (clocks are set), so all positions are looked at, this many in a step. */
const SCAN = 20_000

/** What is kept now; what arrives during the iteration is not in it, and what is dropped meanwhile is left out. */
export async function* keptBatches(
  db: DatabaseSync,
  range: { from: number; to: number },
  name: string,
  limits: BatchLimits,
): AsyncGenerator<Batch> {
  const select = query<StoredEvent & Size>(
    db,
    `
    SELECT ${EVENT_COLUMNS}, ${SIZE_COLUMNS} FROM ${EVENTS}
    WHERE seq > ? AND seq <= ? AND received_at >= ? AND received_at < ? ORDER BY seq`,
  )
  const { dropped, lastSeq } = stateReader(db).buffer()
  let after = dropped
  let events: StoredEvent[] = []
  let takes = taker(limits)
  let follows: string | null = null
  while (after < lastSeq) {
    const until = Math.min(after + SCAN, lastSeq)
    let full = false
    for (const { bytes, commas, ...event } of select.each(after, until, range.from, range.to)) {
      full = !takes({ bytes, commas })
      if (full) break
      events.push(event)
      after = event.seq
    }
    if (full) {
      const batch: Batch | undefined = batchOf(name, follows, events)
      events = []
      takes = taker(limits)
      if (batch === undefined) continue
      follows = batch.id
      yield batch
    } else after = until
  }
  const rest = batchOf(name, follows, events)
  if (rest !== undefined) yield rest
}
