import test from 'ava'
import { HeldError, PermanentError, TransientError } from '../../src/errors.ts'
import { type LoaderOptions, startLoader } from '../../src/load/loader.ts'
import { loadNow } from '../../src/load/now.ts'
import { createRunner, type LoaderState } from '../../src/load/runner.ts'
import { bufferWith, faulty, LIMITS, NO_PAUSE, silentLog } from '../support/loading.ts'

const base = { limits: () => LIMITS, log: silentLog, cron: '0 0 29 2 *', whenPending: 1, eager: false }
const TURN = `PID ${process.pid} (node) has the turn to load into memory; it is waited for`

test('while another process has the turn, the loader waits and says for whom, and loads as soon as it is over', async (t) => {
  const buffer = await bufferWith(2)
  const other = await buffer.claim('memory')
  const waiting = Promise.withResolvers<string | null>()
  const loaded = Promise.withResolvers<void>()
  const destination = faulty(() => {})
  const onStatus: LoaderOptions['onStatus'] = (_, { state, reason }) => {
    if (state === 'waiting') waiting.resolve(reason)
    if (state === 'idle' && destination.trace.includes('close')) loaded.resolve()
  }
  const loader = startLoader({ ...base, buffer, destinations: [destination], onStatus })
  t.teardown(() => loader.stop())
  t.is(await waiting.promise, TURN)
  other?.release()
  await loaded.promise
  t.is((await buffer.stats()).consumers['memory']?.pending, 0)
})

test('a file that another process holds is waited for, and any other trouble is tried again', async (t) => {
  const states: LoaderState['state'][] = []
  const troubles = [new HeldError('open w: PID 7 holds it', 'PID 7 to close w'), new TransientError('disk full')]
  const destination = faulty((step) => {
    const trouble = step === 'load' ? troubles.shift() : undefined
    if (trouble !== undefined) throw trouble
  })
  const { signal } = new AbortController()
  const onState = ({ state }: LoaderState) => states.push(state)
  await createRunner({
    buffer: await bufferWith(1),
    destination,
    limits: LIMITS,
    backoff: NO_PAUSE,
    signal,
    log: silentLog,
    onState,
  }).run()
  t.deepEqual(states, ['loading', 'waiting', 'retrying', 'loading', 'idle'])
})

test('who loads on request is told for whom it waits', async (t) => {
  const buffer = await bufferWith(1)
  const other = await buffer.claim('memory')
  const stopping = new AbortController()
  const told: string[] = []
  const load = loadNow(
    {
      buffer,
      destination: faulty(() => t.fail('loaded beside another')),
      limits: LIMITS,
      backoff: NO_PAUSE,
      signal: stopping.signal,
      log: silentLog,
      onState: () => {},
    },
    (error) => {
      told.push(error instanceof HeldError ? error.waitsFor : error.message)
      stopping.abort(new PermanentError('enough'))
    },
  )
  await t.throwsAsync(load, { message: 'enough' })
  t.deepEqual(told, [`PID ${process.pid} (node) to end its load into memory`])
  other?.release()
})
