import test from 'ava'
import { punctualityOf } from '../../src/load/lag.ts'
import { timeAfter } from '../../src/load/schedule.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const of = (cron: string, more: { leastInterval?: number; maxLag?: number } = {}) =>
  punctualityOf({ cron, leastInterval: more.leastInterval ?? 0, maxLag: more.maxLag })

test('three times as long as the schedule ever leaves between two loads is allowed', (t) => {
  t.is(of('*/5 * * * *').maxLag, 15 * MINUTE)
  t.is(of('* * * * * *').maxLag, MINUTE, 'a loader needs time to start')
  t.is(of('0 8 * * 1-5').maxLag, 9 * DAY)
  t.true(of('* 9-17 * * 1-5').maxLag >= 3 * 2.5 * DAY, 'a weekend')
})

test('a limit that is set counts, but no destination has to load more often than it can', (t) => {
  t.is(of('0 8 * * 1-5', { maxLag: MINUTE }).maxLag, MINUTE)
  t.is(of('* * * * * *', { leastInterval: MINUTE }).maxLag, 3 * MINUTE)
  t.is(of('* * * * * *', { leastInterval: MINUTE, maxLag: 1000 }).maxLag, MINUTE)
})

test('an event is due at the next time of the schedule, over a weekend too', (t) => {
  const friday = new Date(2126, 10, 1, 9).getTime()
  t.is(of('0 8 * * 1-5').dueAt(friday), new Date(2126, 10, 4, 8).getTime())
  t.is(of('0 8 * * 1-5', { leastInterval: MINUTE }).dueAt(friday), new Date(2126, 10, 4, 8, 1).getTime())
})

test('what arrived before this process is due at the first time that it can have loaded it', (t) => {
  const before = timeAfter('*/5 * * * *', Date.now())
  const due = of('*/5 * * * *').dueAt(Date.now() - 30 * DAY)
  t.true(due === before || due === timeAfter('*/5 * * * *', before))
})
