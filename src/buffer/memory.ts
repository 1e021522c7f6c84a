/** The buffer's rules, in memory: the reference that other buffers are compared with, and a buffer for tests. */
import type { LoadRecord } from '../../schemas/records.ts'
import { PermanentError, TransientError } from '../errors.ts'
import { batchOf, middleOf, rangeId, taker } from './batch.ts'
import {
  type ArrivedEvent,
  type Batch,
  type BatchLimits,
  type BufferOptions,
  type EventBuffer,
  eventId,
  type Quarantined,
  type StoredEvent,
} from './buffer.ts'
import { consumerOf, type Memory, newMemory, statsOf } from './memory/state.ts'

const MICROSECONDS_PER_DAY = 86_400_000_000
const NAME = 'memory'

/** @param memory what an earlier buffer left, as if it were a file */
export function createMemoryBuffer(options: BufferOptions, memory: Memory = newMemory()): EventBuffer {
  let closed = false

  async function attempt<T>(work: () => T): Promise<T> {
    if (closed) throw new TransientError('use the buffer: it is closed')
    return work()
  }

  return {
    append: (event) =>
      attempt(() => {
        requireRoom(memory, options)
        memory.received++
        return add(memory, event)
      }),
    nextBatch: (consumer, limits) => attempt(() => next(memory, consumer, limits)),
    commit: (name, batch, load) => attempt(() => commit(memory, name, batch, load)),
    divide: (name, batch) => attempt(() => divide(memory, name, batch)),
    claim: (consumer) => attempt(() => claim(memory, consumer)),
    claimant: (consumer) => attempt(() => (memory.claims.has(consumer) ? `PID ${process.pid} (node)` : undefined)),
    kept: (range, name, limits) => kept(memory, range, name, limits),
    quarantine: (event, reason) =>
      attempt(() => {
        requireRoom(memory, options)
        return setAside(memory, event, reason, options)
      }),
    takeOut: (seq, reason) => attempt(() => takeOut(memory, seq, reason)),
    listQuarantined: () => attempt(() => [...memory.quarantine.values()].map(withoutBody)),
    readQuarantined: (id) => attempt(() => memory.quarantine.get(id)),
    release: (id, as) =>
      attempt(() => {
        const found = memory.quarantine.get(id)
        if (found === undefined) return 'unknown'
        requireRoom(memory, options)
        memory.quarantine.delete(id)
        return add(memory, { ...found, ...as })
      }),
    dropQuarantined: (id) =>
      attempt(() => {
        const found = memory.quarantine.delete(id)
        if (found) memory.quarantineDropped++
        return found
      }),
    prune: (now) => attempt(() => prune(memory, now, options)),
    stats: () => attempt(() => statsOf(memory, options.consumers)),
    async close() {
      closed = true
    },
  }
}

/** Counted as received by the caller: a released body was received before. */
function add(memory: Memory, { id, receivedAt, source, body }: ArrivedEvent): 'accepted' | 'duplicate' {
  if (memory.ids.has(id)) {
    memory.duplicate++
    return 'duplicate'
  }
  const seq = ++memory.lastSeq
  memory.ids.add(id)
  const text = Buffer.from(body).toString()
  const commas = text.split(',').length - 1
  memory.events.push({ id, seq, receivedAt, source, body: text, bytes: body.length, commas })
  memory.bytes += body.length
  return 'accepted'
}

function setAside(memory: Memory, event: ArrivedEvent, reason: string, { quarantine: bounds }: BufferOptions) {
  const { quarantine } = memory
  memory.received++
  if (quarantine.has(event.id)) {
    memory.duplicate++
    return 'duplicate'
  }
  const bytes = [...quarantine.values()].reduce((sum, { body }) => sum + body.length, event.body.length)
  if (quarantine.size >= bounds.items || bytes > bounds.bytes) {
    memory.quarantineOverflowed++
    return 'overflowed'
  }
  quarantine.set(event.id, { ...event, body: Uint8Array.from(event.body), reason })
  return 'quarantined'
}

/** The bytes as they are now go into the quarantine; the place stays, empty, and its id may come again. */
function takeOut(memory: Memory, seq: number, reason: string): boolean {
  const at = memory.events.findIndex((event) => event.seq === seq)
  const event = memory.events[at]
  if (event === undefined || memory.takenOut.has(seq)) return false
  const { receivedAt, source, body: text } = event
  const body = Buffer.from(text)
  const id = eventId(body)
  if (memory.quarantine.has(id)) memory.quarantineDropped++
  else memory.quarantine.set(id, { id, receivedAt, source, body, reason })
  memory.takenOut.set(seq, id)
  memory.ids.delete(event.id)
  memory.bytes -= event.bytes
  memory.events[at] = { ...event, body: '', bytes: 0, commas: 0 }
  return true
}

