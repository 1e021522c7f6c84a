/**
 * How often each answer was given. An empty list is none of the choices: it counts among those who were asked. What may identify a person
 * is counted and not shown: its answers are one row, and so are the keys of nested answers that are addresses or people's own words.
 */
import { ownItems, shownItem, shownQuestion } from './anonymity/own-items.ts'
import { SURVEY, surveys } from './answers.ts'
import type { Dialect, Sql } from './dialect.ts'
import { isAnonymous, isNoValue, isRare, OTHER, unlessKnown, valueCounts } from './identity.ts'
import type { ModelOptions, View } from './spec.ts'

export const answerDistribution = (options: ModelOptions): View => ({
  name: 'answer_distribution',
  description:
    'How often each answer was given, by question; in a question of several choices each choice counts. What may identify a person is counted in a row (other)',
  columns: {
    ...SURVEY,
    position: { type: 'integer', description: "Place of the question in the survey's data, from 0" },
    question: { type: 'text', description: 'Identifier of the question' },
    item_position: {
      type: 'integer',
      description: 'Place of the item in the answer, such as the row of a matrix, from 0',
    },
    item: {
      type: 'text',
      description:
        'Path inside a nested answer, such as the row of a matrix; (other) for all that may identify a person; else empty',
    },
    value: {
      type: 'text',
      description:
        'The answer as sent; (other) for all answers that may identify a person, such as those that one user alone gave',
    },
    answers: { type: 'integer', description: 'Different answers in the row: 1, or those that (other) stands for' },
    n: { type: 'integer', description: 'Responses with this answer; of (other) the sum over its answers' },
    users: {
      type: 'integer',
      description:
        'Users who gave it, each once; fewer than n where someone was asked again, or gave several answers that (other) stands for',
    },
    respondents: {
      type: 'integer',
      description:
        'Responses with any answer to the question and item, or with none of the choices; of the item (other) the sum over its items',
    },
    share: { type: 'number', description: 'n / respondents, 0 to 1; of several choices, shares add up to more' },
  },
  query: (sql) => distribution(sql, options),
})

/** Whether the answers `C` are not shown. */
function isOther(sql: Dialect, options: ModelOptions): Sql {
  // A boolean and a number of a scale find nobody, whatever the question is called (`ease_of_login`).
  const isPlain = `(C.booleans > 0 OR ${sql.matches('C.value', '^-?[0-9]{1,2}$')})`
  const isNobody = isAnonymous(
    sql,
    ['C.question', 'C.item'],
    { value: 'C.value', isPlain, isExempt: 'C.booleans + C.times > 0' },
    options,
  )
  return `NOT ${isNoValue(sql, 'C.item')} OR NOT (${isNobody}) OR NOT ${isPlain} AND ${isRare('C.users', 'C')}${unlessKnown(sql, 'C.question', options)}`
}

function distribution(sql: Dialect, options: ModelOptions): Sql {
  const whole = (sum: Sql) => `CAST(SUM(${sum}) AS INT64)`
  const shown = { question: shownQuestion(sql, 'C.question'), item: shownItem(sql, 'C.item', 'W.item') }
  // Values are looked at once each, and not once for each response. The people of several are counted apart: some are in more than one.
  return `WITH counted AS (
  SELECT A.form_uuid, A.question, A.item, A.value, COUNT(DISTINCT A.response_uuid) AS n, COUNT(DISTINCT A.user_uuid) AS users,
    COUNT(A.value_boolean) AS booleans, COUNT(A.value_date) + COUNT(A.value_timestamp) AS times
  FROM ${sql.relation('answers')} AS A
  GROUP BY 1, 2, 3, 4
), own AS (
  ${ownItems(sql, options)}
), owned AS (
  SELECT C.*, ${valueCounts('C.users', 'C.form_uuid, C.question, C.item')} FROM counted AS C
), told AS (
  SELECT C.form_uuid, C.question, C.item, C.value, C.n, C.users, ${shown.question} AS shown_question, ${shown.item} AS shown_item,
    CASE WHEN W.item IS NOT NULL OR ${isOther(sql, options)} THEN '${OTHER}' ELSE C.value END AS shown_value
  FROM owned AS C
  LEFT JOIN own AS W ON ${isSame('W', 'C')} AND W.item = C.item
), others AS (
  SELECT T.form_uuid, T.shown_question, T.shown_item, T.shown_value, COUNT(DISTINCT A.user_uuid) AS users
  FROM told AS T
  JOIN ${sql.relation('answers')} AS A ON ${isSame('A', 'T')} AND A.item = T.item AND A.value = T.value
  WHERE '${OTHER}' IN (T.shown_question, T.shown_item, T.shown_value)
  GROUP BY 1, 2, 3, 4
), given AS (
  SELECT T.form_uuid, T.shown_question, T.shown_item, T.shown_value, COUNT(*) AS answers, ${whole('T.n')} AS n, MAX(T.users) AS users
  FROM told AS T GROUP BY 1, 2, 3, 4
), ${places(sql)}, shown_places AS (
  SELECT C.form_uuid, ${shown.question} AS shown_question, ${shown.item} AS shown_item, MIN(C.position) AS position,
    MIN(C.item_position) AS item_position, ${whole('C.respondents')} AS respondents
  FROM places AS C
  LEFT JOIN own AS W ON ${isSame('W', 'C')} AND W.item = C.item
  GROUP BY 1, 2, 3
), surveys AS (
  ${surveys(sql)}
)
SELECT G.form_uuid, S.form_name, S.survey_view, P.position, G.shown_question AS question, P.item_position, G.shown_item AS item,
  G.shown_value AS value, G.answers, G.n, COALESCE(O.users, G.users) AS users, P.respondents, G.n / P.respondents AS share
FROM given AS G
JOIN shown_places AS P ON ${isSamePlace('P', 'G')}
LEFT JOIN others AS O ON ${isSamePlace('O', 'G')} AND O.shown_value = G.shown_value
LEFT JOIN surveys AS S ON S.form_uuid = G.form_uuid`
}

const isSame = (one: string, other: string): Sql =>
  `${one}.form_uuid = ${other}.form_uuid AND ${one}.question = ${other}.question`
const isSamePlace = (one: string, other: string): Sql =>
  ['form_uuid', 'shown_question', 'shown_item'].map((key) => `${one}.${key} = ${other}.${key}`).join(' AND ')

/** CTEs, `places` the last: where answers were given, by how many responses, and in which order. */
const places = (sql: Dialect): Sql => `reached AS (
  SELECT A.form_uuid, A.question, A.item, A.response_uuid FROM ${sql.relation('answers')} AS A
  UNION ALL
  SELECT N.form_uuid, N.question, N.item, N.response_uuid FROM ${sql.relation('response_none_chosen')} AS N
), asked AS (
  SELECT R.form_uuid, R.question, R.item, COUNT(DISTINCT R.response_uuid) AS respondents FROM reached AS R GROUP BY 1, 2, 3
), places AS (
  SELECT A.form_uuid, A.question, A.item, A.respondents, COALESCE(Q.position, Q.body_position) AS position, I.body_position AS item_position
  FROM asked AS A
  LEFT JOIN ${sql.relation('questions')} AS Q ON Q.form_uuid = A.form_uuid AND Q.question = A.question
  LEFT JOIN ${sql.relation('question_items')} AS I ON I.form_uuid = A.form_uuid AND I.question = A.question AND I.item = A.item
)`
