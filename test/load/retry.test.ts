import test from 'ava'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { retry } from '../../src/load/retry.ts'
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
