/**
 * `score_questions`: every question that is, or looks like, a score, and what of its answers counts. Nothing is left out of a score
 * without standing here.
 *
 * A question is scored when the settings name it; else when Refiner's own type, where its API told it, is the metric; else when the
 * metric's name is a word in its identifier, and its answers look like it: several choices are rare, no more than half are texts, and
 * nearly all its numbers are whole and inside the scale. So the texts of `nps_reason` and an `nps_last_year` of -20 do not
 * count, and one answer of 11, one text or one list hides no other answer. From 20 numbers in the scale on, four of five are enough.
 * A list of one value is that value, also where all answers are sent so. Questions and items whose names may identify a person are not used.
 */
import { ownItems, shownQuestion } from './anonymity/own-items.ts'
import { surveys } from './answers.ts'
import type { Dialect, Sql } from './dialect.ts'
import { isNoValue, OTHER } from './identity.ts'
import { byMetric, METRICS, type Metric, ofGrading, QUESTION_COLUMNS, severalChoices } from './scores.ts'
import { isOwn, labelsOf, numbered } from './scoring/labels.ts'
import { ENOUGH, MANY, note } from './scoring/notes.ts'
import { beginningOf } from './scoring/numbers.ts'
import type { ModelOptions, View } from './spec.ts'
import { wordIn } from './words.ts'

/** From so many numbers on, one of them may be outside the scale. */
const FEW = 5
/** Of many numbers in the scale, so large a share is enough: a score that people look at does not go for some odd answers. */
const MOST = 0.8
/** So many texts for each number make a question one of texts, in which some numbers were typed. */
const RARE = 4
/** Where most answers are lists, one list of several choices in so many makes a question one of several choices. */
const SEVERAL = 5

export const scoreQuestions = (options: ModelOptions): View => ({
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
      description: 'Responses that answered it, also by an empty list: the sum of the next six columns',
    },
    counted: { type: 'integer', description: 'Those that count in the score; 0 if it is not used' },
    not_used: {
      type: 'integer',
      description: 'Those that would count if the question were used: a number of the scale; 0 if it is',
    },
    outside_scale: { type: 'integer', description: 'Those with a number that is not whole, or outside the scale' },
    texts: {
      type: 'integer',
      description: 'Those with something else than a number, or a number and what it means (9 - likely)',
    },
    lists: { type: 'integer', description: 'Those with several choices; a list of one value counts as the value' },
    none_chosen: {
      type: 'integer',
      description: 'Those that are an empty list, none of the choices. An empty object is no answer',
    },
    are_labels_read: {
      type: 'boolean',
      description:
        'Whether the number before words counts in some answers (7 Likely), as they are labels. 9 - likely always counts, 9/10 and 9 out of 10 if the scale ends at 10',
    },
    is_used: { type: 'boolean', description: 'Whether the scores have it' },
    note: {
      type: 'text',
      description:
        'What is left out or doubtful, whether labels count, and which setting mends what; null if there is nothing to say, also where other words than a metric are in the identifier, and no answer begins with a number of the scale',
    },
  },
  query: (sql) => query(sql, options),
})

