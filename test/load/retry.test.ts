import { syncBuiltinESMExports } from 'node:module'
import { mock } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { BACKOFF, pauseAfter, retry } from '../../src/load/retry.ts'
import { NO_PAUSE } from '../support/loading.ts'

const options = (onRetry: (error: TransientError) => void = () => {}, signal = new AbortController().signal) => ({
  signal,
  backoff: NO_PAUSE,
  onRetry,
})

test('what may pass by itself is tried until it succeeds, and each failure is told', async (t) => {
  const told: string[] = []
  let left = 25
  const result = await retry(
    async () => {
      if (left-- > 0) throw new TransientError(`try ${left}`)
      return 'done'
    },
    options((error) => told.push(error.message)),
  )
  t.is(result, 'done')
  t.is(told.length, 25)
})

for (const error of [new PermanentError('no such table'), new TypeError('a bug'), new Error('anything else')]) {
  test(`a ${error.constructor.name} ends it at once`, async (t) => {
    let tries = 0
    const thrown = await t.throwsAsync(
      retry(async () => {
        tries++
        throw error
      }, options()),
    )
    t.is(thrown, error)
    t.is(tries, 1)
  })
}

test('a pause doubles with each failure in a row, up to the longest, unless the error asks for more', (t) => {
  const error = new TransientError('locked')
  for (const [failed, least] of [500, 1000, 2000].entries()) {
    const pause = pauseAfter(error, failed + 1, BACKOFF)
    t.true(pause >= least && pause <= 2 * least, `${pause} after ${failed + 1}`)
  }
  t.is(pauseAfter(error, 5000, BACKOFF), BACKOFF.longest)
  t.is(pauseAfter(new TransientError('the quota is used up', { after: QUARTER }), 1, BACKOFF), QUARTER)
})

test('a stop ends the pause between two tries', async (t) => {
  const stopping = new AbortController()
  const waiting = retry(
    async () => {
      throw new TransientError('locked')
    },
    {
      signal: stopping.signal,
      backoff: { first: 1e8, longest: 1e8 },
      onRetry: () => setImmediate(() => stopping.abort(new Error('stop'))),
    },
  )
  await t.throwsAsync(waiting, { message: 'stop' })
})

/** A clock of this process that stands still until it is told to go on, so many milliseconds. */
function clock(t: ExecutionContext): (milliseconds: number) => Promise<void> {
  mock.timers.enable({ apis: ['setTimeout'] })
  syncBuiltinESMExports()
  t.teardown(() => {
    mock.timers.reset()
    syncBuiltinESMExports()
  })
  return async (milliseconds) => {
    await turn()
    mock.timers.tick(milliseconds)
    await turn()
  }
}

const QUARTER = 15 * 60_000

test.serial('an error that asks for a longer pause gets it whole, and no longer one', async (t) => {
  const pass = clock(t)
  let tries = 0
  const result = retry(
    async () => {
      tries++
      if (tries < 3) throw new TransientError('the quota is used up', { after: QUARTER })
      return 'done'
    },
    { ...options(), backoff: { first: 1000, longest: 1000 } },
  )
  for (const each of [1, 2]) {
    await pass(QUARTER - 1000)
    await pass(999)
    t.is(tries, each)
    await pass(1)
    t.is(tries, each + 1)
  }
  t.is(await result, 'done')
})

test.serial('an error that asks for less than the backoff has it, gets the backoff', async (t) => {
  const pass = clock(t)
  let tries = 0
  const result = retry(
    async () => {
      tries++
      if (tries < 2) throw new TransientError('locked', { after: 10 })
    },
    { ...options(), backoff: { first: 1000, longest: 1000 } },
  )
  await pass(999)
  t.is(tries, 1)
  await pass(1)
  t.is(tries, 2)
  await result
})

test('a stop ends a longer pause at once, with its reason', async (t) => {
  const stopping = new AbortController()
  const reason = new Error('stop')
  let tries = 0
  const waiting = retry(
    async () => {
      tries++
      throw new TransientError('the quota is used up', { after: QUARTER })
    },
    options(() => setImmediate(() => stopping.abort(reason)), stopping.signal),
  )
  t.is(await t.throwsAsync(waiting), reason)
  t.is(tries, 1)
})
