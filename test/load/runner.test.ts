import test from 'ava'
import type { EventBuffer } from '../../src/buffer/buffer.ts'
import type { Destination } from '../../src/destinations/destination.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { loadNow } from '../../src/load/now.ts'
import { createRunner, type LoaderState, type RunnerOptions } from '../../src/load/runner.ts'
import { bufferWith, faulty, LIMITS, NO_PAUSE, silentLog } from '../support/loading.ts'

function options(buffer: EventBuffer, destination: Destination, more: Partial<RunnerOptions> = {}): RunnerOptions {
  const signal = new AbortController().signal
  return { buffer, destination, limits: LIMITS, backoff: NO_PAUSE, signal, log: silentLog, onState: () => {}, ...more }
}

test('a run loads what is pending, lets go of the destination, and frees the claim', async (t) => {
  const buffer = await bufferWith(3)
  const destination = faulty(() => {})
  t.is(await createRunner(options(buffer, destination)).run(), 'loaded')
  t.is(destination.trace.at(-1), 'close')
  t.truthy(await buffer.claim('memory'))
})

test('two runs never load at the same time', async (t) => {
  const buffer = await bufferWith(1)
  const held = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const destination = faulty((step) => {
    if (step !== 'load') return
    begun.resolve()
    return held.promise
  })
  const runner = createRunner(options(buffer, destination))
  const other = createRunner(
    options(
      buffer,
      faulty(() => t.fail('loaded beside another')),
    ),
  )
  const first = runner.run()
  await begun.promise
  t.is(await runner.run(), 'busy')
  t.is(await other.run(), 'busy')
  held.resolve()
  t.is(await first, 'loaded')
})

test('trouble is told while it lasts, and is over when the destination takes the batch', async (t) => {
  const buffer = await bufferWith(1)
  let failures = 1
  const destination = faulty((step) => {
    if (step === 'load' && failures-- > 0) throw new TransientError('file is locked')
  })
  const states: LoaderState[] = []
  await createRunner(options(buffer, destination, { onState: (state) => states.push(state) })).run()
  t.deepEqual(
    states.map(({ state, reason }) => [state, reason]),
    [
      ['loading', null],
      ['retrying', 'file is locked'],
      ['loading', null],
      ['idle', null],
    ],
  )
})

test('a destination that has to wait for long says why meanwhile, and a stop does not wait for it', async (t) => {
  const buffer = await bufferWith(1)
  const stopping = new AbortController()
  const destination = faulty((step) => {
    if (step === 'load') throw new TransientError('the quota is used up', { after: 900_000 })
  })
  const states: LoaderState[] = []
  const onState = (state: LoaderState) => {
    states.push(state)
    if (state.state === 'retrying') setImmediate(() => stopping.abort(new Error('stop')))
  }
  t.is(await createRunner(options(buffer, destination, { signal: stopping.signal, onState })).run(), 'stopped')
  t.deepEqual(states, [
    { state: 'loading', reason: null },
    { state: 'retrying', reason: 'the quota is used up' },
    { state: 'idle', reason: null },
  ])
  t.is(destination.trace.filter((call) => call.startsWith('load')).length, 1)
})

test('a stopped destination says why, keeps everything, and resumes at the next run', async (t) => {
  const buffer = await bufferWith(2)
  let broken = true
  const destination = faulty((step) => {
    if (step === 'load' && broken) throw new PermanentError('column has another type; rename it')
  })
  const states: LoaderState[] = []
  const runner = createRunner(options(buffer, destination, { onState: (state) => states.push(state) }))
  t.is(await runner.run(), 'stopped')
  t.deepEqual(states.at(-1), { state: 'stopped', reason: 'column has another type; rename it' })
  t.is((await buffer.stats()).consumers['memory']?.pending, 2)
  broken = false
  t.is(await runner.run(), 'loaded')
  t.deepEqual(states.at(-1), { state: 'idle', reason: null })
})

test('a stop in the middle leaves the batch pending and turns nothing red', async (t) => {
  const buffer = await bufferWith(1)
  const stopping = new AbortController()
  const destination = faulty((step) => {
    if (step === 'load') stopping.abort(new Error('stop'))
  })
  const states: LoaderState[] = []
  const more = { signal: stopping.signal, onState: (state: LoaderState) => states.push(state) }
  t.is(await createRunner(options(buffer, destination, more)).run(), 'stopped')
  t.false(states.some(({ state }) => state === 'stopped'))
  t.is((await buffer.stats()).consumers['memory']?.pending, 1)
  t.truthy(await buffer.claim('memory'))
})

test('loading on request waits for whoever is loading', async (t) => {
  const buffer = await bufferWith(1)
  const claim = await buffer.claim('memory')
  let waits = 0
  const outcome = await loadNow(
    options(
      buffer,
      faulty(() => {}),
    ),
    () => {
      if (++waits === 2) claim?.release()
    },
  )
  t.is(outcome, 'loaded')
  t.is(waits, 2)
})

test('a right to load that cannot be asked for is told, and asked for again at the next run', async (t) => {
  const buffer = await bufferWith(1)
  let broken = true
  const claim = async (consumer: string) => {
    if (broken) throw new PermanentError('open the lock: it belongs to another user')
    return buffer.claim(consumer)
  }
  const states: LoaderState[] = []
  const destination = faulty(() => {})
  const runner = createRunner(options({ ...buffer, claim }, destination, { onState: (state) => states.push(state) }))
  t.is(await runner.run(), 'stopped')
  t.deepEqual(states, [{ state: 'stopped', reason: 'open the lock: it belongs to another user' }])
  broken = false
  t.is(await runner.run(), 'loaded')
})

test('a destination is idle only once it has let go of its file', async (t) => {
  const destination = faulty(() => {})
  const told: string[] = []
  const onState = ({ state }: LoaderState) => told.push(`${state} after ${destination.trace.at(-1)}`)
  await createRunner(options(await bufferWith(1), destination, { onState })).run()
  t.is(told.at(-1), 'idle after close')
})

test('views that cannot be made are told, and what was loaded stays loaded', async (t) => {
  const buffer = await bufferWith(3)
  const told: unknown[] = []
  const log = { ...silentLog, warn: (...said: unknown[]) => void told.push(said) }
  const refreshViews = () => Promise.reject(new PermanentError('make views in w: that is a bug'))
  const destination = { ...faulty(() => {}), refreshViews }
  t.is(await createRunner(options(buffer, destination, { log })).run(), 'loaded')
  t.is((await buffer.stats()).consumers['memory']?.pending, 0)
  t.deepEqual(told, [
    [{ destination: 'memory', reason: 'make views in w: that is a bug' }, 'views not made, the next load tries again'],
  ])
})

test('a load is logged with its counts, and with what was billed where something was', async (t) => {
  const lines: unknown[] = []
  const log = { ...silentLog, info: (line: unknown) => lines.push(line) }
  const inner = faulty(() => {})
  for (const bytesBilled of [null, 734_003_200]) {
    const load: Destination['load'] = async (...given) => ({ ...(await inner.load(...given)), bytesBilled })
    await createRunner(options(await bufferWith(1), { ...inner, load }, { log })).run()
  }
  t.is(lines.length, 2)
  const [free, billed] = lines
  t.like(free, { destination: 'memory', events: 1 })
  t.false('bytes_billed' in Object(free))
  t.like(billed, { destination: 'memory', events: 1, bytes_billed: 734_003_200 })
})
