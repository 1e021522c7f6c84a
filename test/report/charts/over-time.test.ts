import test from 'ava'
import { parseHTML } from 'linkedom'
import { scoreChart, timelineChart } from '../../../src/report/charts/over-time.ts'
import type { Html } from '../../../src/report/html.ts'

const documentOf = (chart: Html | undefined) => parseHTML(`<body>${chart?.markup}</body>`).document

const SCORE = { metric: 'nps', question: 'nps', item: '', groups: [] } as const
const estimate = (n: number, score: number) => ({ n, score, low: score - 20, high: score + 20, few: n < 30 })
const monthOf = (month: string | null, n: number, score: number) => ({ month, ...estimate(n, score) })

const scoreOf = (months: readonly ReturnType<typeof monthOf>[]) =>
  documentOf(scoreChart({ ...SCORE, ...estimate(30, 0), months }))
const linesIn = (document: ReturnType<typeof documentOf>, mark: string) =>
  document.querySelector(`[aria-label=${mark}] path`)?.getAttribute('d')?.match(/M/g)?.length

test('a line has a gap where months have no answers, one or several', (t) => {
  const [december, january, june] = [
    monthOf('2025-12-01', 40, 30),
    monthOf('2026-01-01', 40, 35),
    monthOf('2026-06-01', 40, 40),
  ]
  const straight = scoreOf([december, january])
  t.is(linesIn(straight, 'line'), 1)
  const gap = scoreOf([december, january, june, monthOf('2026-07-01', 40, 50), monthOf('2026-09-01', 40, 50)])
  t.is(linesIn(gap, 'line'), 3)
  t.is(linesIn(gap, 'area'), 3)
  t.is(gap.querySelectorAll('[aria-label=dot] circle').length, 5)
  t.is(gap.querySelectorAll('[aria-label=rule] line').length, 5, 'an interval also of a month alone')
  t.notRegex(gap.querySelector('body')?.innerHTML ?? '', /NaN/)
})

test('a month of few answers has a hollow point', (t) => {
  const document = scoreOf([monthOf('2026-01-01', 30, 30), monthOf('2026-02-01', 29, 35)])
  const fills = [...document.querySelectorAll('[aria-label=dot] circle')].map((dot) => dot.getAttribute('fill'))
  t.deepEqual(fills, ['var(--chart)', 'var(--card)'])
})

test('what has no time is in no chart over time', (t) => {
  t.is(scoreChart({ ...SCORE, ...estimate(1, 0), months: [monthOf(null, 1, 0)] }), undefined)
  const counts = { seen: 1, started: 0, completed: 0, dismissed: 0 }
  t.is(timelineChart({ unit: 'day', periods: [{ start: null, ...counts }] }), undefined)
})

test('one day alone is a day, not hours', (t) => {
  const periods = [{ start: '2026-01-05', seen: 2, started: 1, completed: 1, dismissed: 0 }]
  const document = documentOf(timelineChart({ unit: 'day', periods }))
  t.is(document.querySelectorAll('[aria-label=rect] rect').length, 2)
  t.notRegex(document.querySelector('body')?.textContent ?? '', /[AP]M/)
})
