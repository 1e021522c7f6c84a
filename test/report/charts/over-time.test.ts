import test from 'ava'
import { parseHTML } from 'linkedom'
import { scoreChart, timelineChart } from '../../../src/report/charts/over-time.ts'
import type { Html } from '../../../src/report/html.ts'

const documentOf = (chart: Html | undefined) => parseHTML(`<body>${chart?.markup}</body>`).document

const SCORE = { metric: 'nps', question: 'nps', item: '', n: 3, score: 0, low: -90, high: 90, groups: [] } as const

test('a month of one answer has a point, and no interval that would seem to end at 0', (t) => {
  const months = [
    { month: '2026-01-01', n: 10, score: 30, low: 10, high: 50 },
    { month: '2026-02-01', n: 1, score: 100, low: null, high: null },
    { month: '2026-03-01', n: 10, score: 40, low: 20, high: 60 },
  ]
  const document = documentOf(scoreChart({ ...SCORE, months }))
  t.is(document.querySelectorAll('[aria-label=dot] circle').length, 3)
  t.is(document.querySelectorAll('[aria-label=rule] line').length, 2)
  t.is(document.querySelector('[aria-label=area] path')?.getAttribute('d')?.match(/M/g)?.length, 2)
})

test('what has no time is in no chart over time', (t) => {
  t.is(scoreChart({ ...SCORE, months: [{ month: null, n: 1, score: 0, low: null, high: null }] }), undefined)
  const counts = { seen: 1, started: 0, completed: 0, dismissed: 0 }
  t.is(timelineChart({ unit: 'day', periods: [{ start: null, ...counts }] }), undefined)
})

test('one day alone is a day, not hours', (t) => {
  const periods = [{ start: '2026-01-05', seen: 2, started: 1, completed: 1, dismissed: 0 }]
  const document = documentOf(timelineChart({ unit: 'day', periods }))
  t.is(document.querySelectorAll('[aria-label=rect] rect').length, 2)
  t.notRegex(document.querySelector('body')?.textContent ?? '', /[AP]M/)
})
