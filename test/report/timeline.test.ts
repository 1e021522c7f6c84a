import test from 'ava'
import { timelineOf } from '../../src/report/timeline.ts'

const seen = (start: string | null, n = 1) => ({ start, seen: n, started: 0, completed: 0, dismissed: 0 })

test('days of a few weeks stay days, in order', (t) => {
  const { unit, periods } = timelineOf([seen('2026-02-10'), seen('2026-01-01', 2), seen('2026-02-14')])
  t.is(unit, 'day')
  t.deepEqual(periods, [seen('2026-01-01', 2), seen('2026-02-10'), seen('2026-02-14')])
})

test('days of more weeks are added up by month', (t) => {
  const { unit, periods } = timelineOf([seen('2026-02-15'), seen('2026-01-01', 2), seen('2026-01-31', 3)])
  t.is(unit, 'month')
  t.deepEqual(periods, [seen('2026-01-01', 5), seen('2026-02-01')])
})

test('what was shown at no known time comes last, and counts', (t) => {
  t.deepEqual(timelineOf([seen(null, 4), seen('2026-01-01')]).periods, [seen('2026-01-01'), seen(null, 4)])
  t.deepEqual(timelineOf([]).periods, [])
})
