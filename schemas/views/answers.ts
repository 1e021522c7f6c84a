/**
 * What all other views read: the answers, the context beside them, and the responses with their status. Here stands
 * once what an answer is, also for rows that an older version loaded.
 */
import { patternOf, withExceptions } from '../patterns.ts'
import type { Dialect, Sql } from './dialect.ts'
import type { ModelOptions, View, ViewColumn } from './spec.ts'
import { metricWords } from './words.ts'

const VALUES = {
  choice: { type: 'integer', description: 'Position in a list, from 0; else 0' },
  answered_at: { type: 'timestamp', description: 'When the newest answer of the response came' },
  value: { type: 'text', description: 'The value as sent' },
  value_number: { type: 'number', description: 'The value as a number, if it is one' },
  value_boolean: { type: 'boolean', description: 'The value as a boolean, if it is one' },
  value_date: { type: 'date', description: 'The value as a day, if it is one' },
  value_timestamp: { type: 'timestamp', description: 'The value as an instant, if it is one' },
} satisfies Record<string, ViewColumn>

const RESPONSE = {
  response_uuid: { type: 'text', description: 'The response' },
  form_uuid: { type: 'text', description: 'The survey' },
  user_uuid: { type: 'text', description: 'The user who was asked' },
} satisfies Record<string, ViewColumn>

/** What tells a survey, in every model: by its uuid, its newest name, and the name of its view, which never changes. */
export const SURVEY = {
  form_uuid: { type: 'text', description: 'The survey' },
  form_name: { type: 'text', description: "The survey's newest name, which may change" },
  survey_view: { type: 'text', description: "The name of the survey's view, which stays when the survey is renamed" },
} satisfies Record<string, ViewColumn>

/** RE2, as src/flatten/value.ts has it. */
export const BLANK = '^[\\s\\p{Z}]*$'
/** Rows of earlier versions may be blank. They do not say whether they are of a list. */
const isFilled = (sql: Dialect): Sql => `(A.is_list IS NOT NULL OR NOT ${sql.matches('A.value', BLANK)})`
const DAY = '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'

/** Questions by form that are context, by their names or since they came before anything was answered. */
export function contextQuestions(sql: Dialect, { contextKeys, questions }: ModelOptions): Sql {
  const scored = Object.values(questions).flatMap((named) => named ?? [])
  const isScored = [
    sql.matches('Q.question', metricWords()),
    ...(scored.length === 0 ? [] : [`Q.question IN (${scored.map(({ question }) => sql.text(question)).join(', ')})`]),
  ].join(' OR ')
  const { patterns, exceptions } = withExceptions(contextKeys)
  // A column that was given its type stays: one event that comes too early takes nothing away that people built on.
  const kept = `SELECT N.form_uuid, N.name FROM ${sql.relation('column_names')} AS N
    WHERE N.scope = 'question' AND N.value_type IS NOT NULL GROUP BY N.form_uuid, N.name`
  return `SELECT Q.form_uuid, Q.question FROM ${sql.relation('questions')} AS Q
  LEFT JOIN (${kept}) AS K ON K.form_uuid = Q.form_uuid AND K.name = Q.question
  WHERE NOT ${sql.matches('Q.question', named(exceptions))} AND (${sql.matches('Q.question', named(patterns))}
    OR Q.seen_before_answer AND K.name IS NULL AND NOT (${isScored}) AND Q.form_uuid IN (SELECT R.form_uuid FROM ${sql.relation('responses')} AS R WHERE R.first_data_reception_at IS NOT NULL))`
}

const named = (patterns: readonly string[]) => `(?is)${patternOf(patterns)}`

/** Rows of an older version have a day as its midnight. */
const typed = (sql: Dialect, row: string): Sql => {
  const isDay = `${row}.value_timestamp IS NOT NULL AND ${sql.matches(`${row}.value`, DAY)}`
  return `${row}.value, ${row}.value_number, ${row}.value_boolean,
  CASE WHEN ${isDay} THEN ${sql.day(`${row}.value_timestamp`, 'UTC')} ELSE ${row}.value_date END AS value_date,
  CASE WHEN ${isDay} THEN NULL ELSE ${row}.value_timestamp END AS value_timestamp`
}

