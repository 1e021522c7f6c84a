/**
 * `score_questions`: every question that is, or looks like, a score, and what of its answers counts. Nothing is left out of a score
 * without standing here.
 *
 * A question is scored when the settings name it; else when Refiner's own type, where its API told it, is the metric; else when the
 * metric's name is a word in its identifier, and its answers look like it: no more than half of them are lists, no more than half are texts, and
 * nearly all its numbers are whole and inside the scale. So the texts of `nps_reason` and an `nps_last_year` of -20 do not
 * count, and one answer of 11, one text or one list hides no other answer. From 20 numbers in the scale on, four of five are enough.
 */
import { surveys } from './answers.ts'
import type { Dialect, Sql } from './dialect.ts'
import { isNoValue } from './identity.ts'
import {
  byMetric,
  gradingOf,
  METRICS,
  type Metric,
  numberOf,
  ofGrading,
  QUESTION_COLUMNS,
  SCALES,
  severalChoices,
} from './scores.ts'
import type { MetricQuestions, ModelOptions, Range, View } from './spec.ts'
import { wordIn } from './words.ts'

/** The share of a question's numbers that must be in the scale, for it to be taken for one of the metric. */
const ENOUGH = 0.95
/** From so many numbers on, one of them may be outside the scale. */
const FEW = 5
/** Of many numbers in the scale, so large a share is enough: a score that people look at does not go for some odd answers. */
const MOST = 0.8
/** So many texts for each number make a question one of texts, in which some numbers were typed. */
const RARE = 4
/** From so many answers on, an upper part of the scale that nobody chose makes an assumed scale doubtful. */
const MANY = 20

export const scoreQuestions = ({ questions }: ModelOptions): View => ({
  name: 'score_questions',
  description:
    'Questions that are, or look like, NPS, CSAT or CES, one row each: whether they are scored, why, and how many answers count',
  columns: {
    ...QUESTION_COLUMNS,
    metric: { type: 'text', description: 'nps, csat or ces' },
    source: {
      type: 'text',
      description:
        "Why it is one: setting (the settings name it), type (Refiner's API says so) or name (a word in its identifier)",
    },
    scale_least: { type: 'integer', description: 'Least answer of its scale' },
    scale_most: { type: 'integer', description: 'Highest answer of its scale' },
    is_scale_assumed: {
      type: 'boolean',
      description: 'Whether the scale is the usual one of the metric, and no setting says it',
    },
    answers: {
      type: 'integer',
      description: 'Responses that answered it; of a question in use, the sum of the next four',
    },
    counted: { type: 'integer', description: 'Those that count in the score; 0 if it is not used' },
    outside_scale: { type: 'integer', description: 'Those with a number that is not whole, or outside the scale' },
    texts: {
      type: 'integer',
      description: 'Those with something else than a number, or a number and what it means (9 - likely)',
    },
    lists: {
      type: 'integer',
      description:
        'Those with several choices, and where most answers are lists, all lists; a list of one number counts as the number',
    },
    is_used: { type: 'boolean', description: 'Whether the scores have it' },
    note: {
      type: 'text',
      description:
        'What is left out or doubtful, and which setting mends it; null if nothing is, also where a question is called like a metric and has only texts',
    },
  },
  query: (sql) => `WITH named AS (
  ${named(sql, questions)}
), candidates AS (
  SELECT form_uuid, question, item, metric, source, is_off,
    ${byMetric((metric) => ofGrading(sql, metric, questions, ({ scale: [least] }) => String(least)))} AS scale_least,
    ${byMetric((metric) => ofGrading(sql, metric, questions, ({ scale: [, most] }) => String(most)))} AS scale_most,
    ${byMetric((metric) => ofGrading(sql, metric, questions, ({ isAssumed }) => (isAssumed ? 'TRUE' : 'FALSE')))} AS is_scale_assumed
  FROM named
  WHERE metric IS NOT NULL
), several AS (
  ${severalChoices(sql, 'candidates')}
), given AS (
  SELECT C.form_uuid, C.question, C.item, C.scale_least, C.scale_most, A.is_list, ${numberOf(sql, 'A')} AS number
  FROM ${sql.relation('answers')} AS A
  JOIN candidates AS C ON C.form_uuid = A.form_uuid AND C.question = A.question AND C.item = A.item
  LEFT JOIN several AS M ON M.response_uuid = A.response_uuid AND M.question = A.question AND M.item = A.item
  WHERE M.response_uuid IS NULL
), counts AS (
  SELECT form_uuid, question, item, COUNT(*) AS given, COUNT(CASE WHEN is_list THEN 1 END) AS lists, COUNT(number) AS numbers,
    COUNT(CASE WHEN number = FLOOR(number) THEN 1 END) AS wholes,
    COUNT(CASE WHEN number = FLOOR(number) AND number BETWEEN scale_least AND scale_most THEN 1 END) AS fitting,
    MIN(number) AS lowest, MAX(number) AS highest
  FROM given
  GROUP BY form_uuid, question, item
), several_counts AS (
  SELECT form_uuid, question, item, COUNT(*) AS several FROM several GROUP BY form_uuid, question, item
), judged AS (
  SELECT C.form_uuid, C.question, C.item, C.metric, C.source, C.scale_least, C.scale_most, C.is_scale_assumed, C.is_off,
    COALESCE(N.given, 0) + COALESCE(M.several, 0) AS answers, COALESCE(M.several, 0) AS several,
    COALESCE(N.lists, 0) + COALESCE(M.several, 0) AS lists, COALESCE(N.numbers, 0) AS numbers, COALESCE(N.wholes, 0) AS wholes,
    COALESCE(N.fitting, 0) AS fitting, COALESCE(N.given - N.numbers, 0) AS texts, N.lowest, N.highest
  FROM candidates AS C
  LEFT JOIN counts AS N ON N.form_uuid = C.form_uuid AND N.question = C.question AND N.item = C.item
  LEFT JOIN several_counts AS M ON M.form_uuid = C.form_uuid AND M.question = C.question AND M.item = C.item
  WHERE C.source <> 'name' OR N.given IS NOT NULL OR M.several IS NOT NULL
), decided AS (
  SELECT J.*, ${OBSTACLE} AS obstacle FROM judged AS J
), surveys AS (
  ${surveys(sql)}
)
SELECT D.form_uuid, S.form_name, S.survey_view, D.question, D.item, D.metric, D.source, D.scale_least, D.scale_most, D.is_scale_assumed,
  D.answers, CASE WHEN D.obstacle IS NULL THEN D.fitting ELSE 0 END AS counted, D.numbers - D.fitting AS outside_scale, D.texts,
  CASE WHEN D.obstacle = 'lists' THEN D.lists ELSE D.several END AS lists, D.obstacle IS NULL AS is_used,
  ${note(sql)} AS note
FROM decided AS D
LEFT JOIN surveys AS S ON S.form_uuid = D.form_uuid`,
})