/** The lowest position of the destinations: what is beyond must be kept. */
const slowest = (memory: Memory, { consumers }: BufferOptions) =>
  Math.min(memory.lastSeq, ...consumers.map((name) => consumerOf(memory, name).position))

function requireRoom(memory: Memory, options: BufferOptions): void {
  if (memory.bytes < options.retention.bytes || slowest(memory, options) > memory.dropped) return
  throw new TransientError('store the event: the buffer is full of events that are not loaded yet')
}

function next(memory: Memory, name: string, limits: BatchLimits): Batch | undefined {
  const seen = consumerOf(memory, name)
  const after = Math.max(seen.position, memory.dropped)
  const isOpen = after === seen.position && seen.openLast > after
  const takes = taker(limits)
  const pending = memory.events.filter(({ seq }) => seq > after)
  const end = isOpen ? undefined : pending.find((event) => !takes(event))
  const openLast = isOpen ? seen.openLast : end === undefined ? memory.lastSeq : end.seq - 1
  if (pending.length === 0) return undefined
  const missed = seen.missed + after - seen.position
  memory.consumers.set(name, { ...seen, position: after, openLast, missed })
  const follows = seen.lastLoad?.batchId ?? null
  return batchOf(NAME, follows, pending.filter(({ seq }) => seq <= openLast).map(withoutSize))
}

const withoutSize = ({ id, seq, receivedAt, source, body }: StoredEvent): StoredEvent => ({
  id,
  seq,
  receivedAt,
  source,
  body,
})

function commit(memory: Memory, name: string, batch: Batch, load: LoadRecord): void {
  const consumer = consumerOf(memory, name)
  const opened = rangeId(NAME, consumer.position + 1, consumer.openLast)
  if (batch.id.startsWith(opened) && batch.lastSeq > consumer.position) {
    memory.consumers.set(name, { ...consumer, position: batch.lastSeq, lastLoad: load })
  } else if (batch.lastSeq > consumer.position) {
    throw new PermanentError(`commit batch ${batch.id} of ${name}: ${opened} is open; only one process may load for it`)
  }
}

function divide(memory: Memory, name: string, batch: Batch): void {
  const consumer = consumerOf(memory, name)
  const { position, openLast } = consumer
  if (!batch.id.startsWith(rangeId(NAME, position + 1, openLast))) return
  memory.consumers.set(name, { ...consumer, openLast: middleOf(position, openLast) })
}

const withoutBody = ({ id, receivedAt, reason, body }: ArrivedEvent & { reason: string }): Quarantined => ({
  id,
  receivedAt,
  reason,
  bytes: body.length,
})

async function* kept(memory: Memory, range: { from: number; to: number }, name: string, limits: BatchLimits) {
  let rest = memory.events.filter(({ receivedAt }) => receivedAt >= range.from && receivedAt < range.to)
  let follows: string | null = null
  while (rest.length > 0) {
    const takes = taker(limits)
    const end = rest.findIndex((event) => !takes(event))
    const some = rest.slice(0, end === -1 ? rest.length : end).map(withoutSize)
    const batch: Batch | undefined = batchOf(name, follows, some)
    rest = end === -1 ? [] : rest.slice(end)
    if (batch !== undefined) yield batch
    follows = batch?.id ?? follows
    rest = rest.filter(({ seq }) => seq > memory.dropped)
  }
}

function prune(memory: Memory, now: number, options: BufferOptions): number {
  const cutoff = now - options.retention.days * MICROSECONDS_PER_DAY
  const end = slowest(memory, options)
  const before = memory.dropped
  for (let first = memory.events[0]; first !== undefined && first.seq <= end; first = memory.events[0]) {
    if (first.receivedAt >= cutoff && memory.bytes < options.retention.bytes) break
    memory.events.shift()
    if (!memory.takenOut.has(first.seq)) memory.ids.delete(first.id)
    memory.dropped = first.seq
    memory.bytes -= first.bytes
  }
  return memory.dropped - before
}

function claim(memory: Memory, consumer: string) {
  if (memory.claims.has(consumer)) return undefined
  const own = {
    lost: () => undefined,
    release() {
      if (memory.claims.get(consumer) === own) memory.claims.delete(consumer)
    },
  }
  memory.claims.set(consumer, own)
  return own
}
