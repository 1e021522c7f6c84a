/**
 * What arrived, kept in one transaction. The counters change in the transaction that keeps the event, or not at all:
 * so received = duplicate + quarantined + last_seq at any instant.
 */
import type { DatabaseSync } from 'node:sqlite'
import { TransientError } from '../../errors.ts'
import type { BufferOptions } from '../buffer.ts'
import type { Arrival } from './group.ts'
import { type BufferState, stateReader } from './state.ts'
import { writing } from './transaction.ts'

export type Outcome = 'accepted' | 'duplicate' | 'quarantined' | 'overflowed'

type Counts = { -readonly [Name in keyof BufferState]: number }

export interface Keeper {
  /** One commit for all. */
  readonly keep: (arrivals: readonly Arrival[]) => Outcome[]
  /** Inside a transaction: puts an event behind the last one, unless it is known. Counts nothing but its position. */
  readonly add: (event: Arrival, counts: Counts) => 'accepted' | 'duplicate'
  /** Inside a transaction: into the quarantine, however full it is. */
  readonly keepAside: (event: Arrival, counts: Counts) => void
  /** Inside a transaction. */
  readonly counts: () => Counts
  readonly save: (counts: Counts) => void
  /** @throws TransientError when the buffer is full of events that are not loaded yet */
  readonly requireRoom: () => void
}

export function keeper(db: DatabaseSync, options: BufferOptions): Keeper {
  const state = stateReader(db)
  const insertEvent = db.prepare(`
    INSERT INTO events (seq, id, received_at, source, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`)
  const insertQuarantined = db.prepare(`
    INSERT INTO quarantine (id, received_at, source, reason, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`)
  const isQuarantined = db.prepare('SELECT 1 FROM quarantine WHERE id = ?')
  const update = db.prepare(`
    UPDATE buffer SET last_seq = ?, received = ?, duplicate = ?, quarantine_kept = ?, quarantine_bytes = ?,
      quarantine_dropped = ?, quarantine_overflowed = ?`)

  function add(event: Arrival, counts: Counts): 'accepted' | 'duplicate' {
    const { changes } = insertEvent.run(counts.lastSeq + 1, event.id, event.receivedAt, event.source, event.body)
    if (changes === 0) {
      counts.duplicate++
      return 'duplicate'
    }
    counts.lastSeq++
    return 'accepted'
  }

  function setAside({ id, receivedAt, source, body }: Arrival, reason: string, counts: Counts): Outcome {
    const { items, bytes } = options.quarantine
    if (isQuarantined.get(id) !== undefined) {
      counts.duplicate++
      return 'duplicate'
    }
    if (counts.quarantineKept >= items || counts.quarantineBytes + body.length > bytes) {
      counts.quarantineOverflowed++
      return 'overflowed'
    }
    keepAside({ id, receivedAt, source, body, reason }, counts)
    return 'quarantined'
  }

  function keepAside({ id, receivedAt, source, body, reason }: Arrival, counts: Counts): void {
    const { changes } = insertQuarantined.run(id, receivedAt, source, reason, body)
    if (changes === 0) {
      // The same body is there already, as something else that was received.
      counts.quarantineDropped++
      return
    }
    counts.quarantineKept++
    counts.quarantineBytes += body.length
  }

  function save(counts: Counts): void {
    const { lastSeq, received, duplicate, quarantineKept, quarantineBytes } = counts
    const { quarantineDropped, quarantineOverflowed } = counts
    update.run(lastSeq, received, duplicate, quarantineKept, quarantineBytes, quarantineDropped, quarantineOverflowed)
  }

  function requireRoom(): void {
    const { lastSeq, dropped, quarantineBytes } = state.buffer()
    if (lastSeq === dropped || state.bytes() - quarantineBytes < options.retention.bytes) return
    if (state.slowest(options.consumers) > dropped) return
    const limit = `RETAIN_BYTES (${options.retention.bytes})`
    const way = 'let the destinations load, or raise the limit; it is tried again'
    throw new TransientError(`store the event: the buffer holds ${limit} of events that are not loaded yet; ${way}`)
  }

  function keep(arrivals: readonly Arrival[]): Outcome[] {
    return writing(db, () => {
      requireRoom()
      const counts: Counts = state.buffer()
      const outcomes = arrivals.map((each) =>
        each.reason === null ? add(each, counts) : setAside(each, each.reason, counts),
      )
      counts.received += arrivals.length
      save(counts)
      return outcomes
    })
  }

  return { keep, add, keepAside, counts: () => state.buffer(), save, requireRoom }
}
