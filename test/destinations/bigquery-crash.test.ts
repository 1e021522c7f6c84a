/** Processes that die, are stopped, or meet another one: each batch is there once, whole or not at all. */
import test from 'ava'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { retry } from '../../src/load/retry.ts'
import { destinationOn, fakeFor, loadsExactly, numbered, reference, unstopped } from '../support/bigquery/loading.ts'
import { abortingAt } from '../support/faults.ts'
import { NO_PAUSE } from '../support/loading.ts'
import { withoutLoads } from '../support/rows.ts'

for (const [load, when] of [
  ['first', 'before'],
  ['first', 'after'],
  ['later', 'before'],
  ['later', 'after'],
] as const) {
  test.serial(
    `a process that dies at any request of a ${load} load, ${when} it is done, has loaded once after the next start`,
    async (t) => {
      const number = load === 'first' ? 1 : 2
      for (let request = 1; ; request += 1) {
        t.true(request < 500)
        const fake = await fakeFor(t)
        if (load === 'later') await destinationOn(fake).load(numbered(1), unstopped())
        fake.dieAt(request, when)
        const outcome = await destinationOn(fake)
          .load(numbered(number), unstopped())
          .catch((error: unknown) => error)
        const died = await fake.heal()
        if (outcome instanceof Error) t.true(died && outcome instanceof TransientError)
        await loadsExactly(t, fake, number)
        fake.stop()
        if (!died) break
      }
    },
  )
}

test.serial('wherever a load is stopped, it ends with the reason, and the next one loads once', async (t) => {
  for (let check = 1; ; check += 1) {
    t.true(check < 1000)
    const fake = await fakeFor(t)
    const { signal, reason, fired } = abortingAt(check)
    const outcome = await destinationOn(fake)
      .load(numbered(1), { signal })
      .catch((error: unknown) => error)
    if (outcome instanceof Error) t.is(outcome, reason)
    await loadsExactly(t, fake, 1)
    fake.stop()
    if (!fired()) break
  }
})

test.serial('two processes with the same batch at once commit it once, and both have its record', async (t) => {
  const fake = await fakeFor(t)
  const load = () =>
    retry(() => destinationOn(fake).load(numbered(1), unstopped()), {
      ...unstopped(),
      backoff: NO_PAUSE,
      onRetry: () => {},
    })
  const [one, other] = await Promise.all([load(), load()])
  t.deepEqual(one, other)
  await loadsExactly(t, fake, 1)
})

test.serial('a loader that is overtaken at the merge commits nothing, and says what to do', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  fake.inject('merge insert', 'a second loader')
  for (const _ of [1, 2]) {
    const error = await t.throwsAsync(destinationOn(fake).load(numbered(2), unstopped()), {
      instanceOf: PermanentError,
    })
    t.regex(
      error?.message ?? '',
      /^load batch pipe-\S+ into refiner: of-another-loader was loaded last, .*another loader fills this dataset, stop one of the two/,
    )
  }
  t.is(fake.commits().length, 1)
  t.deepEqual(withoutLoads(fake.tables()), await reference(1))
})

test.serial('a load that is stopped does not wait for an upload that hangs', async (t) => {
  const fake = await fakeFor(t)
  fake.inject('upload', 'silence')
  const stop = new AbortController()
  const load = destinationOn(fake).load(numbered(1), { signal: stop.signal })
  await fake.met()
  const reason = new Error('stop')
  stop.abort(reason)
  t.is(await load.catch((error: unknown) => error), reason)
  await fake.heal()
  await loadsExactly(t, fake, 1)
})
