/** The quarantine: counted, bounded, and with two ways out. */
import {
  appendAll,
  arrival,
  arrivalOf,
  batchOf,
  DAY,
  drain,
  LIMITS,
  loadBatch,
  OPTIONS,
  type Place,
  recordOf,
  START,
} from '../support/buffers.ts'
import { unaccounted, withBuffer } from './with-buffer.ts'

export function setsAside(kind: string, make: () => Place): void {
  keepsBodies(kind, make)
  isBounded(kind, make)
  letsOut(kind, make)
  takesOut(kind, make)
}

function keepsBodies(kind: string, make: () => Place): void {
  withBuffer(`${kind}: a body is set aside as it came, whatever its bytes`, make, async (t, open) => {
    const buffer = open()
    const bad = arrivalOf(Uint8Array.of(0xff, 0, 0x7b, 0xc3))
    t.is(await buffer.quarantine(bad, 'invalid UTF-8'), 'quarantined')
    t.is(await buffer.quarantine(arrivalOf(''), 'empty'), 'quarantined')
    const again = open()
    t.deepEqual(await again.listQuarantined(), [
      { id: bad.id, receivedAt: bad.receivedAt, reason: 'invalid UTF-8', bytes: 4 },
      { id: arrivalOf('').id, receivedAt: bad.receivedAt, reason: 'empty', bytes: 0 },
    ])
    const found = await again.readQuarantined(bad.id)
    t.deepEqual([...(found?.body ?? [])], [...bad.body])
    t.like(found, { id: bad.id, receivedAt: bad.receivedAt, source: 'webhook', reason: 'invalid UTF-8' })
  })

  withBuffer(`${kind}: a bad body that comes again is a duplicate`, make, async (t, open) => {
    const buffer = open()
    await buffer.quarantine(arrival(1), 'first reason')
    t.is(await buffer.quarantine(arrival(1), 'second reason'), 'duplicate')
    t.like(await buffer.listQuarantined(), [{ reason: 'first reason' }])
    t.like(await buffer.stats(), { received: 2, duplicate: 1, quarantined: 1, kept: 0 })
  })

  withBuffer(`${kind}: an id that is none, or not there, is unknown`, make, async (t, open) => {
    const buffer = open()
    for (const id of ['', 'x', '__proto__', arrival(1).id]) {
      t.is(await buffer.readQuarantined(id), undefined)
      t.is(await buffer.release(id), 'unknown')
      t.false(await buffer.dropQuarantined(id))
    }
  })
}

function isBounded(kind: string, make: () => Place): void {
  withBuffer(`${kind}: a full quarantine counts what it cannot keep, and pushes nothing out`, make, async (t, open) => {
    const buffer = open({ ...OPTIONS, quarantine: { items: 2, bytes: 1e6 } })
    const outcomes = await Promise.all([1, 2, 3, 1].map((n) => buffer.quarantine(arrival(n), 'bad')))
    t.deepEqual(outcomes, ['quarantined', 'quarantined', 'overflowed', 'duplicate'])
    const stats = await buffer.stats()
    t.deepEqual(
      (await buffer.listQuarantined()).map(({ id }) => id),
      [1, 2].map((n) => arrival(n).id),
    )
    t.like(stats, { received: 4, duplicate: 1, quarantined: 3, quarantine: { kept: 2, dropped: 0, overflowed: 1 } })
    t.deepEqual(unaccounted(stats), [])
  })

  withBuffer(`${kind}: the quarantine is bounded in bytes, and has room again after a drop`, make, async (t, open) => {
    const buffer = open({ ...OPTIONS, quarantine: { items: 100, bytes: 250 } })
    await buffer.quarantine(arrival(1, 100), 'bad')
    await buffer.quarantine(arrival(2, 150), 'bad')
    t.is(await buffer.quarantine(arrival(3, 20), 'bad'), 'overflowed')
    t.false(await buffer.dropQuarantined(arrival(1).id))
    t.true(await buffer.dropQuarantined(arrival(1, 100).id))
    t.is(await buffer.quarantine(arrival(3, 20), 'bad'), 'quarantined')
  })
}

