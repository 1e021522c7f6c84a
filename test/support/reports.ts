/** Reports for tests: a warehouse of given webhooks, and what its views say, asked apart from the report. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { queryFile } from '../../src/destinations/duckdb/query.ts'
import { duckdbSource } from '../../src/destinations/duckdb/source.ts'
import { findSurvey } from '../../src/exports/survey.ts'
import type { Report } from '../../src/report/model.ts'
import { readReport } from '../../src/report/read.ts'
import { sampleEvents } from '../../src/samples/samples.ts'
import { event, flattened } from './flattening.ts'

export const NEVER_STOPPED: AbortSignal = new AbortController().signal

/** Half a year of four surveys: scores, comments, choices, a matrix. */
export const someMonths = (): object[] => [
  ...sampleEvents({ seed: 7, count: 3000, start: new Date('2026-01-10T00:00:00Z'), secondsBetween: 12_000 }),
]

export const HOSTILE: readonly string[] = [
  '</title></style></script><script>document.title = "broken"</script>',
  '" onload="alert(1)" x="',
  "'><img src=x onerror=alert(1)>",
  '&lt;b&gt; &amp; &#39;',
  '\u202eevil\0\ud800',
  `https://example.com/${'long'.repeat(500)}`,
  '',
]

/** A survey with each text in every place where one can be: `hostile-0` and so on. */
export const hostileResponses = (): object[] =>
  HOSTILE.flatMap((text, at) => {
    const data = { [`q${text}`]: text, [`m${text}`]: { [`r${text}`]: text, other: text }, nps: { [text]: 7 } }
    const form = { uuid: `hostile-${at}`, name: `${text}!` }
    return [1, 2].map((n) => response(10 * at + n, data, form))
  })

/** What is read where a hostile text is shown. */
export const readable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')

/** A completed response, the n-th of all. */
export function response(n: number, data: object, form: object, day = '2026-03-01'): object {
  const uuid = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  const at = `${day} 10:00:00`
  return event(
    { uuid, form },
    { uuid, first_shown_at: at, last_shown_at: at, last_data_reception_at: at, completed_at: at, data },
  )
}

const folders: string[] = []
export const removeWarehouses = () => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))

/** @returns the path of `warehouse.duckdb` in a folder of its own, for `removeWarehouses` to remove */
export async function warehouseOf(bodies: readonly object[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'report-'))
  folders.push(folder)
  const path = join(folder, 'warehouse.duckdb')
  const destination = duckdbDestination({ path, longestViews: Number.POSITIVE_INFINITY })
  await destination.prepare()
  await destination.load(flattened(...bodies), { signal: NEVER_STOPPED })
  await destination.refreshViews?.({ signal: NEVER_STOPPED })
  await destination.close()
  return path
}

export async function reportOf(path: string, survey: string): Promise<Report> {
  const source = await duckdbSource(path)
  try {
    const found = await findSurvey(source, survey, 'report', NEVER_STOPPED)
    return await readReport(source, found.survey, NEVER_STOPPED)
  } finally {
    await source.close()
  }
}

/** A card of a page with a table: its title, and the texts of the table's rows. */
export interface Card {
  readonly title: string
  readonly rows: readonly (readonly string[])[]
}

const whole = (n: unknown) => Number(n).toLocaleString('en-US')
const percent = (part: unknown) => `${(Number(part) * 100).toFixed(1)}%`
const points = (n: unknown, digits: number) => Number(n).toFixed(digits).replace('-', '−')

const SCORES = [
  { view: 'nps', title: 'Net Promoter Score', digits: 1 },
  { view: 'csat', title: 'Customer Satisfaction', digits: 1 },
  { view: 'ces', title: 'Customer Effort Score', digits: 2 },
]

/** What a page of the survey, which has a name, must have in its cards, from the views by SQL. */
export async function expectedCards(path: string, survey: string): Promise<Card[]> {
  const ask = async (sql: string) => (await queryFile(path, sql)).rows
  const of = `form_name = '${survey}'`
  const cards: Card[] = []
  for (const { view, title, digits } of SCORES) {
    const months = await ask(
      `SELECT question, strftime(month, '%Y-%m'), n, score, ci_low, ci_high FROM ${view}_by_month WHERE ${of} ORDER BY month`,
    )
    if (months.length === 0) continue
    const rows = months.map(([, month, n, score, low, high]) => [
      String(month),
      whole(n),
      points(score, digits),
      `${points(low, digits)} to ${points(high, digits)}`,
    ])
    cards.push({ title: `${title}: ${String(months[0]?.[0])}`, rows })
  }
  const steps = await ask(
    `UNPIVOT (SELECT seen AS Seen, started AS Started, completed AS Completed, dismissed AS Dismissed
      FROM survey_funnel WHERE ${of}) ON COLUMNS(*)`,
  )
  const seen = Number(steps[0]?.[1])
  cards.push({
    title: 'From seen to completed',
    rows: steps.map(([step, n]) => [String(step), whole(n), percent(Number(n) / seen)]),
  })
  const months = await ask(
    `SELECT strftime(day, '%Y-%m') AS month, sum(seen), sum(started), sum(completed), sum(dismissed)
      FROM response_timeline WHERE ${of} GROUP BY month ORDER BY month`,
  )
  cards.push({
    title: 'By month of the first showing',
    rows: months.map(([month, ...counts]) => [String(month), ...counts.map(whole)]),
  })
  return [...cards, ...(await expectedAnswers(path, of))]
}

async function expectedAnswers(path: string, of: string): Promise<Card[]> {
  const { rows } = await queryFile(
    path,
    `SELECT question, item, value, n, share, respondents FROM answer_distribution WHERE ${of} AND value <> '(other)'
    ORDER BY position, question, item_position, item,
      CASE WHEN regexp_full_match(value, '\\d+') THEN CAST(value AS INTEGER) END, n DESC, value`,
  )
  const questions = Map.groupBy(rows, ([question]) => String(question))
  return [...questions].map(([title, answers]) => {
    const isMatrix = answers.some(([, item]) => item !== '')
    const plain = answers.map(([, , value, n, share]) => [String(value), whole(n), percent(share)])
    return { title, rows: isMatrix ? expectedMatrix(answers) : plain }
  })
}

function expectedMatrix(answers: readonly (readonly unknown[])[]): string[][] {
  const values = [...new Set(answers.map(([, , value]) => String(value)))].toSorted()
  return [...Map.groupBy(answers, ([, item]) => String(item))].map(([item, row]) => {
    const counts = values.map((value) => whole(row.find(([, , other]) => other === value)?.[3] ?? 0))
    return [item, whole(row[0]?.[5]), ...counts]
  })
}
