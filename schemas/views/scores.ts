/**
 * `scores`: every answer to an NPS, CSAT or CES question that counts, once, in its newest state. All metrics are made from it. Which
 * questions are scored, and on which scale, says `score_questions` (score-questions.ts).
 */
import { BLANK, SURVEY } from './answers.ts'
import type { Dialect, Sql } from './dialect.ts'
import { isOwn, labelsOf, numbered, sameLabel } from './scoring/labels.ts'
import type { MetricQuestions, ModelOptions, Range, ScoredQuestion, View, ViewColumn } from './spec.ts'

export type Metric = keyof MetricQuestions

export const METRICS: readonly Metric[] = ['nps', 'csat', 'ces']

/** NPS is asked from 0 to 10, CSAT from 1 to 5, CES 2.0 from 1 to 7. */
export const SCALES: Readonly<Record<Metric, { readonly least: number; readonly most: number }>> = {
  nps: { least: 0, most: 10 },
  csat: { least: 1, most: 5 },
  ces: { least: 1, most: 7 },
}

/** What tells one scored question from another. */
export const QUESTION_COLUMNS: Readonly<Record<string, ViewColumn>> = {
  ...SURVEY,
  question: { type: 'text', description: 'Identifier of the question' },
  item: { type: 'text', description: 'Path inside a nested answer, such as the row of a matrix; else empty' },
}

/** Categories of answers, the best first. */
export const CATEGORIES: Readonly<Record<Metric, readonly [best: string, middle: string, worst: string]>> = {
  nps: ['promoter', 'passive', 'detractor'],
  csat: ['satisfied', 'neutral', 'dissatisfied'],
  ces: ['easy', 'neutral', 'hard'],
}

export interface Grading {
  readonly scale: Range
  /** Whether no setting says it. */
  readonly isAssumed: boolean
  readonly best: Range
  readonly worst: Range
}

/**
 * Which answers are good. NPS: promoters 9 and 10, detractors 6 and less (F. Reichheld, "The One Number You Need to Grow", Harvard Business
 * Review 81, 2003). CSAT: unless the settings say, the two highest answers above the middle. CES: all above it. As far below the middle
 * are the bad answers.
 */
export function gradingOf(metric: Metric, { scale, satisfied }: Pick<ScoredQuestion, 'scale' | 'satisfied'>): Grading {
  const [least, most] = scale ?? [SCALES[metric].least, SCALES[metric].most]
  const known = { scale: [least, most] as const, isAssumed: scale === undefined }
  if (metric === 'nps') return { ...known, best: [9, 10], worst: [least, 6] }
  const above = Math.floor((least + most) / 2) + 1
  const best = satisfied ?? [metric === 'csat' ? Math.max(above, most - 1) : above, most]
  return { ...known, best, worst: [least + most - best[1], least + most - best[0]] }
}

/** What depends on the scale, out of a row's `question`, for a metric. */
export function ofGrading(
  sql: Dialect,
  metric: Metric,
  questions: MetricQuestions,
  write: (grading: Grading) => Sql,
): Sql {
  const usual = write(gradingOf(metric, {}))
  const cases = (questions[metric] ?? []).flatMap((named) => {
    const own = write(gradingOf(metric, named))
    return own === usual ? [] : [`WHEN question = ${sql.text(named.question)} THEN ${own}`]
  })
  return cases.length === 0 ? usual : `CASE ${cases.join(' ')} ELSE ${usual} END`
}

/** The same, out of a row's `metric` and `question`. */
export function byMetric(write: (metric: Metric) => Sql): Sql {
  return `CASE metric ${METRICS.map((metric) => `WHEN '${metric}' THEN ${write(metric)}`).join(' ')} END`
}