/** Places inside the answers to questions, with their metric, by the strongest reason for it; NULL for all other questions. */
function named(sql: Dialect, questions: MetricQuestions): Sql {
  const first = (conditionOf: (metric: Metric) => Sql | undefined): Sql => {
    const cases = METRICS.flatMap((metric) => {
      const condition = conditionOf(metric)
      return condition === undefined ? [] : [`WHEN ${condition} THEN '${metric}'`]
    })
    return cases.length === 0 ? sql.nothing('text') : `CASE ${cases.join(' ')} END`
  }
  const bySetting = (metric: Metric) => {
    const names = (questions[metric] ?? []).map(({ question }) => sql.text(question))
    return names.length === 0 ? undefined : `Q.question IN (${names.join(', ')})`
  }
  const byType = (metric: Metric) => `Q.question_type = '${metric}'`
  const byName = (metric: Metric) => sql.matches('Q.question', wordIn(metric))
  // A setting for a metric names all its questions.
  const open = (condition: typeof byType) => (metric: Metric) =>
    questions[metric] === undefined ? condition(metric) : undefined
  return `SELECT form_uuid, question, item, COALESCE(by_setting, by_type, by_name, like_type, like_name) AS metric,
    CASE WHEN by_setting IS NOT NULL THEN 'setting' WHEN by_type IS NOT NULL THEN 'type' WHEN by_name IS NOT NULL THEN 'name'
      WHEN like_type IS NOT NULL THEN 'type' ELSE 'name' END AS source,
    COALESCE(by_setting, by_type, by_name) IS NULL AS is_off
  FROM (
    SELECT I.form_uuid, I.question, I.item, ${first(bySetting)} AS by_setting,
      ${first(open(byType))} AS by_type, ${first(open(byName))} AS by_name,
      ${first(byType)} AS like_type, ${first(byName)} AS like_name
    FROM ${sql.relation('question_items')} AS I
    JOIN ${sql.relation('questions')} AS Q ON Q.form_uuid = I.form_uuid AND Q.question = I.question
    WHERE ${isNoValue(sql, 'I.question')} AND ${isNoValue(sql, 'I.item')}
  ) AS K`
}

/** Why a question is not used; NULL if it is. */
const OBSTACLE = `CASE
    WHEN is_off THEN 'off'
    WHEN answers = 0 THEN 'none'
    WHEN several = answers OR source = 'name' AND 2 * lists > answers THEN 'lists'
    WHEN numbers = 0 OR source = 'name' AND texts > numbers AND (fitting < ${MANY} OR texts > ${RARE} * numbers) THEN 'texts'
    WHEN fitting = 0 OR source = 'name' AND fitting < ${ENOUGH} * numbers AND (numbers < ${FEW} OR fitting < numbers - 1)
      AND (fitting < ${MANY} OR fitting < ${MOST} * numbers) THEN 'outside'
  END`

