/** How often each answer was given. An empty list is none of the choices: it counts among those who were asked. */
import { SURVEY, surveys } from './answers.ts'
import type { Dialect, Sql } from './dialect.ts'
import { areOwn, isAnonymous, isNoValue } from './identity.ts'
import type { ModelOptions, View } from './spec.ts'

export const answerDistribution = (options: ModelOptions): View => ({
  name: 'answer_distribution',
  description:
    'How often each answer was given, by question; in a question of several choices each choice counts. Without what identifies a person',
  columns: {
    ...SURVEY,
    position: { type: 'integer', description: "Place of the question in the survey's data, from 0" },
    question: { type: 'text', description: 'Identifier of the question' },
    item: { type: 'text', description: 'Path inside a nested answer, such as the row of a matrix; else empty' },
    value: { type: 'text', description: 'The answer as sent' },
    n: { type: 'integer', description: 'Responses with this answer' },
    users: { type: 'integer', description: 'Users who gave it; fewer than n where someone was asked again' },
    respondents: {
      type: 'integer',
      description: 'Responses with any answer to the question and item, or with none of the choices',
    },
    share: { type: 'number', description: 'n / respondents, 0 to 1; of several choices, shares add up to more' },
  },
  query: (sql) => distribution(sql, options),
})

function distribution(sql: Dialect, options: ModelOptions): Sql {
  // A boolean and a number of a scale find nobody, whatever the question is called (`ease_of_login`), and neither does a day.
  const isPlain = `(C.booleans > 0 OR ${sql.matches('C.value', '^-?[0-9]{1,2}$')})`
  // Values are looked at once each, and not once for each response.
  return `WITH counted AS (
  SELECT A.form_uuid, A.question, A.item, A.value, COUNT(DISTINCT A.response_uuid) AS n, COUNT(DISTINCT A.user_uuid) AS users,
    COUNT(A.value_boolean) AS booleans, COUNT(A.value_date) + COUNT(A.value_timestamp) AS times
  FROM ${sql.relation('answers')} AS A
  GROUP BY 1, 2, 3, 4
), given AS (
  SELECT C.* FROM counted AS C
  WHERE ${isAnonymous(sql, ['C.question', 'C.item'], { value: 'C.value', isPlain, isExempt: 'C.booleans + C.times > 0' }, options)}
    AND ${isNoValue(sql, 'C.item')}
), reached AS (
  SELECT A.form_uuid, A.question, A.item, A.response_uuid, A.user_uuid FROM ${sql.relation('answers')} AS A
  UNION ALL
  SELECT N.form_uuid, N.question, N.item, N.response_uuid, N.user_uuid FROM ${sql.relation('response_none_chosen')} AS N
), asked AS (
  SELECT R.form_uuid, R.question, R.item, COUNT(DISTINCT R.response_uuid) AS respondents, COUNT(DISTINCT R.user_uuid) AS people
  FROM reached AS R GROUP BY 1, 2, 3
), owned AS (
  SELECT G.form_uuid, G.question, G.item, COUNT(CASE WHEN G.users = 1 THEN 1 END) AS own FROM given AS G GROUP BY 1, 2, 3
), surveys AS (
  ${surveys(sql)}
)
SELECT G.form_uuid, S.form_name, S.survey_view, COALESCE(Q.position, Q.body_position) AS position, G.question, G.item, G.value,
  G.n, G.users, A.respondents, G.n / A.respondents AS share
FROM given AS G
JOIN asked AS A ON A.form_uuid = G.form_uuid AND A.question = G.question AND A.item = G.item
JOIN owned AS O ON O.form_uuid = G.form_uuid AND O.question = G.question AND O.item = G.item
LEFT JOIN ${sql.relation('questions')} AS Q ON Q.form_uuid = G.form_uuid AND Q.question = G.question
LEFT JOIN surveys AS S ON S.form_uuid = G.form_uuid
WHERE NOT ${areOwn(sql, 'G.question', 'O.own', 'A.people', options)}`
}