export const scoresView = ({ questions }: ModelOptions): View => ({
  name: 'scores',
  description:
    'Answers to NPS, CSAT and CES questions that count, one row each, in their newest state; AVG(points) of a question is its score',
  columns: {
    metric: { type: 'text', description: 'nps, csat or ces' },
    ...QUESTION_COLUMNS,
    response_uuid: { type: 'text', description: 'The response' },
    status: { type: 'text', description: 'Status of the response' },
    answered_at: { type: 'timestamp', description: 'When the newest answer of the response came' },
    user_uuid: { type: 'text', description: 'The user who answered' },
    account_uuid: { type: 'text', description: "The user's account" },
    score: {
      type: 'number',
      description: "The answer, on the question's scale; its mean is no NPS and no CSAT: average points",
    },
    points: {
      type: 'number',
      description:
        'What the answer adds to the average: 100 of a promoter, 0 of a passive, -100 of a detractor; 100 of who is satisfied, else 0; for CES the answer itself',
    },
    category: {
      type: 'text',
      description: 'promoter, passive or detractor; satisfied, neutral or dissatisfied; for CES easy, neutral or hard',
    },
    is_latest: {
      type: 'boolean',
      description: "Whether it is the user's newest answer to the question; true where no user is known",
    },
  },
  query: (
    sql,
  ) => `SELECT S.metric, S.form_uuid, S.form_name, S.survey_view, S.question, S.item, S.response_uuid, R.status, S.answered_at,
  S.user_uuid, R.account_uuid, S.score, S.points, S.category,
  ROW_NUMBER() OVER (
    PARTITION BY S.metric, S.form_uuid, S.question, S.item, COALESCE(S.user_uuid, S.response_uuid)
    ORDER BY S.answered_at DESC, S.response_uuid DESC
  ) = 1 AS is_latest
FROM (
${scored(sql, questions)}
) AS S
JOIN ${sql.relation('response_states')} AS R ON R.response_uuid = S.response_uuid`,
})

const SCORED = [
  'C.are_labels_read',
  'C.is_own',
  'C.metric',
  'C.form_name',
  'C.survey_view',
  'A.response_uuid',
  'A.answered_at',
  'A.user_uuid',
]

/**
 * The rows of `scores`, without what is known by the response and by the person's other answers only. Other views read this query,
 * not the view: neither engine leaves away a join or a window that nobody asks for.
 */
export const scored = (sql: Dialect, questions: MetricQuestions): Sql => `WITH used AS (
  SELECT metric, form_uuid, form_name, survey_view, question, item, scale_least, scale_most, are_labels_read, ${isOwn(sql)} AS is_own
  FROM ${sql.relation('score_questions')}
  WHERE is_used
), several AS (
  ${severalChoices(sql, 'used')}
), answered AS (
  ${numbered(sql, 'used', SCORED)}
), labels AS (
  ${labelsOf('answered', 'are_labels_read')}
), given AS (
  SELECT G.*, COALESCE(G.number, L.worded) AS score
  FROM answered AS G
  LEFT JOIN labels AS L ON ${sameLabel('L', 'G')}
), graded AS (
  SELECT given.*,
    ${byMetric((metric) => ofGrading(sql, metric, questions, (grading) => categoryBy(metric, grading)))} AS category
  FROM given
  WHERE score = FLOOR(score) AND score BETWEEN scale_least AND scale_most
)
SELECT metric, form_uuid, form_name, survey_view, question, item, response_uuid, answered_at, user_uuid, score, ${POINTS} AS points, category
FROM graded`

/**
 * A query: answers of several choices to the questions and items of a relation. They are few, so that answers lack them fast. A choice that
 * is blank is no row, so one that is not the first may be the only one. Rows of earlier versions do not say whether they are of a list.
 */
export const severalChoices = (sql: Dialect, of: Sql): Sql => `SELECT A.form_uuid, A.question, A.item, A.response_uuid
  FROM ${sql.relation('answers')} AS A
  JOIN ${of} AS Q ON Q.form_uuid = A.form_uuid AND Q.question = A.question AND Q.item = A.item
  LEFT JOIN ${sql.relation('response_answers')} AS F
    ON F.response_uuid = A.response_uuid AND F.question = A.question AND F.item = A.item AND F.choice = 0 AND F.is_list IS NOT FALSE
  WHERE A.choice > 0
  GROUP BY A.form_uuid, A.question, A.item, A.response_uuid
  HAVING COUNT(*) > 1 OR COUNT(CASE WHEN NOT ${sql.matches('F.value', BLANK)} THEN 1 END) > 0`

function categoryBy(metric: Metric, { best, worst }: Grading): Sql {
  const [good, middle, bad] = CATEGORIES[metric]
  const within = ([least, most]: Range) => `score BETWEEN ${least} AND ${most}`
  return `CASE WHEN ${within(best)} THEN '${good}' WHEN ${within(worst)} THEN '${bad}' ELSE '${middle}' END`
}

const POINTS = `CASE WHEN metric = 'ces' THEN score WHEN category IN ('promoter', 'satisfied') THEN 100.0
    WHEN category = 'detractor' THEN -100.0 ELSE 0.0 END`
