/** The same events, loaded into DuckDB and BigQuery, give the same report of every survey. */
import test from 'ava'
import type { Source } from '../../src/destinations/source.ts'
import type { Report } from '../../src/report/model.ts'
import { reportPage } from '../../src/report/page.ts'
import { readReport } from '../../src/report/read.ts'
import { sampleEvents } from '../../src/samples/samples.ts'
import { asked, bothWith } from './both.ts'

/** Half a year of four surveys: scores, comments, choices, a matrix. */
const EVENTS = [
  ...sampleEvents({ seed: 7, count: 600, start: new Date('2026-01-10T00:00:00Z'), secondsBetween: 26_000 }),
]
const { inDuckdb, inBigquery, remove } = await bothWith(EVENTS)
test.after.always(remove)

async function reportsOf(source: Source): Promise<Report[]> {
  const reports: Report[] = []
  for (const survey of await source.surveys(new AbortController().signal))
    reports.push(await readReport(source, survey, new AbortController().signal))
  return reports
}

test('scores over time, funnels, timelines and answers are the same, and so is the page', async (t) => {
  const [expected, found] = [await asked(await inDuckdb(), reportsOf), await asked(inBigquery(), reportsOf)]
  t.deepEqual(found, expected)

  const scores = expected.flatMap((report) => report.scores)
  t.deepEqual([...new Set(scores.map(({ metric }) => metric))].toSorted(), ['ces', 'csat', 'nps'])
  for (const { metric, low, high, months } of scores) {
    t.true(low < high, metric)
    t.true(months.length > 2, `${metric} has months to compare`)
  }
  const questions = expected.flatMap((report) => report.questions)
  t.true(questions.some(({ items }) => items.length > 1))
  t.true(
    questions.some(({ items }) => items.some(({ shown }) => shown.some(({ value }) => Number.isNaN(Number(value))))),
  )
  t.true(expected.every(({ funnel, timeline }) => (funnel?.seen ?? 0) > 0 && timeline.periods.length > 1))

  const edition = { now: new Date('2026-08-01T00:00:00Z'), timeZone: 'UTC' }
  const pages = (reports: readonly Report[]) => reports.map((report) => reportPage(report, edition))
  t.deepEqual(pages(found), pages(expected))
})
