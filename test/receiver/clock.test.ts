import test from 'ava'
import { createArrivalClock } from '../../src/receiver/clock.ts'

test('arrivals follow the wall clock in microseconds, each later than the one before', (t) => {
  const times = [1000, 1000, 1000, 1001, 500, 2000]
  const now = createArrivalClock(() => times.shift() ?? 0)
  t.deepEqual(
    Array.from({ length: 6 }, () => now()),
    [1_000_000, 1_000_001, 1_000_002, 1_001_000, 1_001_001, 2_000_000],
  )
})

test('without another clock it is the time of now', (t) => {
  const before = Date.now() * 1000
  const arrival = createArrivalClock()()
  t.true(arrival >= before && arrival <= Date.now() * 1000)
})
