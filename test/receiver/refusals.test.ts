import test from 'ava'
import type { Log } from '../../src/log.ts'
import { createRefusals } from '../../src/receiver/refusals.ts'
import { silentLog } from '../support/loading.ts'

/** A log that keeps what it is warned of; `next` resolves with the next warning. */
function watched() {
  const warned: unknown[] = []
  let wake: (() => void) | undefined
  const warn: Log['warn'] = (fields: unknown) => {
    warned.push(fields)
    wake?.()
  }
  const next = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  return { warned, next, log: { ...silentLog, warn } satisfies Log }
}

test('the first refusal is logged at once, those that follow as counts by status', async (t) => {
  const { warned, next, log } = watched()
  const refusals = createRefusals(log, 10)
  for (const status of [401, 401, 400, 401]) refusals.count(status)
  t.deepEqual(warned, [{ refused: { 401: 1 } }])
  // The window's timer does not keep the process alive, so the test does.
  const alive = setInterval(() => {}, 1000)
  await next()
  clearInterval(alive)
  t.deepEqual(warned.slice(1), [{ refused: { 400: 1, 401: 2 } }])
  refusals.flush()
  t.is(warned.length, 2)
})

test('what has gathered is logged at the end', (t) => {
  const { warned, log } = watched()
  const refusals = createRefusals(log)
  refusals.count(413)
  refusals.count(413)
  refusals.flush()
  t.deepEqual(warned, [{ refused: { 413: 1 } }, { refused: { 413: 1 } }])
  refusals.flush()
  t.is(warned.length, 2)
})
