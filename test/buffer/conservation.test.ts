/** Random histories, side by side in memory and in SQLite: the same answers, and everything accounted for after each step. */
import test from 'ava'
import fc from 'fast-check'
import type { Batch, BatchLimits, BufferOptions, EventBuffer } from '../../src/buffer/buffer.ts'
import { arrival, DAY, memoryPlace, recordOf, START, sqlitePlace } from '../support/buffers.ts'
import { unaccounted } from './with-buffer.ts'

const ALL = ['a', 'b', 'late']

const options = (consumers: readonly string[]): BufferOptions => ({
  consumers,
  retention: { days: 1, bytes: 1e9 },
  quarantine: { items: 3, bytes: 200 },
})

/** One step on a buffer; what it gives is compared. `batches` are those that were handed out, oldest first. */
type Step =
  | { readonly do: 'append' | 'quarantine'; readonly ns: readonly number[] }
  | { readonly do: 'release' | 'drop' | 'read'; readonly n: number }
  | { readonly do: 'takeOut'; readonly seq: number }
  | { readonly do: 'next'; readonly consumer: string; readonly limits: BatchLimits }
  | { readonly do: 'commit'; readonly consumer: string; readonly back: number }
  | { readonly do: 'kept'; readonly from: number; readonly to: number; readonly limits: BatchLimits }
  | { readonly do: 'prune'; readonly day: number }
  | { readonly do: 'list' }
  | { readonly do: 'reopen'; readonly consumers: readonly string[] }

const n = fc.nat(12)
const consumer = fc.constantFrom(...ALL)
const limits = fc.record({
  events: fc.integer({ min: 1, max: 4 }),
  bytes: fc.constantFrom(1, 60, 150, 1e6),
  values: fc.constantFrom(0, 3, 1e6),
})
const ns = fc.array(n, { minLength: 1, maxLength: 6 })
const constant = <const T>(value: T) => fc.constant(value)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: constant('append'), ns }) },
  { weight: 2, arbitrary: fc.record({ do: constant('quarantine'), ns }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('release', 'drop', 'read'), n }) },
  { weight: 2, arbitrary: fc.record({ do: constant('takeOut'), seq: fc.nat(12) }) },
  { weight: 4, arbitrary: fc.record({ do: constant('next'), consumer, limits }) },
  { weight: 4, arbitrary: fc.record({ do: constant('commit'), consumer, back: fc.constantFrom(0, 0, 0, 1, 2) }) },
  { weight: 1, arbitrary: fc.record({ do: constant('kept'), from: n, to: n, limits }) },
  { weight: 2, arbitrary: fc.record({ do: constant('prune'), day: fc.nat(14) }) },
  { weight: 1, arbitrary: fc.record({ do: constant('list') }) },
  { weight: 1, arbitrary: fc.record({ do: constant('reopen'), consumers: fc.subarray(ALL) }) },
)

/** Small, of different sizes, one a day. */
const eventOf = (index: number) => arrival(index, 10 + index * 10, START + ((index * 5) % 13) * DAY)

/** A buffer's own name is chance: it stands for every batch's. */
const named = (batch: Batch | undefined) => batch && { ...batch, id: batch.id.replace(/^[a-z0-9]+/, 'buffer') }

interface Run {
  buffer: EventBuffer
  readonly handedOut: Map<string, Batch[]>
}

async function take(run: Run, each: Exclude<Step, { do: 'reopen' }>): Promise<unknown> {
  const { buffer, handedOut } = run
  switch (each.do) {
    case 'append':
      return await Promise.all(each.ns.map((index) => buffer.append(eventOf(index))))
    case 'quarantine':
      return await Promise.all(each.ns.map((index) => buffer.quarantine(eventOf(index), `reason ${index}`)))
    case 'release':
      return await buffer.release(eventOf(each.n).id)
    case 'drop':
      return await buffer.dropQuarantined(eventOf(each.n).id)
    case 'takeOut':
      return await buffer.takeOut(each.seq, 'damaged')
    case 'read': {
      const found = await buffer.readQuarantined(eventOf(each.n).id)
      return found && { ...found, body: [...found.body] }
    }
    case 'next': {
      const batch = await buffer.nextBatch(each.consumer, each.limits)
      if (batch !== undefined) handedOut.set(each.consumer, [...(handedOut.get(each.consumer) ?? []), batch])
      return named(batch)
    }
    case 'commit': {
      const batch = handedOut.get(each.consumer)?.at(-1 - each.back)
      if (batch === undefined) return 'none'
      const record = { ...recordOf(each.consumer, batch), batchId: 'batch' }
      return await buffer.commit(each.consumer, batch, record).then(
        () => 'committed',
        (error: Error) => error.name,
      )
    }
    case 'kept': {
      const found: unknown[] = []
      const range = { from: START + each.from * DAY, to: START + each.to * DAY }
      for await (const batch of buffer.kept(range, 'again', each.limits)) found.push(batch)
      return found
    }
    case 'prune':
      return await buffer.prune(START + each.day * DAY)
    case 'list':
      break
  }
  return await buffer.listQuarantined()
}

test('any history gives the same in memory and in SQLite, and everything received is accounted for', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const places = [memoryPlace(), sqlitePlace()]
      const runs = places.map((place): Run => ({ buffer: place.open(options(['a', 'b'])), handedOut: new Map() }))
      try {
        for (const each of steps) {
          const given: unknown[] = []
          for (const [index, run] of runs.entries()) {
            if (each.do === 'reopen') {
              await run.buffer.close()
              run.buffer = places[index]?.open(options(each.consumers)) ?? run.buffer
            } else given.push(await take(run, each))
          }
          t.deepEqual(given[1], given[0])
          const [expected, actual] = await Promise.all(runs.map(({ buffer }) => buffer.stats()))
          if (expected === undefined || actual === undefined) throw new Error('two buffers are compared')
          // Each counts bytes in its own way.
          t.deepEqual({ ...actual, bytes: 0 }, { ...expected, bytes: 0 })
          t.deepEqual(unaccounted(actual), [])
        }
      } finally {
        await Promise.all(runs.map(({ buffer }) => buffer.close()))
        for (const place of places) place.remove()
      }
    }),
    { numRuns: 100 },
  )
})
