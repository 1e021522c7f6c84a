import test from 'ava'
import { PermanentError, TransientError } from '../../src/errors.ts'
import type { Job } from '../../src/load/jobs.ts'
import { type DestinationStatus, type LoaderOptions, startLoader } from '../../src/load/loader.ts'
import { arrival, bufferWith, faulty, LIMITS, silentLog } from '../support/loading.ts'

/** 29 February, or never within a test. */
const SELDOM = '0 0 29 2 *'

const base = { cron: SELDOM, whenPending: 1e9, eager: false, limits: () => LIMITS, log: silentLog }

/** Resolves with the first status that fits. */
function watching(fits: (status: DestinationStatus, name: string) => boolean) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const onStatus: LoaderOptions['onStatus'] = (name, status) => {
    if (fits(status, name)) resolve()
  }
  return { promise, onStatus }
}

test('each time of the cron expression loads, and tells when the next one is', async (t) => {
  const buffer = await bufferWith(3)
  const destination = faulty(() => {})
  const { promise, onStatus } = watching(({ state }) => state === 'idle' && destination.trace.includes('close'))
  const loader = startLoader({ ...base, buffer, destinations: [destination], cron: '* * * * * *', onStatus })
  await promise
  t.is((await buffer.stats()).consumers['memory']?.pending, 0)
  await loader.stop()
})

test('enough pending events are loaded ahead of the schedule', async (t) => {
  const buffer = await bufferWith(3)
  const destination = faulty(() => {})
  const { promise, onStatus } = watching(({ state }) => state === 'idle' && destination.trace.includes('close'))
  const loader = startLoader({ ...base, buffer, destinations: [destination], whenPending: 3, onStatus })
  await promise
  t.is((await buffer.stats()).consumers['memory']?.pending, 0)
  await loader.stop()
})

test('a destination that takes few loads has its next one later than the expression has', async (t) => {
  const buffer = await bufferWith(3)
  const destination = { ...faulty(() => {}), leastInterval: 86_400_000 }
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const onStatus: LoaderOptions['onStatus'] = (_, { nextLoadAt }) => {
    if (destination.trace.includes('close')) resolve(nextLoadAt)
  }
  const loader = startLoader({ ...base, buffer, destinations: [destination], cron: '* * * * * *', onStatus })
  t.true(Date.parse((await promise) ?? '') > Date.now() + 3_600_000)
  await loader.stop()
})

test('someone at a terminal sees the first events at once', async (t) => {
  const buffer = await bufferWith(0)
  const destination = faulty(() => {})
  const { promise, onStatus } = watching(({ state }) => state === 'idle' && destination.trace.includes('close'))
  const loader = startLoader({ ...base, buffer, destinations: [destination], eager: true, onStatus })
  await buffer.append(arrival(1))
  await promise
  t.is((await buffer.stats()).consumers['memory']?.pending, 0)
  await loader.stop()
})

test('a destination that stops holds up no other', async (t) => {
  const buffer = await bufferWith(2)
  const broken = {
    ...faulty((step) => {
      if (step === 'load') throw new PermanentError('gone')
    }),
    name: 'broken',
  }
  const destination = faulty(() => {})
  const stopped = watching(
    (status, name) => name === 'broken' && status.state === 'stopped' && status.reason === 'gone',
  )
  const loaded = watching(
    ({ state }, name) => name === 'memory' && state === 'idle' && destination.trace.includes('close'),
  )
  const loader = startLoader({
    ...base,
    buffer,
    destinations: [broken, destination],
    whenPending: 1,
    onStatus(name, status) {
      stopped.onStatus(name, status)
      loaded.onStatus(name, status)
    },
  })
  await Promise.all([stopped.promise, loaded.promise])
  const { consumers } = await buffer.stats()
  t.is(consumers['memory']?.pending, 0)
  t.is(consumers['broken']?.pending, 2)
  await loader.stop()
})

test('the buffer is pruned while a destination is being retried', async (t) => {
  const buffer = await bufferWith(1)
  const pruned = Promise.withResolvers<void>()
  const destination = faulty((step) => {
    if (step === 'load') throw new TransientError('locked')
  })
  let retrying = false
  const prune = async (now: number) => {
    if (retrying) pruned.resolve()
    return buffer.prune(now)
  }
  const loader = startLoader({
    ...base,
    buffer: { ...buffer, prune },
    destinations: [destination],
    cron: '* * * * * *',
    onStatus: (_, { state }) => {
      retrying ||= state === 'retrying'
    },
  })
  await pruned.promise
  t.is((await buffer.stats()).consumers['memory']?.pending, 1)
  await loader.stop()
})

/** An export that ends only when it is told to, and how often that was. */
function endless() {
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  let ends = 0
  const job: Job = {
    name: 'endless',
    cron: '* * * * * *',
    run: (_, signal) =>
      new Promise((_resolve, reject) => {
        begun.resolve()
        signal.addEventListener('abort', () => {
          ends += 1
          ended.resolve()
          reject(signal.reason)
        })
      }),
  }
  return { job, begun: begun.promise, ended: ended.promise, ends: () => ends }
}

test('an export under way is ended by a load that has something to do, and by no other', async (t) => {
  const buffer = await bufferWith(0)
  const { job, begun, ended, ends } = endless()
  let needed = 0
  const looked = Promise.withResolvers<void>()
  const destination = {
    ...faulty(() => {}),
    needsFile(pending: number) {
      if (pending === 0 && ++needed === 3) looked.resolve()
      return pending > 0
    },
  }
  const jobs = { memory: [job] }
  const loader = startLoader({
    ...base,
    buffer,
    destinations: [destination],
    jobs,
    cron: '* * * * * *',
    onStatus() {},
  })
  t.teardown(() => loader.stop())
  await begun
  await Promise.race([looked.promise, ended])
  t.is(ends(), 0)
  t.deepEqual(destination.trace, [], 'nothing was to be done')
  await buffer.append(arrival(1))
  await ended
})

test('an export under way goes on beside a load that needs no file for itself', async (t) => {
  const buffer = await bufferWith(0)
  const { job, begun, ended, ends } = endless()
  const destination = faulty(() => {})
  const loaded = watching(({ state }) => state === 'idle' && destination.trace.some((call) => call.startsWith('load')))
  const jobs = { memory: [job] }
  const loader = startLoader({ ...base, buffer, destinations: [destination], jobs, whenPending: 1, ...loaded })
  t.teardown(() => loader.stop())
  await begun
  await buffer.append(arrival(1))
  await Promise.race([loaded.promise, ended])
  t.is(ends(), 0)
})

test('after a death of which it is not clear what it was, one destination loads at a time', async (t) => {
  const buffer = await bufferWith(3)
  let under = 0
  const names = ['memory', 'broken']
  const destinations = names.map((name) => ({
    ...faulty(async (step) => {
      if (step === 'prepare') t.is(++under, 1)
      // Long enough for the other one, if it were to begin.
      await new Promise((resolve) => setImmediate(resolve))
      if (step === 'loaded') under -= 1
    }),
    name,
  }))
  const loaded = new Set<string>()
  const { promise, resolve } = Promise.withResolvers<void>()
  const onStatus: LoaderOptions['onStatus'] = (name, { state }) => {
    if (state === 'loading') loaded.add(name)
    if (loaded.size === 2 && state === 'idle') resolve()
  }
  const loader = startLoader({ ...base, buffer, destinations, cron: '* * * * * *', inTurn: true, onStatus })
  await promise
  await loader.stop()
})
