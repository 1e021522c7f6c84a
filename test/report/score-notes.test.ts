/** What a page says of a score, beside its number. */
import test from 'ava'
import { parseHTML } from 'linkedom'
import type { Report, ScoreQuestion } from '../../src/report/model.ts'
import { reportPage } from '../../src/report/page.ts'
import { scoreNotes } from '../../src/report/score-notes.ts'

const EDITION = { now: new Date('2026-11-24T12:34:56Z'), timeZone: 'UTC' }

const textOf = (element: { textContent: string | null } | null) => element?.textContent ?? ''

const ABOUT: ScoreQuestion = {
  metric: 'ces',
  question: 'ces',
  item: '',
  scale: { least: 1, most: 5 },
  answers: 40,
  counted: 40,
  isUsed: true,
  note: null,
}

/** A report of one CES that so many answered. */
function reportOfCes(n: number, scoreQuestions: readonly ScoreQuestion[] = [ABOUT]): Report {
  const estimate = { n, score: 4, low: 3, high: 5, few: n < 30 }
  const score = { ...estimate, metric: 'ces', question: 'ces', item: '', groups: [], months: [] } as const
  const funnel = { seen: n, started: n, completed: n, dismissed: 0, medianSeconds: null }
  const survey = { formUuid: 'f2', name: null, view: 'survey_f2' }
  return { survey, funnel, timeline: { unit: 'day', periods: [] }, scores: [score], scoreQuestions, questions: [] }
}

test('few answers are called so, and one response is no responses', (t) => {
  const page = (n: number) => reportPage(reportOfCes(n), EDITION)
  t.regex(page(29), /n = 29 answers · few answers \(n &lt; 30\)/)
  t.notRegex(page(30), /few answers/)
  t.regex(page(5), /<dt>Seen<\/dt><dd class="figure">5<\/dd><dd class="quiet">responses<\/dd>/)
  t.regex(page(1), /<dt>Seen<\/dt><dd class="figure">1<\/dd><dd class="quiet">response<\/dd>/)
})

test('where all answers count, nothing is said of it, on the page or beside it', (t) => {
  // A comment is no score, though it may be called so.
  const comment = { ...ABOUT, question: 'ces_reason', counted: 0, isUsed: false }
  const report = reportOfCes(40, [ABOUT, comment])
  t.deepEqual(scoreNotes(report), [])
  const page = reportPage(report, EDITION)
  t.regex(page, /on average, from 1 to 5/)
  t.notRegex(page, /Not scored|Not counted|answers count/)
})

test('what a score leaves out and what is not scored are told on the page, and a line each beside it', (t) => {
  const left = { ...ABOUT, answers: 43, note: 'Not counted: 2 texts, 1 answer of several choices.' }
  const doubt = { ...ABOUT, note: 'The scale of 1 to 5 is assumed.' }
  const none = { ...ABOUT, question: '<b>ces</b>', item: 'row', counted: 0, isUsed: false, note: 'Not scored: texts.' }
  t.deepEqual(scoreNotes(reportOfCes(40, [left, none])), [
    'ces: 40 of 43 answers count. Not counted: 2 texts, 1 answer of several choices.',
    '<b>ces</b> › row: Not scored: texts.',
  ])
  t.deepEqual(scoreNotes(reportOfCes(40, [doubt])), ['ces: The scale of 1 to 5 is assumed.'])
  const { document } = parseHTML(reportPage(reportOfCes(40, [left, none]), EDITION))
  t.regex(textOf(document.querySelector('article')), /40 of 43 answers count\. Not counted: 2 texts, 1 answer of/)
  t.deepEqual(
    [...document.querySelectorAll('li')].map((item) => textOf(item)),
    ['<b>ces</b> › row: Not scored: texts.'],
  )
})

test('a survey whose only score-like question is not scored says so', (t) => {
  const page = reportPage(
    { ...reportOfCes(3, [{ ...ABOUT, isUsed: false, note: 'Not scored: lists.' }]), scores: [] },
    EDITION,
  )
  t.regex(page, /<h2>Scores<\/h2>\s*<div class="card">\s*<h3>Not scored<\/h3>/)
})

test('the time of a page and the days in it are those of the time zone', (t) => {
  const page = reportPage(reportOfCes(3), { ...EDITION, timeZone: 'Asia/Kolkata' })
  t.regex(page, /as of 2026-11-24 18:04 Asia\/Kolkata/)
  t.regex(page, /Days, months and times are those of the time zone Asia\/Kolkata/)
})
