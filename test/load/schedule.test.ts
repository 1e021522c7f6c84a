import test from 'ava'
import { loadsPerDay } from '../../src/load/schedule.ts'

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

test('a time that never comes again is no load a day', (t) => {
  t.is(loadsPerDay('0 0 31 2 *'), 0)
})
