/** How batches are named, where they end, and how they are counted: the same for every buffer. */
import { hash } from 'node:crypto'
import type { Batch, BatchLimits, StoredEvent } from './buffer.ts'

const pad = (seq: number) => String(seq).padStart(12, '0')

/** `<name>-<first seq>-<last seq>`, padded so that ids sort in loading order: what all ids of this range begin with. */
export const rangeId = (name: string, firstSeq: number, lastSeq: number): string =>
  `${name}-${pad(firstSeq)}-${pad(lastSeq)}`

/**
 * The id ends in a digest of the events' ids: a buffer that was restored from a copy gives its positions to other events,
 * and a destination must not take those for what it has already. undefined when there are no events.
 */
export function batchOf(name: string, follows: string | null, events: readonly StoredEvent[]): Batch | undefined {
  const [first] = events
  const last = events.at(-1)
  if (first === undefined || last === undefined) return undefined
  const digest = hash('sha256', events.map(({ id }) => id).join(), 'hex').slice(0, 8)
  const id = `${rangeId(name, first.seq, last.seq)}-${digest}`
  return { id, follows, firstSeq: first.seq, lastSeq: last.seq, events }
}

/** Where the first half of the positions after `position` ends; they are one at least. */
export const middleOf = (position: number, last: number): number => position + Math.max(1, (last - position) >> 1)

/** What an event adds to a batch: the bytes of its body, and the commas in it. */
export interface Size {
  readonly bytes: number
  readonly commas: number
}

/** Asked for one event after another: whether the batch still takes it. The first always fits. */
export function taker(limits: BatchLimits): (size: Size) => boolean {
  let [events, bytes, values] = [0, 0, 0]
  return (size) => {
    events += 1
    bytes += size.bytes
    values += size.commas
    return events === 1 || (events <= limits.events && bytes <= limits.bytes && values <= limits.values)
  }
}

interface Positions {
  /** The last position that was committed or missed. */
  readonly position: number
  readonly missed: number
  /** The last position that is behind the consumer, be it that it has gone. */
  readonly before: number
  readonly lastSeq: number
  /** How many events up to `before` and after it were taken out into the quarantine, where they are counted. */
  readonly takenOut: { readonly before: number; readonly after: number }
}

/** Where a consumer stands, by arithmetic: pending + loaded + missed are all positions but those that were taken out. */
export function standing({ position, missed, before, lastSeq, takenOut }: Positions) {
  const done = before - takenOut.before
  const missing = Math.min(missed + before - position, done)
  return { pending: lastSeq - before - takenOut.after, loaded: done - missing, missed: missing }
}
