/** What is dropped, and what never is. */
import { TransientError } from '../../src/errors.ts'
import {
  appendAll,
  arrival,
  batchOf,
  DAY,
  drain,
  LIMITS,
  OPTIONS,
  type Place,
  recordOf,
  START,
} from '../support/buffers.ts'
import { unaccounted, withBuffer } from './with-buffer.ts'

const LATER = START + 365 * DAY

export function dropsOldEvents(kind: string, make: () => Place): void {
  withBuffer(`${kind}: an event that is not loaded by all is never dropped`, make, async (t, open) => {
    const buffer = open()
    await appendAll(buffer, 1, 4)
    await drain(buffer, 'duckdb')
    t.is(await buffer.prune(LATER), 0)
    const batch = await batchOf(buffer, 'csv', 3)
    t.is(await buffer.prune(LATER), 0)
    await buffer.commit('csv', batch, recordOf('csv', batch))
    t.is(await buffer.prune(LATER), 3)
    t.is(await buffer.prune(LATER), 0)
    const stats = await buffer.stats()
    t.is(stats.kept, 1)
    t.deepEqual(unaccounted(stats), [])
    t.like(stats.consumers['csv'], { pending: 1, loaded: 3, missed: 0, oldestPendingAt: START + 4 })
  })

  withBuffer(`${kind}: a loaded event is dropped when it is older than the retention`, make, async (t, open) => {
    const buffer = open()
    for (const day of [0, 1, 2]) await buffer.append(arrival(day, 20, START + day * DAY))
    await drain(buffer, 'duckdb')
    await drain(buffer, 'csv')
    t.is(await buffer.prune(START + 31 * DAY), 1)
    t.is(await buffer.append(arrival(1)), 'duplicate')
    t.is(await buffer.append(arrival(0)), 'accepted')
    t.like(await buffer.nextBatch('duckdb', LIMITS), { firstSeq: 4, lastSeq: 4 })
  })

  withBuffer(`${kind}: only the oldest positions go, even when a later one arrived earlier`, make, async (t, open) => {
    const buffer = open()
    for (const [n, day] of [0, 9, 1].entries()) await buffer.append(arrival(n, 20, START + day * DAY))
    await drain(buffer, 'duckdb')
    await drain(buffer, 'csv')
    t.is(await buffer.prune(START + 33 * DAY), 1)
    t.is((await buffer.stats()).kept, 2)
  })

  withBuffer(`${kind}: a destination that was removed holds nothing back`, make, async (t, open) => {
    const both = open()
    await appendAll(both, 1, 3)
    await both.nextBatch('csv', LIMITS)
    await drain(both, 'duckdb')
    await both.close()
    t.is(await open({ ...OPTIONS, consumers: ['duckdb'] }).prune(LATER), 3)
  })

  withBuffer(`${kind}: a full buffer refuses, and takes again what is loaded and dropped`, make, async (t, open) => {
    const buffer = open({ ...OPTIONS, consumers: ['duckdb'], retention: { days: 30, bytes: 1_000_000 } })
    let count = 0
    const fill = async () => {
      for (; count < 100; count++) await buffer.append(arrival(count, 50_000))
    }
    await t.throwsAsync(fill(), { instanceOf: TransientError, message: /full|RETAIN_BYTES/ })
    t.true(count >= 10 && count <= 20)
    const { received, kept } = await buffer.stats()
    t.deepEqual([received, kept], [count, count])
    await t.throwsAsync(buffer.quarantine(arrival(count, 50_000), 'bad'), { instanceOf: TransientError })
    await drain(buffer, 'duckdb')
    t.is(await buffer.append(arrival(count, 50_000)), 'accepted')
    t.true((await buffer.prune(START)) > 0)
    const stats = await buffer.stats()
    t.true(stats.bytes < 1_000_000)
    t.true(stats.kept > 5, 'no more than needed goes')
    t.deepEqual(unaccounted(stats), [])
    t.deepEqual(await drain(buffer, 'duckdb'), [arrival(count, 50_000).id])
  })
}
