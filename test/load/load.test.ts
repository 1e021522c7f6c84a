import test from 'ava'
import type { LoadRecord } from '../../schemas/records.ts'
import type { EventBuffer } from '../../src/buffer/buffer.ts'
import type { Destination } from '../../src/destinations/destination.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { type LoadOptions, load, replay } from '../../src/load/load.ts'
import { arrival, bufferWith, faulty, LIMITS, NO_PAUSE } from '../support/loading.ts'

function options(buffer: EventBuffer, destination: Destination, more: Partial<LoadOptions> = {}): LoadOptions {
  const signal = new AbortController().signal
  return {
    buffer,
    destination,
    limits: LIMITS,
    backoff: NO_PAUSE,
    signal,
    onLoaded: () => {},
    onRetry: () => {},
    onTakenOut: () => {},
    ...more,
  }
}

const consumer = async (buffer: EventBuffer) => (await buffer.stats()).consumers['memory']

test('what is pending is loaded batch by batch, each committed before the next is taken', async (t) => {
  const buffer = await bufferWith(5)
  const left: (number | undefined)[] = []
  const destination = faulty(async (step) => {
    if (step === 'load') left.push((await consumer(buffer))?.pending)
  })
  const records: LoadRecord[] = []
  await load(options(buffer, destination, { onLoaded: (record) => records.push(record) }))
  t.deepEqual(destination.trace, ['prepare', 'load 1-2', 'prepare', 'load 3-4', 'prepare', 'load 5-5'])
  t.deepEqual(left, [5, 3, 1])
  t.is(destination.tables()['webhook_events']?.length, 5)
  t.is((await consumer(buffer))?.lastLoad?.batchId, records.at(-1)?.batchId)
})

test('what arrives while it loads is left for the next time', async (t) => {
  const buffer = await bufferWith(2)
  let more = 2
  const destination = faulty(async (step) => {
    if (step === 'load') await buffer.append(arrival(++more))
  })
  await load(options(buffer, destination))
  t.is((await consumer(buffer))?.loaded, 2)
  t.is((await consumer(buffer))?.pending, 1)
})

test('a batch is committed only after the destination made it durable', async (t) => {
  const buffer = await bufferWith(1)
  const destination = faulty(async (step) => {
    if (step === 'loaded') t.is((await consumer(buffer))?.pending, 1)
  })
  await load(options(buffer, destination))
  t.is((await consumer(buffer))?.pending, 0)
})

test('a destination that fails after it wrote, before it replied, has the batch once', async (t) => {
  const buffer = await bufferWith(3)
  let failures = 0
  const destination = faulty((step) => {
    if (step === 'loaded' && failures++ < 2) throw new TransientError('reply lost')
  })
  const told: string[] = []
  await load(options(buffer, destination, { onRetry: (error) => told.push(error.message) }))
  t.deepEqual(told, ['reply lost', 'reply lost'])
  t.deepEqual(
    destination.trace.filter((step) => step !== 'prepare'),
    ['load 1-2', 'load 1-2', 'load 1-2', 'load 3-3'],
  )
  t.is(destination.tables()['webhook_events']?.length, 3)
  t.is(destination.tables()['loads']?.length, 2)
})

test('a permanent error stops loading, and the next load begins with the same batch', async (t) => {
  const buffer = await bufferWith(4)
  let broken = true
  const seen = new Set<string>()
  const destination = faulty((step, batchId) => {
    if (step === 'load' && batchId !== '') seen.add(batchId)
    if (step === 'load' && broken) throw new PermanentError('no permission')
  })
  await t.throwsAsync(load(options(buffer, destination)), { message: 'no permission' })
  t.is((await consumer(buffer))?.pending, 4)
  broken = false
  await load(options(buffer, destination, { limits: { ...LIMITS, events: 100 } }))
  t.is(seen.size, 2, 'the first batch keeps its id and its two events although the limits changed')
  t.is((await consumer(buffer))?.loaded, 4)
})

test('what cannot be prepared yet is prepared again before each try', async (t) => {
  const buffer = await bufferWith(1)
  let locked = 2
  const destination = faulty((step) => {
    if (step === 'prepare' && locked-- > 0) throw new TransientError('locked')
  })
  await load(options(buffer, destination))
  t.deepEqual(destination.trace, ['prepare', 'prepare', 'prepare', 'load 1-1'])
})

test('a replay loads kept events again under its own name and moves no position', async (t) => {
  const buffer = await bufferWith(5)
  const destination = faulty(() => {})
  await load(options(buffer, destination))
  const before = destination.tables()
  const position = await consumer(buffer)
  await replay({ from: 0, to: Number.MAX_SAFE_INTEGER }, 'replay-1', options(buffer, destination))
  const { loads, ...tables } = destination.tables()
  t.like(before, tables)
  t.is(loads?.length, 6)
  t.deepEqual(await consumer(buffer), position)
})
