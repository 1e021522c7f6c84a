/**
 * What every buffer promises, as tests: `conforms('sqlite', sqlitePlace)`. Batches, the quarantine and retention have files
 * of their own; conservation.test.ts compares whole histories.
 */
import { TransientError } from '../../src/errors.ts'
import { appendAll, arrival, arrivalOf, drain, LIMITS, type Place, START } from '../support/buffers.ts'
import { cutsBatches } from './conformance-batches.ts'
import { setsAside } from './conformance-quarantine.ts'
import { dropsOldEvents } from './conformance-retention.ts'
import { unaccounted, withBuffer } from './with-buffer.ts'

/** Declares the tests of every rule for one kind of buffer. */
export function conforms(kind: string, make: () => Place): void {
  keepsEvents(kind, make)
  countsEverything(kind, make)
  cutsBatches(kind, make)
  setsAside(kind, make)
  dropsOldEvents(kind, make)
}

function keepsEvents(kind: string, make: () => Place): void {
  withBuffer(`${kind}: an event comes out as it came in, with its position`, make, async (t, open) => {
    const buffer = open()
    const event = { ...arrivalOf('{"a": "\\u0000 \\ud83d 😀 é"}\n'), source: 'backfill' as const }
    t.is(await buffer.append(event), 'accepted')
    const batch = await buffer.nextBatch('duckdb', LIMITS)
    t.deepEqual(batch?.events, [{ ...event, seq: 1, body: Buffer.from(event.body).toString() }])
  })

  withBuffer(`${kind}: a body that is a view into shared memory is kept alone`, make, async (t, open) => {
    const buffer = open()
    const shared = Buffer.from('before{"n":1}after')
    const { id } = arrivalOf('{"n":1}')
    await buffer.append({ id, receivedAt: START, source: 'webhook', body: shared.subarray(6, 13) })
    await buffer.quarantine({ id, receivedAt: START, source: 'webhook', body: shared.subarray(6, 13) }, 'bad')
    shared.fill(0)
    t.deepEqual(
      (await buffer.nextBatch('duckdb', LIMITS))?.events.map(({ body }) => body),
      ['{"n":1}'],
    )
    t.deepEqual(Buffer.from((await buffer.readQuarantined(id))?.body ?? []).toString(), '{"n":1}')
  })

  withBuffer(
    `${kind}: a redelivery is a duplicate, and keeps the time of the first delivery`,
    make,
    async (t, open) => {
      const buffer = open()
      await buffer.append(arrival(1, 20, START))
      t.is(await buffer.append(arrival(1, 20, START + 5)), 'duplicate')
      const batch = await buffer.nextBatch('duckdb', LIMITS)
      t.deepEqual(
        batch?.events.map(({ receivedAt }) => receivedAt),
        [START],
      )
      t.like(await buffer.stats(), { received: 2, duplicate: 1, kept: 1 })
    },
  )

  withBuffer(`${kind}: of deliveries at the same moment one is accepted`, make, async (t, open) => {
    const buffer = open()
    const outcomes = await Promise.all([1, 2, 1, 1, 3, 2].map((n) => buffer.append(arrival(n))))
    t.deepEqual(outcomes, ['accepted', 'accepted', 'duplicate', 'duplicate', 'accepted', 'duplicate'])
  })

  withBuffer(`${kind}: a redelivery is recognised after a restart, loaded or not`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 2)
    await drain(buffer, 'duckdb')
    await buffer.close()
    const again = open()
    t.is(await again.append(arrival(1)), 'duplicate')
    t.is(await again.append(arrival(3)), 'accepted')
    t.deepEqual(await drain(again, 'duckdb'), [arrival(3).id])
  })

  withBuffer(`${kind}: positions are gapless from 1, in the order of acceptance`, make, async (t, open) => {
    const buffer = open()
    await Promise.all(Array.from({ length: 300 }, (_, n) => buffer.append(arrival(n % 100))))
    const batch = await buffer.nextBatch('duckdb', LIMITS)
    t.deepEqual(
      batch?.events.map(({ seq }) => seq),
      Array.from({ length: 100 }, (_, index) => index + 1),
    )
  })

  withBuffer(`${kind}: closing settles what is under way and takes nothing more`, make, async (t, open) => {
    const buffer = open()
    const under = Promise.all(Array.from({ length: 50 }, (_, n) => buffer.append(arrival(n))))
    await buffer.close()
    t.true((await under).every((outcome) => outcome === 'accepted'))
    await t.throwsAsync(buffer.append(arrival(50)), { instanceOf: TransientError, message: /closed/ })
    await t.throwsAsync(buffer.stats(), { instanceOf: TransientError, message: /closed/ })
    await t.notThrowsAsync(buffer.close())
    t.like(await open().stats(), { received: 50, kept: 50 })
  })
}

function countsEverything(kind: string, make: () => Place): void {
  withBuffer(`${kind}: an empty buffer counts nothing`, make, async (t, open) => {
    const stats = await open().stats()
    t.like(stats, { received: 0, duplicate: 0, quarantined: 0, kept: 0 })
    const none = { pending: 0, loaded: 0, missed: 0, oldestPendingAt: null, lastLoad: null }
    t.deepEqual(stats.consumers, { duckdb: none, csv: none })
  })

  withBuffer(`${kind}: what is received is accounted for, for each consumer`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 5)
    await buffer.append(arrival(2))
    await buffer.quarantine(arrival(6), 'bad')
    await drain(buffer, 'duckdb', { ...LIMITS, events: 2 })
    const stats = await buffer.stats()
    t.deepEqual(unaccounted(stats), [])
    t.like(stats, { received: 7, duplicate: 1, quarantined: 1, kept: 5 })
    t.like(stats.consumers['duckdb'], { pending: 0, loaded: 5, missed: 0, oldestPendingAt: null })
    t.like(stats.consumers['duckdb']?.lastLoad, { destination: 'duckdb', firstSeq: 5, lastSeq: 5, events: 1 })
    t.like(stats.consumers['csv'], { pending: 5, loaded: 0, oldestPendingAt: START + 1, lastLoad: null })
    t.true(stats.bytes > 0)
  })

  withBuffer(`${kind}: the counters survive a restart`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 3)
    await buffer.quarantine(arrival(4), 'bad')
    await drain(buffer, 'duckdb')
    const { bytes: _, ...before } = await buffer.stats()
    await buffer.close()
    t.like(await open().stats(), before)
  })
}
