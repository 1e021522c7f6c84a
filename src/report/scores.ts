/** Scores of a survey: each metric's view, and the same by month. */
import type { Cell, Row } from '../../schemas/spec.ts'
import { METRICS, type Metric } from '../../schemas/views/scores.ts'
import type { Estimate, Score } from './model.ts'

/** The columns that say how many answers are in each group, from the best to the worst. */
const GROUPS: Readonly<Record<Metric, readonly string[]>> = {
  nps: ['promoters', 'passives', 'detractors'],
  csat: ['satisfied', 'neutral', 'dissatisfied'],
  ces: ['easy'],
}

/** A survey without a name has that of each response, so that a question may have several scores. */
const KEYS = ['question', 'item', 'form_name']
const ESTIMATE = ['n', 'score', 'ci_low', 'ci_high']

/** Rows of a view that belong to the survey. */
export type Ask = (view: string, columns: readonly string[]) => Promise<readonly Row[]>

export async function readScores(ask: Ask): Promise<Score[]> {
  const scores: Score[] = []
  for (const metric of METRICS) {
    const rows = await ask(metric, [...KEYS, ...ESTIMATE, ...GROUPS[metric]])
    if (rows.length === 0) continue
    const months = Map.groupBy(await ask(`${metric}_by_month`, [...KEYS, ...ESTIMATE, 'month']), keyOf)
    for (const row of rows) {
      const [question, item] = row
      scores.push({
        metric,
        question: String(question),
        item: String(item),
        ...estimate(row.slice(KEYS.length)),
        groups: GROUPS[metric].map((name, at) => ({ name, n: Number(row[KEYS.length + ESTIMATE.length + at]) })),
        months: (months.get(keyOf(row)) ?? []).map(monthOf).toSorted(byMonth),
      })
    }
  }
  return scores.toSorted((one, other) => other.n - one.n)
}

const keyOf = (row: Row) => JSON.stringify(row.slice(0, KEYS.length))

function monthOf(row: Row): Score['months'][number] {
  const month = row[KEYS.length + ESTIMATE.length] ?? null
  return { month: month === null ? null : String(month), ...estimate(row.slice(KEYS.length)) }
}

/** Those that were answered at no known time come last. */
const byMonth = (one: { month: string | null }, other: { month: string | null }) =>
  (one.month ?? '~') < (other.month ?? '~') ? -1 : 1

function estimate([n, score, low, high]: Row): Estimate {
  return { n: Number(n), score: Number(score), low: numberOrNull(low), high: numberOrNull(high) }
}

export const numberOrNull = (cell: Cell | undefined): number | null =>
  cell === null || cell === undefined ? null : Number(cell)
