/** Drops the oldest events that every destination has loaded; never one that is not. In short transactions, so that appends go on between them. */
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { BufferOptions } from '../buffer.ts'
import { stateReader } from './state.ts'
import { query, writing } from './transaction.ts'

const STEP_EVENTS = 2000
const STEP_BYTES = 16 * 1024 ** 2
const MICROSECONDS_PER_DAY = 86_400_000_000

interface Candidate {
  readonly seq: number
  readonly receivedAt: number
  readonly bytes: number
}

/** @returns called with the time in microseconds: how many events it dropped */
export function createPruner(db: DatabaseSync, options: BufferOptions): (now: number) => Promise<number> {
  const state = stateReader(db)
  const select = query<Candidate>(
    db,
    `
    SELECT seq, received_at AS receivedAt, length(body) AS bytes FROM events
    WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${STEP_EVENTS}`,
  )
  const remove = db.prepare('DELETE FROM events WHERE seq <= ?')
  const update = db.prepare('UPDATE buffer SET dropped = ?')

  /** The last position that may go in this step: too old, or in the way of what is too much. */
  function endOfStep(cutoff: number): number {
    const excess = state.bytes() - options.retention.bytes
    let end = state.buffer().dropped
    let freed = 0
    for (const { seq, receivedAt, bytes } of select.each(end, state.slowest(options.consumers))) {
      if (receivedAt >= cutoff && freed > excess) break
      freed += bytes
      end = seq
      if (freed >= STEP_BYTES) break
    }
    return end
  }

  /** What may go may go for ever, as positions never fall: so it is looked for before the write lock is taken. */
  function dropUpTo(end: number): number {
    return writing(db, () => {
      const { dropped } = state.buffer()
      if (end <= dropped) return 0
      remove.run(end)
      update.run(end)
      return end - dropped
    })
  }

  return async (now) => {
    const cutoff = now - options.retention.days * MICROSECONDS_PER_DAY
    let total = 0
    for (let end = endOfStep(cutoff); end > state.buffer().dropped; end = endOfStep(cutoff)) {
      total += dropUpTo(end)
      await setImmediate()
    }
    return total
  }
}