function letsOut(kind: string, make: () => Place): void {
  withBuffer(`${kind}: a released body becomes the next event and keeps its arrival`, make, async (t, open) => {
    const buffer = open()
    await buffer.quarantine(arrival(9), 'bad')
    await appendAll(buffer, 1, 2)
    t.is(await buffer.release(arrival(9).id), 'accepted')
    await appendAll(buffer, 3, 3)
    const stats = await buffer.stats()
    t.like(stats, { received: 4, quarantined: 0, quarantine: { kept: 0, dropped: 0, overflowed: 0 }, kept: 4 })
    t.deepEqual(unaccounted(stats), [])
    const batch = await buffer.nextBatch('duckdb', { ...LIMITS, events: 9 })
    t.like(batch?.events[2], { seq: 3, id: arrival(9).id, receivedAt: arrival(9).receivedAt })
    t.is(await buffer.release(arrival(9).id), 'unknown')
    t.is(await buffer.append(arrival(9)), 'duplicate')
  })

  withBuffer(`${kind}: releasing a body that has come in meanwhile counts a duplicate`, make, async (t, open) => {
    const buffer = open()
    await buffer.quarantine(arrival(1), 'bad')
    await buffer.append(arrival(1))
    t.is(await buffer.release(arrival(1).id), 'duplicate')
    const stats = await buffer.stats()
    t.like(stats, { received: 2, duplicate: 1, quarantined: 0, kept: 1 })
    t.deepEqual(unaccounted(stats), [])
    t.deepEqual(await drain(buffer, 'duckdb'), [arrival(1).id])
  })

  withBuffer(
    `${kind}: a body may be released as a part of itself, which is the same as that part alone`,
    make,
    async (t, open) => {
      const buffer = open()
      const [first, second, whole] = [
        arrival(1),
        arrival(2),
        (n: number) => arrivalOf(Buffer.concat([Buffer.from('x'), arrival(n).body])),
      ]
      await buffer.append(first)
      for (const n of [1, 2]) await buffer.quarantine(whole(n), 'bad')
      t.is(await buffer.release(whole(1).id, first), 'duplicate')
      t.is(await buffer.release(whole(2).id, { id: second.id, body: second.body }), 'accepted')
      const stats = await buffer.stats()
      t.like(stats, { received: 3, duplicate: 1, quarantined: 0, kept: 2 })
      t.deepEqual(unaccounted(stats), [])
      const batch = await buffer.nextBatch('duckdb', LIMITS)
      t.like(batch?.events[1], {
        id: second.id,
        receivedAt: whole(2).receivedAt,
        body: Buffer.from(second.body).toString(),
      })
      t.is(await buffer.append(second), 'duplicate')
    },
  )

  withBuffer(`${kind}: a dropped body stays counted, and is set aside when it comes again`, make, async (t, open) => {
    const buffer = open()
    await buffer.quarantine(arrival(1), 'bad')
    t.true(await buffer.dropQuarantined(arrival(1).id))
    t.false(await buffer.dropQuarantined(arrival(1).id))
    t.like(await buffer.stats(), { received: 1, quarantined: 1, quarantine: { kept: 0, dropped: 1, overflowed: 0 } })
    t.is(await buffer.quarantine(arrival(1), 'bad'), 'quarantined')
    t.like(await buffer.stats(), { received: 2, quarantined: 2, quarantine: { kept: 1, dropped: 1, overflowed: 0 } })
  })
}

function takesOut(kind: string, make: () => Place): void {
  withBuffer(
    `${kind}: an event that is taken out is in the quarantine, and holds up no other one`,
    make,
    async (t, open) => {
      const buffer = open()
      await appendAll(buffer, 1, 3)
      await loadBatch(buffer, 'csv', 3)
      const batch = await batchOf(buffer, 'duckdb', 3)
      t.true(await buffer.takeOut(2, 'damaged: why'))
      t.false(await buffer.takeOut(2, 'damaged: why'))
      t.false(await buffer.takeOut(9, 'damaged: why'))
      t.deepEqual(await buffer.listQuarantined(), [
        { id: arrival(2).id, receivedAt: arrival(2).receivedAt, reason: 'damaged: why', bytes: 20 },
      ])
      const stats = await buffer.stats()
      t.deepEqual(unaccounted(stats), [])
      t.like(stats, { received: 3, quarantined: 1, kept: 2, quarantine: { kept: 1, events: 1 } })
      t.like(stats.consumers, { duckdb: { pending: 2, loaded: 0 }, csv: { pending: 0, loaded: 2 } })
      const again = await batchOf(open(), 'duckdb', 3)
      t.is(again.id, batch.id)
      t.deepEqual(
        again.events.map(({ body }) => body !== ''),
        [true, false, true],
      )
      await buffer.commit('duckdb', again, recordOf('duckdb', again))
      t.like((await buffer.stats()).consumers, { duckdb: { pending: 0, loaded: 2, oldestPendingAt: null } })
    },
  )

  withBuffer(`${kind}: an event that was taken out may come again, and be released as well`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 1)
    await buffer.takeOut(1, 'damaged')
    t.is(await buffer.append(arrival(1)), 'accepted')
    t.is(await buffer.release(arrival(1).id), 'duplicate')
    t.is(await buffer.append(arrival(1)), 'duplicate')
    const stats = await buffer.stats()
    t.like(stats, { received: 3, duplicate: 2, kept: 1, quarantine: { kept: 0, events: 0 } })
    t.deepEqual(unaccounted(stats), [])
  })

  withBuffer(`${kind}: a full quarantine takes what was acknowledged`, make, async (t, open) => {
    const buffer = open({ ...OPTIONS, quarantine: { items: 1, bytes: 25 } })
    await buffer.quarantine(arrival(9), 'bad')
    await appendAll(buffer, 1, 2)
    t.true(await buffer.takeOut(1, 'damaged'))
    t.true(await buffer.takeOut(2, 'damaged'))
    t.like((await buffer.stats()).quarantine, { kept: 3, events: 2, overflowed: 0 })
  })

  withBuffer(`${kind}: what was taken out goes with the others when they are dropped`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 3)
    await buffer.takeOut(1, 'damaged')
    for (const consumer of ['duckdb', 'csv']) await loadBatch(buffer, consumer, 3)
    await buffer.append(arrival(1))
    await buffer.prune(START + 31 * DAY)
    const stats = await buffer.stats()
    t.like(stats, { received: 4, kept: 1, quarantined: 1 })
    t.deepEqual(unaccounted(stats), [])
    t.is(await buffer.append(arrival(1)), 'duplicate')
  })
}
