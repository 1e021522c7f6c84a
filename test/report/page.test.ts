import test from 'ava'
import { parseHTML } from 'linkedom'
import { UNNAMED } from '../../schemas/views/spec.ts'
import { reportPage } from '../../src/report/page.ts'
import { scoreNotes } from '../../src/report/score-notes.ts'
import { event } from '../support/flattening.ts'
import {
  type Card,
  expectedCards,
  HOSTILE,
  hostileResponses,
  readable,
  removeWarehouses,
  reportOf,
  response,
  someMonths,
  warehouseOf,
} from '../support/reports.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

const numbers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`q${at}`, at % 5]))
const form = (name: string) => ({ uuid: name, name })

const RESPONSES = [
  ...hostileResponses(),
  ...[
    { nps: 10, day: '2026-01-05' },
    { nps: 3, day: '2026-01-06' },
    { nps: 9, day: '2026-05-06' },
  ].map(({ nps, day }, n) => response(200 + n, { nps }, form('How are we?'), day)),
  response(300, {}, form('Unanswered')),
  response(301, numbers(50), form('Fifty')),
  response(302, numbers(1000), form('Thousand')),
  ...['call me at 555-0100', 'ask for Ms Miller', 'more exports', 'more exports'].map((why, n) =>
    response(400 + n, { why }, form('Why')),
  ),
]

// One after the other: a process has a warehouse open once.
let samples: string
let small: string
test.before(async () => {
  samples = await warehouseOf(someMonths())
  small = await warehouseOf(RESPONSES)
})
test.after.always(removeWarehouses)

const EDITION = { now: new Date('2026-11-24T12:34:56Z'), timeZone: 'UTC' }

async function pageOf(path: string, survey: string) {
  const text = reportPage(await reportOf(path, survey), EDITION)
  return { text, document: parseHTML(text).document }
}

type Page = Awaited<ReturnType<typeof pageOf>>['document']

const textOf = (element: { textContent: string | null } | null) => element?.textContent ?? ''

const cardsOf = (page: Page): Card[] =>
  [...page.querySelectorAll('article')].map((card) => ({
    title: textOf(card.querySelector('h3')),
    rows: [...card.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('th, td')].map(textOf)),
  }))

test.serial('the numbers of a page are those of the views', async (t) => {
  for (const survey of ['NPS Survey', 'CSAT Survey', 'CES Survey', 'Product Survey']) {
    const { document } = await pageOf(samples, survey)
    const expected = await expectedCards(samples, survey)
    t.true(expected.length >= 3)
    t.deepEqual(cardsOf(document), expected, survey)
  }
})

test.serial('each chart is drawn, says in words what it shows, and has a table beside it', async (t) => {
  for (const survey of ['NPS Survey', 'Product Survey']) {
    const { document } = await pageOf(samples, survey)
    const charts = [...document.querySelectorAll('.chart')]
    t.is(charts.length, document.querySelectorAll('article').length)
    for (const chart of charts) {
      t.regex(chart.getAttribute('aria-label') ?? '', /: .*\d/)
      t.truthy(chart.querySelector('svg rect, svg circle'))
      t.truthy(chart.parentElement?.querySelector('table caption'))
      t.notRegex(textOf(chart), /⚠|NaN|undefined/)
    }
  }
})

test.serial('a page says whose it is, of when, and how sure a score is', async (t) => {
  const { document } = await pageOf(small, 'how are we?')
  t.is(document.title, 'How are we? · Survey report')
  const text = textOf(document.querySelector('main')).replaceAll(/\s+/g, ' ')
  t.regex(text, /Survey report of 2026-01 to 2026-05, as of 2026-11-24 12:34 UTC/)
  t.regex(
    text,
    /33\.3 from −100 to 100 95 % interval −51\.3 to 84\.7 · n = 3 answers · few answers \(n < 30\) · promoters 2 · passives 0 · detractors 1/,
  )
  // One answer in May has an interval too, and the months before it have none.
  t.deepEqual(cardsOf(document)[0]?.rows.slice(1), [
    ['2026-02 to 2026-04', '0', 'none', 'none'],
    ['2026-05', '1', '100.0', '−48.5 to 100.0'],
  ])
})

test.serial('no text breaks out of a page: names of surveys, questions, rows and answers', async (t) => {
  for (const [at, hostile] of HOSTILE.entries()) {
    const { document, text } = await pageOf(small, `hostile-${at}`)
    const elements = [...document.querySelectorAll('*')]
    const names = new Set(elements.map(({ localName }) => localName))
    t.deepEqual(
      [...names].filter((name) => ['script', 'img', 'b', 'iframe'].includes(name)),
      [],
    )
    t.deepEqual(
      elements.flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith('on')),
      [],
    )
    t.is(textOf(document.querySelector('h1')), `${readable(hostile)}!`)
    // A blank text is no answer.
    const expected = hostile === '' ? undefined : [[readable(hostile), '2', '100.0%']]
    t.deepEqual(cardsOf(document).find(({ title }) => title === `q${readable(hostile)}`)?.rows, expected)
    t.true(text.isWellFormed() && !text.includes('\0'), 'also in charts')
    t.is(text.match(/<style>/g)?.length, 1 + document.querySelectorAll('.chart').length)
  }
})

