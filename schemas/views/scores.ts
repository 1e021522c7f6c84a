/**
 * `scores`: every answer to an NPS, CSAT or CES question, once, in its newest state. All metrics are made from it.
 *
 * What counts as such a question: the ones that the config names; else Refiner's own type, where its API told it; else the metric's
 * name as a word in the identifier, unless it is a list, as long as nearly all its numbers are whole and inside the scale
 * (so the texts of `nps_reason` and an `nps_last_year` of -20 do not count, and one answer of 11 does not hide all others). For a
 * question with few answers one outside of it is all that may be.
 */
import type { Dialect, Sql } from './dialect.ts'
import type { MetricQuestions, ModelSettings, View, ViewColumn } from './spec.ts'
import { wordIn } from './words.ts'

export type Metric = keyof MetricQuestions

/** NPS is asked from 0 to 10, CSAT from 1 to 5, CES 2.0 from 1 to 7. */
export const SCALES: Readonly<Record<Metric, { readonly least: number; readonly most: number }>> = {
  nps: { least: 0, most: 10 },
  csat: { least: 1, most: 5 },
  ces: { least: 1, most: 7 },
}

/** The share of a question's numbers that must be in the scale, for it to be taken for one of the metric. */
const ENOUGH = 0.95
/** From so many numbers on, one of them may be outside the scale. */
const FEW = 5

export const METRICS: readonly Metric[] = ['nps', 'csat', 'ces']

/** What tells one scored question from another. */
export const QUESTION_COLUMNS: Readonly<Record<string, ViewColumn>> = {
  form_uuid: { type: 'text', description: 'The survey' },
  form_name: { type: 'text', description: "The survey's newest name" },
  question: { type: 'text', description: 'Identifier of the question' },
  item: { type: 'text', description: 'Path inside a nested answer, such as the row of a matrix; else empty' },
}

export function scoresView({ questions }: ModelSettings): View {
  return {
    name: 'scores',
    description: 'Answers to NPS, CSAT and CES questions, one row each, in their newest state',
    columns: {
      metric: { type: 'text', description: 'nps (0 to 10), csat (1 to 5) or ces (1 to 7)' },
      ...QUESTION_COLUMNS,
      response_uuid: { type: 'text', description: 'The response' },
      status: { type: 'text', description: 'Status of the response' },
      answered_at: { type: 'timestamp', description: 'When the newest answer of the response came' },
      user_uuid: { type: 'text', description: 'The user who answered' },
      account_uuid: { type: 'text', description: "The user's account" },
      score: { type: 'number', description: 'The answer, inside the scale of the metric' },
    },
    query: (sql) => scores(sql, questions),
  }
}

function scores(sql: Dialect, questions: MetricQuestions): Sql {
  const fits = (metric: Sql) => {
    const inScale = METRICS.map((name) => {
      const { least, most } = SCALES[name]
      return `${metric} = '${name}' AND A.value_number BETWEEN ${least} AND ${most}`
    })
    return `A.value_number = FLOOR(A.value_number) AND (${inScale.join(' OR ')})`
  }
  return `WITH asked AS (
  SELECT I.form_uuid, I.question, I.item, ${declaredMetric(sql, questions)} AS declared,
    CASE WHEN NOT I.is_list THEN ${namedMetric(sql, questions)} END AS named
  FROM ${sql.relation('question_items')} AS I
  JOIN ${sql.relation('questions')} AS Q ON Q.form_uuid = I.form_uuid AND Q.question = I.question
), answered AS (
  SELECT A.form_uuid, A.question, A.item, Q.declared IS NOT NULL AS is_declared, COALESCE(Q.declared, Q.named) AS metric,
    COUNT(A.value_number) AS numbers, COUNT(CASE WHEN ${fits('COALESCE(Q.declared, Q.named)')} THEN 1 END) AS fitting
  FROM ${sql.relation('response_answers')} AS A
  JOIN asked AS Q ON Q.form_uuid = A.form_uuid AND Q.question = A.question AND Q.item = A.item
  WHERE Q.declared IS NOT NULL OR Q.named IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5
), scored AS (
  SELECT form_uuid, question, item, metric FROM answered
  WHERE is_declared OR numbers > 0 AND (fitting >= ${ENOUGH} * numbers OR numbers >= ${FEW} AND fitting >= numbers - 1)
)
SELECT S.metric, S.form_uuid, COALESCE(F.name, R.form_name) AS form_name, S.question, S.item,
  A.response_uuid, R.status, A.answered_at, A.user_uuid, R.account_uuid, A.value_number AS score
FROM ${sql.relation('response_answers')} AS A
JOIN scored AS S ON S.form_uuid = A.form_uuid AND S.question = A.question AND S.item = A.item
JOIN ${sql.relation('responses')} AS R ON R.response_uuid = A.response_uuid
LEFT JOIN ${sql.relation('forms')} AS F ON F.form_uuid = S.form_uuid
WHERE A.choice = 0 AND ${fits('S.metric')}`
}

/** The metric of a question that the config or Refiner's API names. */
function declaredMetric(sql: Dialect, questions: MetricQuestions): Sql {
  const cases = METRICS.map((metric) => {
    const named = questions[metric]
    if (named === undefined) return `WHEN Q.question_type = '${metric}' THEN '${metric}'`
    const list = named.map((name) => sql.text(name)).join(', ')
    return `WHEN ${list === '' ? 'FALSE' : `Q.question IN (${list})`} THEN '${metric}'`
  })
  return `CASE ${cases.join(' ')} END`
}

/** The metric whose name is a word in a question's identifier, unless the config says which questions have it. */
function namedMetric(sql: Dialect, questions: MetricQuestions): Sql {
  const cases = METRICS.filter((metric) => questions[metric] === undefined).map(
    (metric) => `WHEN ${sql.matches('Q.question', wordIn(metric))} THEN '${metric}'`,
  )
  return cases.length === 0 ? sql.nothing('text') : `CASE ${cases.join(' ')} END`
}
