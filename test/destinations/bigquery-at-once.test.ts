import test from 'ava'
import { forEachAtOnce } from '../../src/destinations/bigquery/at-once.ts'

test('all of it is worked on, some of it side by side', async (t) => {
  const done: number[] = []
  let [running, most] = [0, 0]
  await forEachAtOnce([1, 2, 3, 4, 5, 6], async (each) => {
    running += 1
    most = Math.max(most, running)
    await Promise.resolve()
    running -= 1
    done.push(each)
  })
  t.deepEqual(
    done.toSorted((one, other) => one - other),
    [1, 2, 3, 4, 5, 6],
  )
  t.is(most, 4)
})

test('after an error nothing more is begun, and it is thrown once what was begun has ended', async (t) => {
  const [begun, ended]: [number[], number[]] = [[], []]
  const { promise: later, resolve } = Promise.withResolvers<void>()
  const all = forEachAtOnce([1, 2, 3, 4, 5, 6, 7, 8], async (each) => {
    begun.push(each)
    if (each === 1) throw new Error('refused')
    await later
    ended.push(each)
  })
  setImmediate(resolve)
  await t.throwsAsync(all, { message: 'refused' })
  t.deepEqual(begun, [1, 2, 3, 4])
  t.deepEqual(ended, [2, 3, 4])
})
