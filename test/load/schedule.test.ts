import { mock } from 'node:test'
import test from 'ava'
import { loadsPerDay, nextTime, type Schedule, type ScheduleOptions, startSchedule } from '../../src/load/schedule.ts'

for (const [cron, times] of Object.entries({
  '*/5 * * * *': 288,
  '0 * * * *': 24,
  '30 3 * * *': 1,
  '*/10 * * * * *': 8640,
  '0 0 * * 1': 1 / 7,
})) {
  test(`${cron} comes ${times.toFixed(2)} times a day`, (t) => {
    t.true(Math.abs(loadsPerDay(cron) / times - 1) < 0.01)
  })
}

test('a time that never comes again is no load a day, and no next one', (t) => {
  t.is(loadsPerDay('0 0 31 2 *'), 0)
  t.is(nextTime('0 0 31 2 *'), null)
})

const START = Date.UTC(2026, 0, 1)
const MINUTE = 60_000
/** But for 29 February. */
const NEVER = '0 0 29 2 *'

/** An hour of a schedule on a simulated clock, second by second. @param look each second, after the schedule */
function anHour(options: Partial<ScheduleOptions>, look = (_second: number, _schedule: Schedule) => {}): number[] {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: START })
  const seconds: number[] = []
  const schedule = startSchedule({
    cron: NEVER,
    leastInterval: 0,
    load: () => void seconds.push((Date.now() - START) / 1000),
    isDue: async () => false,
    onError: () => {},
    ...options,
  })
  for (let second = 1; second <= 3600; second += 1) {
    mock.timers.tick(1000)
    look(second, schedule)
  }
  schedule.stop()
  mock.timers.reset()
  return seconds
}

test.serial('each time of the expression is a load', (t) => {
  t.is(anHour({ cron: '* * * * * *' }).length, 3600)
})

test.serial('times that come sooner than the least interval are one load at its end', (t) => {
  const seconds = anHour({ cron: '* * * * * *', leastInterval: MINUTE })
  t.deepEqual(
    seconds,
    Array.from({ length: 60 }, (_, minute) => 1 + 60 * minute),
  )
  // Of 10 and 50 s the second waits for the minute to be over.
  t.deepEqual(anHour({ cron: '10,50 0,30 * * * *', leastInterval: MINUTE }), [10, 70, 1810, 1870])
})

test.serial('a time that waits is told as the next one', (t) => {
  const told = new Map<number, string | null>()
  const look = (second: number, schedule: Schedule) => told.set(second, schedule.nextAt())
  anHour({ cron: '10,50 0,30 * * * *', leastInterval: MINUTE }, look)
  t.deepEqual(
    [1, 20, 55, 80].map((second) => told.get(second)?.slice(11, 19)),
    ['00:00:10', '00:01:10', '00:01:10', '00:30:10'],
  )
})

test.serial('what is due sooner waits too, but for no clock that was set back', async (t) => {
  let now = START
  mock.timers.enable({ apis: ['setInterval'] })
  mock.method(Date, 'now', () => now)
  let loads = 0
  const isDue = async () => true
  const load = () => {
    loads += 1
  }
  const schedule = startSchedule({ cron: NEVER, leastInterval: MINUTE, load, isDue, onError: () => {} })
  const lookAt = async (time: number) => {
    now = time
    mock.timers.tick(1000)
    await Promise.resolve()
    return loads
  }
  const times = [START, START + 1, START + MINUTE - 1, START + MINUTE, START - 24 * 60 * MINUTE]
  const seen: number[] = []
  for (const time of times) seen.push(await lookAt(time))
  schedule.stop()
  mock.reset()
  mock.timers.reset()
  t.deepEqual(seen, [1, 1, 1, 2, 3])
})

test.serial('after the clock was set back, the times of the expression come as before', (t) => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: START })
  const Mocked = globalThis.Date
  let setBack = 0
  // Timers do not go by the clock that people set.
  globalThis.Date = new Proxy(Mocked, {
    construct: (target, args) => Reflect.construct(target, args.length > 0 ? args : [target.now() - setBack]),
    get: (target, name) => (name === 'now' ? () => target.now() - setBack : Reflect.get(target, name)),
  })
  let loads = 0
  const load = () => {
    loads += 1
  }
  const never = async () => false
  const schedule = startSchedule({ cron: '*/5 * * * *', leastInterval: 0, load, isDue: never, onError: () => {} })
  mock.timers.tick(1000)
  setBack = 365 * 24 * 60 * MINUTE
  for (let second = 0; second < 600; second += 1) mock.timers.tick(1000)
  t.is(loads, 2)
  t.true(Date.parse(schedule.nextAt() ?? '') - Date.now() <= 5 * MINUTE)
  schedule.stop()
  globalThis.Date = Mocked
  mock.timers.reset()
})
