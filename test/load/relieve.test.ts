/** The batch that the loader died of, loaded by the next one. */
import test from 'ava'
import type { EventBuffer } from '../../src/buffer/buffer.ts'
import type { Destination } from '../../src/destinations/destination.ts'
import { memoryDestination } from '../../src/destinations/memory.ts'
import { NoRoomError } from '../../src/errors.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import type { Death, Loading } from '../../src/load/deaths.ts'
import { load } from '../../src/load/load.ts'
import { bufferWith, faulty, LIMITS, NO_PAUSE } from '../support/loading.ts'

const MANY = { ...LIMITS, events: 8 }

/** The loads that one process makes; `dies` throws where it would die. */
async function attempt(
  buffer: EventBuffer,
  destination: Destination,
  death?: Omit<Death, 'destination' | 'batch'>,
  onRetry: (count: number) => void = () => {},
) {
  let retries = 0
  const batch = await buffer.nextBatch('memory', MANY)
  const told: Loading[] = []
  const taken: string[] = []
  await load({
    buffer,
    destination,
    limits: MANY,
    backoff: NO_PAUSE,
    signal: new AbortController().signal,
    onLoaded: () => {},
    onRetry: () => onRetry(++retries),
    onTakenOut: ({ reason }) => taken.push(reason),
    onLoading: (loading) => loading && told.push(loading),
    death: death && { destination: 'memory', batch: batch?.id ?? '', ...death },
  })
  return { told, taken, retries }
}

const trace = (destination: ReturnType<typeof faulty>) => destination.trace.filter((step) => step.startsWith('load'))

test('a batch of many that memory was too small for is loaded in parts', async (t) => {
  const destination = faulty(() => {})
  const buffer = await bufferWith(8)
  const { told } = await attempt(buffer, destination, { times: 1, ofMemory: true })
  t.deepEqual(trace(destination), ['load 1-4', 'load 5-8'])
  t.deepEqual(
    told.map(({ divides }) => divides),
    [true, true, true],
  )
  t.is(destination.tables()['webhook_events']?.length, 8)
})

test('one death of another kind is overlooked, the second is not', async (t) => {
  for (const [times, expected] of [
    [1, ['load 1-8']],
    [2, ['load 1-4', 'load 5-8']],
  ] as const) {
    const destination = faulty(() => {})
    await attempt(await bufferWith(8), destination, { times, ofMemory: false })
    t.deepEqual(trace(destination), expected)
  }
})

test('a batch that was loaded just before the death is not loaded in parts again', async (t) => {
  const destination = faulty(() => {})
  const buffer = await bufferWith(8)
  const batch = await buffer.nextBatch('memory', MANY)
  const kept = buffer.commit
  await t.throwsAsync(attempt({ ...buffer, commit: () => Promise.reject(new Error('dies')) }, destination))
  await attempt({ ...buffer, commit: kept }, destination, { times: 1, ofMemory: true })
  t.is(destination.tables()['loads']?.length, 1)
  t.is((await buffer.stats()).consumers['memory']?.lastLoad?.batchId, batch?.id)
})

test('one event is tried again and again, and then taken out, and the others load', async (t) => {
  const destination = memoryDestination()
  const buffer = await bufferWith(3)
  const first = await buffer.nextBatch('memory', { ...MANY, events: 1 })
  t.truthy(first)
  t.deepEqual(
    await attempt(
      buffer,
      faulty(() => Promise.reject(new Error('dies'))),
      { times: 4, ofMemory: true },
    ).catch(() => 'tried'),
    'tried',
  )
  const { taken } = await attempt(buffer, destination, { times: 5, ofMemory: true })
  t.deepEqual(taken, ['unloadable: the loader died of it 5 times, for want of memory; report it as a bug'])
  t.is(destination.tables()['webhook_events']?.length, 2)
  t.like(await buffer.stats(), { quarantined: 1, consumers: { memory: { pending: 0, loaded: 2 } } })
})

test('a batch that is billed gets more memory first, and is then loaded in parts', async (t) => {
  for (const [times, divides, expected] of [
    [0, false, ['load 1-8']],
    [1, true, ['load 1-8']],
    [2, true, ['load 1-4', 'load 5-8']],
  ] as const) {
    const destination = { ...faulty(() => {}), isBilled: true }
    const { told } = await attempt(await bufferWith(8), destination, { times, ofMemory: true })
    t.deepEqual(trace(destination), expected)
    t.is(told[0]?.divides, divides)
  }
})

/** As a disk does that has room for so many events at a time, until there is more. */
function small(room: { events: number }) {
  const destination = faulty(() => {})
  return {
    ...destination,
    async load(batch: RowBatch, options: { signal: AbortSignal }) {
      if (batch.events > room.events) {
        destination.trace.push(`no room ${batch.firstSeq}-${batch.lastSeq}`)
        throw new NoRoomError('load into it: it takes more, and the disk has less')
      }
      return destination.load(batch, options)
    },
  }
}

const stepsOf = ({ trace }: { trace: readonly string[] }) => trace.filter((step) => /^(?:load|no room)/.test(step))

test('a batch that the disk has no room for is loaded in parts', async (t) => {
  const destination = small({ events: 3 })
  const { told } = await attempt(await bufferWith(8), destination)
  t.deepEqual(stepsOf(destination), ['no room 1-8', 'no room 1-4', 'load 1-2', 'no room 3-8', 'load 3-5', 'load 6-8'])
  t.is(destination.tables()['webhook_events']?.length, 8)
  t.is(told.length, 6)
})

test('one event that the disk has no room for is tried again until there is some', async (t) => {
  const room = { events: 0 }
  const destination = small(room)
  const { retries } = await attempt(await bufferWith(2), destination, undefined, (count) => {
    if (count === 4) room.events = 2
  })
  t.is(retries, 4)
  t.deepEqual(stepsOf(destination), [
    'no room 1-2',
    'no room 1-1',
    'no room 1-1',
    'no room 1-1',
    'load 1-1',
    'load 2-2',
  ])
})

test('a batch is not loaded in parts when it turns out to be loaded whole', async (t) => {
  const destination = small({ events: 8 })
  const { load: write } = destination
  let lost = 1
  const losing: Destination = {
    ...destination,
    async load(batch, options) {
      const record = await write(batch, options)
      if (lost-- > 0) throw new NoRoomError('load into it: it could not be stored')
      return record
    },
  }
  const buffer = await bufferWith(8)
  await attempt(buffer, losing)
  t.deepEqual(stepsOf(destination), ['load 1-8'])
  t.is((await buffer.stats()).consumers['memory']?.loaded, 8)
})