test.serial('a survey that nobody was shown has a page that says so', async (t) => {
  const survey = { formUuid: 'f2', name: null, view: 'survey_f2' }
  const timeline = { unit: 'day', periods: [] } as const
  const page = reportPage(
    { survey, funnel: undefined, timeline, scores: [], scoreQuestions: [], questions: [] },
    EDITION,
  )
  t.regex(page, /<h1><bdi>f2<\/bdi><\/h1>[\s\S]*Nobody has been shown this survey yet/)
})

test.serial('a survey without an answer still has its funnel', async (t) => {
  const { document, text } = await pageOf(small, 'Unanswered')
  const titles = cardsOf(document).map(({ title }) => title)
  t.deepEqual(titles, ['From seen to completed', 'By day of the first showing'])
  t.regex(text, /No question has been answered yet/)
})

test.serial('a page has all of fifty questions, and says how many it leaves out of a thousand', async (t) => {
  const fifty = cardsOf((await pageOf(small, 'Fifty')).document).slice(2)
  t.deepEqual(fifty.map(({ title }) => title).toSorted(), Object.keys(numbers(50)).toSorted())
  t.deepEqual(fifty.find(({ title }) => title === 'q13')?.rows, [['3', '1', '100.0%']])
  const { document, text } = await pageOf(small, 'Thousand')
  t.is(document.querySelectorAll('article').length, 2 + 200)
  t.regex(text, /800 more questions/)
})

test.serial("what is someone's own words is counted and not shown", async (t) => {
  const { document, text } = await pageOf(small, 'Why')
  t.deepEqual(cardsOf(document).at(-1), { title: 'why', rows: [['more exports', '2', '50.0%']] })
  t.regex(text, /n = 4 responses, 3 different answers\. Not shown: 2 answers of one user or few, or with an identity/)
  t.notRegex(text, /555|Miller/)
})

test.serial("a page has the survey's order and what does not count, from the warehouse", async (t) => {
  const csat = [{ question: 'csat', scale: [1, 10], satisfied: [9, 10] }] as const
  const warehouse = await viewWarehouse(t, { questions: { ...UNNAMED, csat } })
  const data = ['9', '10', '2', '3', 'N/A'].map((answer) => ({
    zeal: 'high',
    csat: answer,
    csat_reason: 'so so',
    csat_before: '4',
    again: 'yes',
  }))
  await warehouse.load(...data.map((each, n) => response(n + 1, each, form('Scale'))))
  const report = await reportOf(warehouse.path, 'Scale')
  t.deepEqual(scoreNotes(report), [
    'csat: 4 of 5 answers count. Not counted: 1 text.',
    'csat_before: Not scored: CSAT_QUESTIONS does not name it.',
  ])
  const { document, text } = await pageOf(warehouse.path, 'Scale')
  t.deepEqual(
    cardsOf(document)
      .map(({ title }) => title)
      .slice(-5),
    ['zeal', 'csat', 'csat_reason', 'csat_before', 'again'],
  )
  t.regex(text, /4 of 5 answers count\. Not counted: 1 text\./)
})

test.serial('the scale of a question is whole in its chart, as the settings have it', async (t) => {
  const ces = [{ question: 'ces', scale: [1, 5] }] as const
  const warehouse = await viewWarehouse(t, { questions: { ...UNNAMED, ces } })
  await warehouse.load(response(1, { ces: 2 }, form('Scale')), response(2, { ces: 4 }, form('Scale')))
  const { document, text } = await pageOf(warehouse.path, 'Scale')
  const chart = [...document.querySelectorAll('article')].at(-1)?.querySelector('[aria-label="x-axis tick label"]')
  t.deepEqual([...(chart?.querySelectorAll('text') ?? [])].map(textOf), ['1', '2', '3', '4', '5'])
  t.regex(text, /on average, from 1 to 5/)
  t.regex(text, /easy 1 · neutral 0 · hard 1/)
})

test.serial('a day and a month on a page are those of the time zone of the views', async (t) => {
  const warehouse = await viewWarehouse(t, { timeZone: 'America/New_York' })
  // There it is 22:00 of the last day of February.
  const at = { first_shown_at: '2026-03-01T03:00:00Z', last_data_reception_at: '2026-03-01T03:00:00Z' }
  await warehouse.load(event({ form: form('Zone') }, { uuid: 'r1', ...at, data: { nps: 9 } }))
  const { document } = await pageOf(warehouse.path, 'Zone')
  const rows = new Map(cardsOf(document).map(({ title, rows: its }) => [title, its.map(([first]) => first)]))
  t.deepEqual(rows.get('Net Promoter Score: nps'), ['2026-02'])
  t.deepEqual(rows.get('By day of the first showing'), ['2026-02-28'])
})

test.serial('a survey that was renamed keeps its report whole, under the name of now', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(response(1, { nps: 9 }, { uuid: 'f1', name: 'NPS Survey' }))
  await warehouse.load(response(2, { nps: 3 }, { uuid: 'f1', name: 'NPS 2026' }, '2026-04-01'))
  const report = await reportOf(warehouse.path, 'NPS Survey')
  t.is(report.survey.name, 'NPS 2026')
  t.is(report.funnel?.seen, 2)
  t.deepEqual(
    report.scores.map(({ n, months }) => [n, months.length]),
    [[2, 2]],
  )
})
