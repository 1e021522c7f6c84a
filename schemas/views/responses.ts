/** What became of responses, and what was answered: the funnel, the timeline, the distribution. */
import type { Dialect } from './dialect.ts'
import type { View, ViewColumn } from './spec.ts'

const FORM = {
  form_uuid: { type: 'text', description: 'The survey' },
  form_name: { type: 'text', description: "The survey's newest name" },
} satisfies Record<string, ViewColumn>

const seen = (what: string): ViewColumn => ({ type: 'integer', description: what })
const rate = (what: string): ViewColumn => ({ type: 'number', description: `${what}, 0 to 1` })

const COUNTS = {
  seen: seen('Responses: the survey was shown'),
  started: seen('Those with at least one answer'),
  completed: seen('Those that were completed'),
  dismissed: seen('Those that were dismissed, and not completed'),
} satisfies Record<string, ViewColumn>

const COUNTED = `COUNT(*) AS seen,
  COUNT(CASE WHEN R.status IN ('completed', 'partial') OR R.first_data_reception_at IS NOT NULL THEN 1 END) AS started,
  COUNT(CASE WHEN R.status = 'completed' THEN 1 END) AS completed,
  COUNT(CASE WHEN R.status = 'dismissed' THEN 1 END) AS dismissed`

const formName = 'COALESCE(F.name, R.form_name) AS form_name'
const withForm = (sql: Dialect) => `${sql.relation('responses')} AS R
LEFT JOIN ${sql.relation('forms')} AS F ON F.form_uuid = R.form_uuid`

export const surveyFunnel: View = {
  name: 'survey_funnel',
  description: 'From seen to completed, by survey',
  columns: {
    ...FORM,
    ...COUNTS,
    start_rate: rate('started / seen'),
    completion_rate: rate('completed / seen'),
    dismissal_rate: rate('dismissed / seen'),
    median_seconds: {
      type: 'number',
      description: 'Median seconds from the showing in which it was completed to its completion',
    },
  },
  query(sql) {
    // Shown again after it was completed, the last showing is not the one that counts.
    const shown = 'CASE WHEN R.last_shown_at <= R.completed_at THEN R.last_shown_at ELSE R.first_shown_at END'
    return `WITH lives AS (
  SELECT R.form_uuid, ${formName}, R.status, R.first_data_reception_at, ${sql.seconds(shown, 'R.completed_at')} AS seconds
  FROM ${withForm(sql)}
), timed AS (
  SELECT R.*, ${sql.medianOver('seconds', ['R.form_uuid', 'R.form_name'])} AS median_seconds FROM lives AS R
)
SELECT R.form_uuid, R.form_name, R.seen, R.started, R.completed, R.dismissed,
  R.started / R.seen AS start_rate, R.completed / R.seen AS completion_rate, R.dismissed / R.seen AS dismissal_rate,
  R.median_seconds
FROM (
  SELECT R.form_uuid, R.form_name, ${COUNTED}, MAX(R.median_seconds) AS median_seconds
  FROM timed AS R GROUP BY R.form_uuid, R.form_name
) AS R`
  },
}

export const responseTimeline: View = {
  name: 'response_timeline',
  description: 'What became of the responses of each day, by survey',
  columns: { ...FORM, day: { type: 'date', description: 'When the survey was first shown (UTC)' }, ...COUNTS },
  query: (sql) => `SELECT R.form_uuid, ${formName}, ${sql.day('R.first_shown_at')} AS day, ${COUNTED}
FROM ${withForm(sql)}
GROUP BY 1, 2, 3`,
}

export const answerDistribution: View = {
  name: 'answer_distribution',
  description: 'How often each answer was given, by question; in a question of several choices each choice counts',
  columns: {
    ...FORM,
    question: { type: 'text', description: 'Identifier of the question' },
    item: { type: 'text', description: 'Path inside a nested answer, such as the row of a matrix; else empty' },
    value: { type: 'text', description: 'The answer as sent' },
    n: { type: 'integer', description: 'Responses with this answer' },
    users: { type: 'integer', description: 'Users who gave it; fewer than n where someone was asked again' },
    respondents: { type: 'integer', description: 'Responses with any answer to the question and item' },
    share: { type: 'number', description: 'n / respondents, 0 to 1; of several choices, shares add up to more' },
  },
  query: (sql) => `WITH answers AS (
  SELECT DISTINCT form_uuid, question, item, value, response_uuid, user_uuid FROM ${sql.relation('response_answers')}
), asked AS (
  SELECT form_uuid, question, item, COUNT(DISTINCT response_uuid) AS respondents FROM answers GROUP BY 1, 2, 3
), given AS (
  SELECT form_uuid, question, item, value, COUNT(DISTINCT response_uuid) AS n, COUNT(DISTINCT user_uuid) AS users
  FROM answers GROUP BY 1, 2, 3, 4
)
SELECT G.form_uuid, F.name AS form_name, G.question, G.item, G.value, G.n, G.users, A.respondents, G.n / A.respondents AS share
FROM given AS G
JOIN asked AS A ON A.form_uuid = G.form_uuid AND A.question = G.question AND A.item = G.item
LEFT JOIN ${sql.relation('forms')} AS F ON F.form_uuid = G.form_uuid`,
}