const query = (sql: Dialect, options: ModelOptions): Sql => `WITH named AS (
  ${named(sql, options)}
), candidates AS (
  SELECT form_uuid, question, item, metric, source, is_off, is_person, ${isOwn(sql)} AS is_own,
    ${byMetric((metric) => ofGrading(sql, metric, options.questions, ({ scale: [least] }) => String(least)))} AS scale_least,
    ${byMetric((metric) => ofGrading(sql, metric, options.questions, ({ scale: [, most] }) => String(most)))} AS scale_most,
    ${byMetric((metric) => ofGrading(sql, metric, options.questions, ({ isAssumed }) => (isAssumed ? 'TRUE' : 'FALSE')))} AS is_scale_assumed
  FROM named
  WHERE metric IS NOT NULL
), several AS (
  ${severalChoices(sql, 'candidates')}
), given AS (
  ${numbered(sql, 'candidates', ['C.is_own', 'A.is_list'])}
), labels AS (
  ${labelsOf('given')}
), counts AS (
  SELECT form_uuid, question, item, COUNT(*) AS given, COUNT(CASE WHEN is_list THEN 1 END) AS lists, COUNT(number) AS numbers,
    COUNT(CASE WHEN number = FLOOR(number) THEN 1 END) AS wholes,
    COUNT(CASE WHEN number = FLOOR(number) AND number BETWEEN scale_least AND scale_most THEN 1 END) AS fitting,
    COUNT(CASE WHEN number IS NULL THEN ${beginningOf(sql, 'given')} END) AS beginning, MIN(number) AS lowest, MAX(number) AS highest
  FROM given
  GROUP BY form_uuid, question, item
), label_counts AS (
  SELECT form_uuid, question, item, CAST(SUM(n) AS INT64) AS labeled, MIN(worded) AS lowest, MAX(worded) AS highest
  FROM labels
  GROUP BY form_uuid, question, item
), told AS (
  ${WITH_LABELS}
), several_counts AS (
  SELECT form_uuid, question, item, COUNT(*) AS several FROM several GROUP BY form_uuid, question, item
), none_counts AS (
  SELECT form_uuid, question, item, COUNT(*) AS none FROM ${sql.relation('response_none_chosen')} GROUP BY form_uuid, question, item
), judged AS (
  SELECT C.form_uuid, C.question, C.item, C.metric, C.source, C.scale_least, C.scale_most, C.is_scale_assumed, C.is_off, C.is_person, C.is_own,
    COALESCE(N.given, 0) + COALESCE(M.several, 0) AS chosen, COALESCE(E.none, 0) AS none,
    COALESCE(N.given, 0) + COALESCE(M.several, 0) + COALESCE(E.none, 0) AS answers, COALESCE(M.several, 0) AS several,
    COALESCE(N.lists, 0) + COALESCE(M.several, 0) AS lists, COALESCE(N.numbers, 0) AS numbers, COALESCE(N.wholes, 0) AS wholes,
    COALESCE(N.fitting, 0) AS fitting, COALESCE(N.given - N.numbers, 0) AS texts, N.lowest, N.highest,
    COALESCE(N.beginning, 0) AS beginning, COALESCE(N.labeled, 0) AS labeled
  FROM candidates AS C
  LEFT JOIN told AS N ON N.form_uuid = C.form_uuid AND N.question = C.question AND N.item = C.item
  LEFT JOIN several_counts AS M ON M.form_uuid = C.form_uuid AND M.question = C.question AND M.item = C.item
  LEFT JOIN none_counts AS E ON E.form_uuid = C.form_uuid AND E.question = C.question AND E.item = C.item
  WHERE C.source <> 'name' OR N.given IS NOT NULL OR M.several IS NOT NULL OR E.none IS NOT NULL
), decided AS (
  SELECT J.*, ${OBSTACLE} AS obstacle FROM judged AS J
), shown AS (
  SELECT D.form_uuid, D.question, D.item, D.metric, D.source, D.scale_least, D.scale_most, D.is_scale_assumed,
    D.answers, CASE WHEN D.obstacle IS NULL THEN D.fitting ELSE 0 END AS counted,
    CASE WHEN D.obstacle IS NULL THEN 0 ELSE D.fitting END AS not_used, D.numbers - D.fitting AS outside_scale, D.texts,
    D.several AS lists, D.none AS none_chosen, D.labeled > 0 AS are_labels_read, D.obstacle IS NULL AS is_used, ${note(sql)} AS note
  FROM decided AS D
  WHERE NOT D.is_person
  UNION ALL
  ${people(sql)}
), surveys AS (
  ${surveys(sql)}
)
SELECT D.form_uuid, S.form_name, S.survey_view, D.question, D.item, D.metric, D.source, D.scale_least, D.scale_most, D.is_scale_assumed,
  D.answers, D.counted, D.not_used, D.outside_scale, D.texts, D.lists, D.none_chosen, D.are_labels_read, D.is_used, D.note
FROM shown AS D
LEFT JOIN surveys AS S ON S.form_uuid = D.form_uuid`

