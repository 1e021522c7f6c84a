/** A consumer's batches: what they hold, that they never change, and who may load them. */
import { PermanentError } from '../../src/errors.ts'
import {
  appendAll,
  arrival,
  arrivalOf,
  batchOf,
  drain,
  keptBatches,
  LIMITS,
  loadBatch,
  OPTIONS,
  type Place,
  recordOf,
  START,
} from '../support/buffers.ts'
import { unaccounted, withBuffer } from './with-buffer.ts'

export function cutsBatches(kind: string, make: () => Place): void {
  endsAtLimits(kind, make)
  neverChanges(kind, make)
  commitsOnce(kind, make)
  isClaimed(kind, make)
  readsAgain(kind, make)
}

function endsAtLimits(kind: string, make: () => Place): void {
  withBuffer(`${kind}: nothing pending is no batch`, make, async (t, open) => {
    t.is(await open().nextBatch('duckdb', LIMITS), undefined)
  })

  withBuffer(`${kind}: a batch ends at its number of events`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 5)
    const batch = await buffer.nextBatch('duckdb', { ...LIMITS, events: 3 })
    t.like(batch, { firstSeq: 1, lastSeq: 3 })
    t.regex(batch?.id ?? '', /^[a-z0-9]+-000000000001-000000000003-[0-9a-f]{8}$/)
    t.deepEqual(
      batch?.events.map(({ id }) => id),
      [1, 2, 3].map((n) => arrival(n).id),
    )
  })

  withBuffer(`${kind}: a batch ends before it would pass its bytes, but holds one event`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 3, 100)
    t.like(await buffer.nextBatch('duckdb', { ...LIMITS, events: 10, bytes: 299 }), { firstSeq: 1, lastSeq: 2 })
    t.like(await buffer.nextBatch('csv', { ...LIMITS, events: 10, bytes: 1 }), { firstSeq: 1, lastSeq: 1 })
    t.like(await buffer.nextBatch('other', { ...LIMITS, events: 10, bytes: 300 }), { firstSeq: 1, lastSeq: 3 })
  })

  withBuffer(`${kind}: a batch ends before it would pass its values, but holds one event`, make, async (t, open) => {
    const buffer = open()
    const body = (n: number) => JSON.stringify([n, 'a list,', ['of', '🙂🙂', 6]])
    for (const n of [1, 2, 3]) await buffer.append(arrivalOf(body(n)))
    t.like(await buffer.nextBatch('duckdb', { ...LIMITS, values: 14 }), { firstSeq: 1, lastSeq: 2 })
    t.like(await buffer.nextBatch('csv', { ...LIMITS, values: 1 }), { firstSeq: 1, lastSeq: 1 })
    t.like(await buffer.nextBatch('other', { ...LIMITS, values: 15 }), { firstSeq: 1, lastSeq: 3 })
  })

  withBuffer(`${kind}: each consumer has a position of its own`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 4)
    await drain(buffer, 'duckdb')
    await appendAll(buffer, 5, 6)
    t.deepEqual(
      await drain(buffer, 'csv', { ...LIMITS, events: 4 }),
      [1, 2, 3, 4, 5, 6].map((n) => arrival(n).id),
    )
    t.deepEqual(
      await drain(buffer, 'duckdb'),
      [5, 6].map((n) => arrival(n).id),
    )
  })
}

function neverChanges(kind: string, make: () => Place): void {
  withBuffer(`${kind}: an open batch stays, under other limits and with more pending`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 3)
    const batch = await buffer.nextBatch('duckdb', { ...LIMITS, events: 2 })
    await appendAll(buffer, 4, 5)
    t.deepEqual(await buffer.nextBatch('duckdb', LIMITS), batch)
    t.deepEqual(await buffer.nextBatch('duckdb', { ...LIMITS, events: 1, bytes: 1 }), batch)
  })

  withBuffer(`${kind}: an open batch stays after a restart`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 4)
    await drain(buffer, 'csv', { ...LIMITS, events: 1 })
    const batch = await batchOf(buffer, 'duckdb', 3)
    await buffer.close()
    const again = open()
    t.deepEqual(await again.nextBatch('duckdb', LIMITS), batch)
    await again.commit('duckdb', batch, recordOf('duckdb', batch))
    t.like(await again.nextBatch('duckdb', LIMITS), { firstSeq: 4, lastSeq: 4 })
  })
}

