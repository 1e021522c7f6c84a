/**
 * How often each answer was given. An empty list is none of the choices: it counts among those who were asked. What may identify a person
 * is counted and not shown: its answers are one row, and so are the keys of nested answers that are addresses or the like.
 */
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
    item: { type: 'text', description: 'Path inside a nested answer, such as the row of a matrix; else empty' },
    value: {
      type: 'text',
      description:
        'The answer as sent; (other) for all answers that may identify a person, such as those that one user alone gave',
    },
    answers: { type: 'integer', description: 'Different answers in the row: 1, or those that (other) stands for' },
    n: { type: 'integer', description: 'Responses with this answer; of (other) the sum over its answers' },
    users: {
      type: 'integer',
      description: 'Users who gave it; fewer than n where someone was asked again. Of (other) the sum over its answers',
    },
    respondents: {
      type: 'integer',
      description: 'Responses with any answer to the question and item, or with none of the choices',
    },
    share: { type: 'number', description: 'n / respondents, 0 to 1; of several choices, shares add up to more' },
  },
  query: (sql) => distribution(sql, options),
})

/** Whether the answers `C`, of a place `O`, are not shown. */
function isOther(sql: Dialect, options: ModelOptions): Sql {
  // A boolean and a number of a scale find nobody, whatever the question is called (`ease_of_login`).
  const isPlain = `(C.booleans > 0 OR ${sql.matches('C.value', '^-?[0-9]{1,2}$')})`
  const isNobody = isAnonymous(
    sql,
    ['C.question', 'C.item'],
    { value: 'C.value', isPlain, isExempt: 'C.booleans + C.times > 0' },
    options,
  )
  return `NOT ${isNoValue(sql, 'C.item')} OR NOT (${isNobody}) OR NOT ${isPlain} AND ${isRare('C.users', 'O')}${unlessKnown(sql, 'C.question', options)}`
}

function distribution(sql: Dialect, options: ModelOptions): Sql {
  const shown = (name: Sql) => `CASE WHEN ${isNoValue(sql, name)} THEN ${name} ELSE '${OTHER}' END`
  const whole = (sum: Sql) => `CAST(SUM(${sum}) AS INT64)`
  // Values are looked at once each, and not once for each response.
  return `WITH counted AS (
  SELECT A.form_uuid, A.question, A.item, A.value, COUNT(DISTINCT A.response_uuid) AS n, COUNT(DISTINCT A.user_uuid) AS users,
    COUNT(A.value_boolean) AS booleans, COUNT(A.value_date) + COUNT(A.value_timestamp) AS times
  FROM ${sql.relation('answers')} AS A
  GROUP BY 1, 2, 3, 4
), owned AS (
  SELECT C.form_uuid, C.question, C.item, ${valueCounts('C.users')} FROM counted AS C GROUP BY 1, 2, 3
), told AS (
  SELECT C.form_uuid, C.question, C.item, C.n, C.users, CASE WHEN ${isOther(sql, options)} THEN '${OTHER}' ELSE C.value END AS value
  FROM counted AS C
  JOIN owned AS O ON O.form_uuid = C.form_uuid AND O.question = C.question AND O.item = C.item
), given AS (
  SELECT T.form_uuid, T.question, T.item, T.value, COUNT(*) AS answers, SUM(T.n) AS n, SUM(T.users) AS users
  FROM told AS T GROUP BY 1, 2, 3, 4
), ${places(sql)}, merged AS (
  SELECT G.form_uuid, MIN(P.position) AS position, ${shown('G.question')} AS question, MIN(P.item_position) AS item_position,
    ${shown('G.item')} AS item, G.value, ${whole('G.answers')} AS answers, ${whole('G.n')} AS n, ${whole('G.users')} AS users,
    ${whole('P.respondents')} AS respondents
  FROM given AS G
  JOIN places AS P ON P.form_uuid = G.form_uuid AND P.question = G.question AND P.item = G.item
  GROUP BY G.form_uuid, 3, 5, G.value
), surveys AS (
  ${surveys(sql)}
)
SELECT M.form_uuid, S.form_name, S.survey_view, M.position, M.question, M.item_position, M.item, M.value, M.answers, M.n, M.users,
  M.respondents, M.n / M.respondents AS share
FROM merged AS M
LEFT JOIN surveys AS S ON S.form_uuid = M.form_uuid`
}

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