/** A query: the questions and items whose names may identify a person, in one row for each survey, question and metric. */
function people(sql: Dialect): Sql {
  const sum = (count: Sql) => `CAST(SUM(${count}) AS INT64)`
  const names = `CONCAT(CAST(COUNT(*) AS STRING), CASE WHEN COUNT(*) = 1 THEN ' name' ELSE ' names' END)`
  return `SELECT P.form_uuid, P.question, P.item, P.metric, MIN(P.source) AS source, MIN(P.scale_least) AS scale_least,
    MAX(P.scale_most) AS scale_most, COUNT(CASE WHEN P.is_scale_assumed THEN 1 END) = COUNT(*) AS is_scale_assumed,
    ${sum('P.answers')} AS answers, 0 AS counted, ${sum('P.fitting')} AS not_used, ${sum('P.numbers - P.fitting')} AS outside_scale,
    ${sum('P.texts')} AS texts, ${sum('P.several')} AS lists, ${sum('P.none')} AS none_chosen, FALSE AS are_labels_read, FALSE AS is_used,
    CONCAT('Not scored: ', ${names}, ' that may identify a person.') AS note
  FROM (
    SELECT Q.* REPLACE (CASE Q.item WHEN '' THEN '' ELSE '${OTHER}' END AS item) FROM (
      SELECT D.* REPLACE (${shownQuestion(sql, 'D.question')} AS question) FROM decided AS D WHERE D.is_person
    ) AS Q
  ) AS P
  GROUP BY P.form_uuid, P.question, P.item, P.metric`
}

/** A number before words that counts is whole and in the scale. */
const WITH_LABELS: Sql = `SELECT T.form_uuid, T.question, T.item, T.given, T.lists, T.beginning, COALESCE(L.labeled, 0) AS labeled,
    T.numbers + COALESCE(L.labeled, 0) AS numbers, T.wholes + COALESCE(L.labeled, 0) AS wholes, T.fitting + COALESCE(L.labeled, 0) AS fitting,
    LEAST(COALESCE(T.lowest, L.lowest), COALESCE(L.lowest, T.lowest)) AS lowest,
    GREATEST(COALESCE(T.highest, L.highest), COALESCE(L.highest, T.highest)) AS highest
  FROM counts AS T
  LEFT JOIN label_counts AS L ON L.form_uuid = T.form_uuid AND L.question = T.question AND L.item = T.item`

/** Places inside the answers to questions, with their metric, by the strongest reason for it; NULL for all other questions. */
function named(sql: Dialect, options: ModelOptions): Sql {
  const { questions } = options
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
    COALESCE(by_setting, by_type, by_name) IS NULL AS is_off, is_person
  FROM (
    SELECT I.form_uuid, I.question, I.item, ${first(bySetting)} AS by_setting,
      ${first(open(byType))} AS by_type, ${first(open(byName))} AS by_name,
      ${first(byType)} AS like_type, ${first(byName)} AS like_name,
      NOT (W.item IS NULL AND ${isNoValue(sql, 'I.question')} AND ${isNoValue(sql, 'I.item')}) AS is_person
    FROM ${sql.relation('question_items')} AS I
    JOIN ${sql.relation('questions')} AS Q ON Q.form_uuid = I.form_uuid AND Q.question = I.question
    LEFT JOIN (${ownItems(sql, options)}) AS W ON W.form_uuid = I.form_uuid AND W.question = I.question AND W.item = I.item
  ) AS K`
}

/** Why a question is not used; NULL if it is. */
const OBSTACLE = `CASE
    WHEN is_off THEN 'off'
    WHEN chosen = 0 THEN 'none'
    WHEN several = chosen OR source = 'name' AND (2 * several > chosen OR 2 * lists > chosen AND ${SEVERAL} * several >= lists) THEN 'lists'
    WHEN numbers = 0 OR source = 'name' AND texts > numbers AND (fitting < ${MANY} OR texts > ${RARE} * numbers) THEN 'texts'
    WHEN fitting = 0 OR source = 'name' AND fitting < ${ENOUGH} * numbers AND (numbers < ${FEW} OR fitting < numbers - 1)
      AND (fitting < ${MANY} OR fitting < ${MOST} * numbers) THEN 'outside'
  END`