const text = (number: Sql): Sql => `CAST(${number} AS STRING)`
const counted = (n: Sql, one: string, several: string): Sql =>
  `CASE WHEN ${n} = 0 THEN '' WHEN ${n} = 1 THEN '1 ${one}' ELSE CONCAT(${text(n)}, ' ${several}') END`

const SETTING = byMetric((metric) => `'${settingOf(metric)}'`)
const SCALE = `CONCAT(${text('scale_least')}, ' to ', ${text('scale_most')})`

function settingOf(metric: Metric): string {
  return `${metric.toUpperCase()}_QUESTIONS`
}

/** English sentences for people; NULL where all is well. */
function note(sql: Dialect): Sql {
  const outside = 'numbers - fitting'
  const left = [
    [outside, `CONCAT(${counted(outside, 'number that is', 'numbers that are')}, ' not whole or not from ', ${SCALE})`],
    ['texts', counted('texts', 'text', 'texts')],
    ['several', counted('several', 'answer of several choices', 'answers of several choices')],
  ].map(([n, words]) => `CASE WHEN ${n} = 0 THEN '' ELSE CONCAT(', ', ${words}) END`)
  const share = (n: Sql) => `CONCAT(${text(n)}, ' of ', ${text('answers')})`
  // Only texts under a metric's name, such as nps_reason: a question for comments, which no score lacks.
  return `CASE
    WHEN source = 'name' AND texts = answers THEN NULL
    WHEN obstacle = 'off' THEN CONCAT('Not scored: ', ${SETTING}, ' does not name it.')
    WHEN obstacle = 'none' THEN 'Not scored: nobody has answered it.'
    WHEN obstacle = 'lists' THEN CONCAT('Not scored: lists in ', ${share('lists')}, ' answers.')
    WHEN obstacle = 'texts' THEN CONCAT('Not scored: texts in ', ${share('texts')}, ' answers.')
    WHEN obstacle = 'outside' THEN CONCAT('Not scored: ', ${text('fitting')}, ' of ', ${text('numbers')}, ' numbers are whole and from ', ${SCALE}, '.', ${mend(sql)})
    ELSE NULLIF(LTRIM(CONCAT(
      CASE WHEN numbers > fitting OR texts > 0 OR several > 0 THEN CONCAT('Not counted: ', SUBSTR(CONCAT(${left.join(', ')}), 3), '.') ELSE '' END,
      CASE WHEN fitting < ${ENOUGH} * numbers THEN ${mend(sql)} ELSE '' END, ${doubt(sql)})), '')
  END`
}

/** Scales that are in use. */
const USUAL: readonly Range[] = [
  [0, 5],
  [1, 7],
  [0, 7],
  [1, 10],
  [0, 10],
  [0, 100],
]

/** The setting that gives a question its scale, with a space before it. */
function advice(sql: Dialect, metric: Metric, scale: Range): Sql {
  const { best } = gradingOf(metric, { scale })
  const word = metric === 'ces' ? 'easy' : 'satisfied'
  const escaped = ['\\', '"'].reduce(
    (name, sign) => `REPLACE(${name}, ${sql.text(sign)}, ${sql.text(`\\${sign}`)})`,
    'question',
  )
  return `CONCAT(${sql.text(` If it is asked from ${scale[0]} to ${scale[1]}, set ${settingOf(metric)}=[{"question": "`)}, ${escaped},
      ${sql.text(`", "scale": [${scale.join(', ')}], "${word}": [${best.join(', ')}]}], with the other ${metric.toUpperCase()} questions beside it.`)})`
}

/** What to set for a question whose answers are outside its scale. */
function mend(sql: Dialect): Sql {
  const of = (metric: Metric) => {
    if (metric === 'nps') return `''`
    const { least, most } = SCALES[metric]
    const scales = USUAL.filter(([low, high]) => low <= least && high >= most && high - low > most - least)
    const cases = scales.map(
      ([low, high]) => `WHEN lowest >= ${low} AND highest <= ${high} THEN ${advice(sql, metric, [low, high])}`,
    )
    return `CASE ${cases.join(' ')} ELSE '' END`
  }
  return `CASE WHEN is_scale_assumed AND wholes = numbers THEN ${byMetric(of)} ELSE '' END`
}

/** What to set for a question whose upper answers nobody chose. */
function doubt(sql: Dialect): Sql {
  const of = (metric: Metric) => {
    const part: Range = metric === 'csat' ? [1, 3] : [1, 5]
    const end = part[1]
    const then =
      metric === 'nps'
        ? `' If it is asked from 1 to 5, it is no NPS: name it in CSAT_QUESTIONS instead.'`
        : advice(sql, metric, part)
    return `CASE WHEN highest > ${end} THEN '' ELSE CONCAT(' The scale of ', ${SCALE}, ' is assumed, and none of ', ${text('numbers')}, ' numbers is above ${end}.', ${then}) END`
  }
  return `CASE WHEN is_scale_assumed AND fitting >= ${MANY} THEN ${byMetric(of)} ELSE '' END`
}