function commitsOnce(kind: string, make: () => Place): void {
  withBuffer(`${kind}: committing a batch again changes nothing`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 4)
    const first = await batchOf(buffer, 'duckdb', 2)
    await buffer.commit('duckdb', first, recordOf('duckdb', first))
    await buffer.nextBatch('duckdb', { ...LIMITS, events: 1 })
    const { bytes: _, ...before } = await buffer.stats()
    await buffer.commit('duckdb', first, { ...recordOf('duckdb', first), events: 99 })
    t.like(await buffer.stats(), before)
    t.like(await buffer.nextBatch('duckdb', LIMITS), { firstSeq: 3, lastSeq: 3 })
  })

  withBuffer(`${kind}: a batch that is not the open one is refused, naming both`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 4)
    const batch = await batchOf(buffer, 'duckdb', 2)
    const other = await batchOf(buffer, 'csv', 3)
    const error = await t.throwsAsync(buffer.commit('duckdb', other, recordOf('duckdb', other)), {
      instanceOf: PermanentError,
    })
    t.true(error.message.includes(batch.id.slice(0, -9)) && error.message.includes(other.id))
    t.like((await buffer.stats()).consumers['duckdb'], { pending: 4, loaded: 0, lastLoad: null })
  })

  withBuffer(`${kind}: a consumer that comes late missed what was dropped before`, make, async (t, open) => {
    const early = open({ ...OPTIONS, consumers: ['duckdb'] })
    await appendAll(early, 1, 3)
    await drain(early, 'duckdb')
    t.is(await early.prune(START + 1e15), 3)
    await appendAll(early, 4, 5)
    await early.close()
    const buffer = open()
    t.like((await buffer.stats()).consumers['csv'], { missed: 3, pending: 2, loaded: 0 })
    t.like(await buffer.nextBatch('csv', LIMITS), { firstSeq: 4, lastSeq: 5 })
    t.like((await buffer.stats()).consumers['csv'], { missed: 3, pending: 2, loaded: 0 })
    await drain(buffer, 'csv')
    const stats = await buffer.stats()
    t.like(stats.consumers['csv'], { missed: 3, pending: 0, loaded: 2 })
    t.deepEqual(unaccounted(stats), [])
  })

  withBuffer(`${kind}: an open batch of which events were dropped is cut anew`, make, async (t, open) => {
    const buffer = open({ ...OPTIONS, consumers: ['duckdb'] })
    await appendAll(buffer, 1, 4)
    const removed = await batchOf(buffer, 'csv', 3)
    await loadBatch(buffer, 'duckdb', 2)
    await buffer.prune(START + 1e15)
    t.like(await buffer.nextBatch('csv', LIMITS), { firstSeq: 3, lastSeq: 4 })
    await t.throwsAsync(buffer.commit('csv', removed, recordOf('csv', removed)), { instanceOf: PermanentError })
    await drain(buffer, 'csv')
    const stats = await open().stats()
    t.like(stats.consumers['csv'], { missed: 2, loaded: 2, pending: 0 })
    t.deepEqual(unaccounted(stats), [])
  })
}

function isClaimed(kind: string, make: () => Place): void {
  withBuffer(`${kind}: a consumer is claimed by one at a time`, make, async (t, open) => {
    const buffer = open()
    const other = open()
    const claim = await buffer.claim('duckdb')
    t.truthy(claim)
    t.is(await buffer.claim('duckdb'), undefined)
    t.is(await other.claim('duckdb'), undefined)
    t.is(await other.claimant('duckdb'), `PID ${process.pid} (node)`)
    t.is(await other.claimant('csv'), undefined)
    const csv = await other.claim('csv')
    t.truthy(csv)
    csv?.release()
    claim?.release()
    const next = await other.claim('duckdb')
    t.truthy(next)
    claim?.release()
    t.is(await buffer.claim('duckdb'), undefined)
    next?.release()
  })
}

function readsAgain(kind: string, make: () => Place): void {
  const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER }

  withBuffer(`${kind}: kept events are read again by arrival, loaded or not, in order`, make, async (t, open) => {
    const buffer = open()
    for (const [n, at] of [3, 0, 5, 1, 4].entries()) await buffer.append(arrival(n, 20, START + at))
    await drain(buffer, 'duckdb')
    const batches = await keptBatches(buffer, { from: START + 1, to: START + 5 }, 2)
    t.deepEqual(
      batches.map(({ id }) => id.slice(0, -9)),
      ['replay-1-000000000001-000000000004', 'replay-1-000000000005-000000000005'],
    )
    t.deepEqual(
      batches.flatMap(({ events }) => events.map(({ seq }) => seq)),
      [1, 4, 5],
    )
    t.deepEqual(await keptBatches(buffer, { from: START + 6, to: START + 7 }, 2), [])
  })

  withBuffer(`${kind}: reading again ends with what was there at its beginning`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 4)
    const seqs: number[] = []
    for await (const { events } of buffer.kept(ALL, 'replay', { ...LIMITS, events: 3 })) {
      await appendAll(buffer, 5, 7)
      seqs.push(...events.map(({ seq }) => seq))
    }
    t.deepEqual(seqs, [1, 2, 3, 4])
  })

  withBuffer(`${kind}: what is dropped during reading again is left out`, make, async (t, open) => {
    const buffer = open({ ...OPTIONS, consumers: ['duckdb'] })
    await appendAll(buffer, 1, 5)
    const seqs: number[] = []
    for await (const { events } of buffer.kept(ALL, 'replay', { ...LIMITS, events: 2 })) {
      if (seqs.length === 0) await loadBatch(buffer, 'duckdb', 3)
      await buffer.prune(START + 1e15)
      seqs.push(...events.map(({ seq }) => seq))
    }
    t.deepEqual(seqs, [1, 2, 4, 5])
  })

  withBuffer(`${kind}: an open batch is divided down to one event, and then stays`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 5)
    const sizes: number[] = []
    for (let count = 0; count < 5; count++) {
      const batch = await batchOf(buffer, 'duckdb', 5)
      sizes.push(batch.events.length)
      await buffer.divide('duckdb', batch)
    }
    t.deepEqual(sizes, [5, 2, 1, 1, 1])
    const first = await batchOf(buffer, 'duckdb', 5)
    await buffer.commit('duckdb', first, recordOf('duckdb', first))
    const next = await batchOf(buffer, 'duckdb', 5)
    t.deepEqual([next.firstSeq, next.lastSeq], [2, 5])
    await buffer.divide('duckdb', first)
    t.is((await batchOf(open(), 'duckdb', 5)).id, next.id)
  })
}
