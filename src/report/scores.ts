/** Scores of a survey: each metric's view, and the same by month. */
import type { Row } from '../../schemas/spec.ts'
import { METRICS, type Metric } from '../../schemas/views/scores.ts'
import type { Estimate, Month, Score, ScoreQuestion } from './model.ts'

/** The columns that say how many answers are in each group, from the best to the worst. */
const GROUPS: Readonly<Record<Metric, readonly string[]>> = {
  nps: ['promoters', 'passives', 'detractors'],
  csat: ['satisfied', 'neutral', 'dissatisfied'],
  ces: ['easy', 'neutral', 'hard'],
}

/** A survey without a name has that of each response, so that a question may have several scores. */
const KEYS = ['question', 'item', 'form_name']
const ESTIMATE = ['n', 'score', 'ci_low', 'ci_high', 'few']

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

function monthOf(row: Row): Month {
  const month = row[KEYS.length + ESTIMATE.length] ?? null
  return { month: month === null ? null : String(month), ...estimate(row.slice(KEYS.length)) }
}

/** Those that were answered at no known time come last. */
const byMonth = (one: { month: string | null }, other: { month: string | null }) =>
  (one.month ?? '~') < (other.month ?? '~') ? -1 : 1

function estimate([n, score, low, high, few]: Row): Estimate {
  return { n: Number(n), score: Number(score), low: Number(low), high: Number(high), few: few === true }
}

const ABOUT = ['metric', 'question', 'item', 'scale_least', 'scale_most', 'answers', 'counted', 'is_used', 'note']

/** By metric and name. */
export async function readScoreQuestions(ask: Ask): Promise<ScoreQuestion[]> {
  const questions = (await ask('score_questions', ABOUT)).flatMap(
    ([name, question, item, least, most, answers, counted, isUsed, note = null]) => {
      const metric = METRICS.find((known) => known === name)
      if (metric === undefined) return []
      return {
        metric,
        question: String(question),
        item: String(item),
        scale: { least: Number(least), most: Number(most) },
        answers: Number(answers),
        counted: Number(counted),
        isUsed: isUsed === true,
        note: note === null ? null : String(note),
      }
    },
  )
  const rank = ({ metric, question, item }: ScoreQuestion) => JSON.stringify([METRICS.indexOf(metric), question, item])
  return questions.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1))
}