export const answersView = (options: ModelOptions): View => ({
  name: 'answers',
  description:
    'Answers, one row per question, item and choice: response_answers without blank text and without context',
  columns: {
    ...RESPONSE,
    question: { type: 'text', description: 'Identifier of the question' },
    item: { type: 'text', description: 'Path inside a nested answer, such as the row of a matrix; else empty' },
    is_list: { type: 'boolean', description: 'Whether the answer was sent as a list; null where it is not known' },
    ...VALUES,
  },
  query: (sql) => `WITH context AS (
  ${contextQuestions(sql, options)}
)
SELECT A.response_uuid, A.form_uuid, A.user_uuid, A.question, A.item, A.is_list, A.choice, A.answered_at,
  ${typed(sql, 'A')}
FROM ${sql.relation('response_answers')} AS A
LEFT JOIN context AS C ON C.form_uuid = A.form_uuid AND C.question = A.question
WHERE C.question IS NULL AND ${isFilled(sql)}`,
})

export const contextView = (options: ModelOptions): View => ({
  name: 'context_values',
  description:
    'What applications sent along with responses, and is no answer: under keys that CONTEXT_KEYS names, or that came before anything was answered',
  columns: {
    ...RESPONSE,
    name: { type: 'text', description: 'The key' },
    item: { type: 'text', description: 'Path inside a nested value; else empty' },
    ...VALUES,
  },
  query: (sql) => `WITH context AS (
  ${contextQuestions(sql, options)}
)
SELECT A.response_uuid, A.form_uuid, A.user_uuid, A.question AS name, A.item, A.choice, A.answered_at,
  ${typed(sql, 'A')}
FROM ${sql.relation('response_answers')} AS A
JOIN context AS C ON C.form_uuid = A.form_uuid AND C.question = A.question
WHERE ${isFilled(sql)}
UNION ALL
SELECT X.response_uuid, X.form_uuid, X.user_uuid, X.name, X.item, X.choice, X.answered_at,
  ${typed(sql, 'X')}
FROM ${sql.relation('response_context')} AS X`,
})

export const responseStates: View = {
  name: 'response_states',
  description:
    'Responses with their status, one row each. A response that holds only context or blank text has the status seen',
  columns: {
    response_uuid: { type: 'text', description: 'The response' },
    ...SURVEY,
    user_uuid: { type: 'text', description: 'The user who was asked' },
    account_uuid: { type: 'text', description: "The user's account" },
    status: { type: 'text', description: 'completed, dismissed, partial or seen' },
    is_started: { type: 'boolean', description: 'Whether something was answered' },
    first_shown_at: { type: 'timestamp', description: 'When the survey was first shown' },
    last_shown_at: { type: 'timestamp', description: 'When the survey was last shown' },
    first_data_reception_at: { type: 'timestamp', description: 'When the first answer came' },
    last_data_reception_at: { type: 'timestamp', description: 'When the newest answer came' },
    completed_at: { type: 'timestamp', description: 'When the survey was completed' },
  },
  query: (sql) => `WITH answered AS (
  SELECT A.response_uuid FROM ${sql.relation('answers')} AS A GROUP BY A.response_uuid
), surveys AS (
  ${surveys(sql)}
), states AS (
  SELECT R.*, R.status = 'completed' OR A.response_uuid IS NOT NULL
    OR R.answers IS NULL AND R.first_data_reception_at IS NOT NULL AS is_started
  FROM ${sql.relation('responses')} AS R
  LEFT JOIN answered AS A ON A.response_uuid = R.response_uuid
)
SELECT R.response_uuid, R.form_uuid, COALESCE(S.form_name, R.form_name) AS form_name, S.survey_view, R.user_uuid, R.account_uuid,
  CASE WHEN R.status = 'partial' AND NOT R.is_started THEN 'seen' ELSE R.status END AS status, R.is_started,
  R.first_shown_at, R.last_shown_at, R.first_data_reception_at, R.last_data_reception_at, R.completed_at
FROM states AS R
LEFT JOIN surveys AS S ON S.form_uuid = R.form_uuid`,
}

/** A query: surveys by `form_uuid`, with `form_name` and `survey_view`. A name was given once, though its row may be there twice. */
export const surveys = (
  sql: Dialect,
): Sql => `SELECT F.form_uuid, F.name AS form_name, MIN(N.column_name) AS survey_view
  FROM ${sql.relation('forms')} AS F
  LEFT JOIN ${sql.relation('column_names')} AS N ON N.form_uuid = F.form_uuid AND N.scope = 'survey'
  GROUP BY F.form_uuid, F.name`
