/** Counts of responses by status: the funnel and the timeline. */
import { SURVEY } from './answers.ts'
import type { ModelOptions, View, ViewColumn } from './spec.ts'

const seen = (what: string): ViewColumn => ({ type: 'integer', description: what })
const rate = (what: string): ViewColumn => ({ type: 'number', description: `${what}, 0 to 1` })

const COUNTS = {
  seen: seen('Responses: the survey was shown'),
  started: seen('Those with at least one answer'),
  completed: seen('Those that were completed'),
  dismissed: seen('Those that were dismissed, and not completed'),
} satisfies Record<string, ViewColumn>

const COUNTED = `COUNT(*) AS seen, COUNT(CASE WHEN R.is_started THEN 1 END) AS started,
  COUNT(CASE WHEN R.status = 'completed' THEN 1 END) AS completed,
  COUNT(CASE WHEN R.status = 'dismissed' THEN 1 END) AS dismissed`

const KEYS = 'R.form_uuid, R.form_name, R.survey_view'

export const surveyFunnel: View = {
  name: 'survey_funnel',
  description: 'From seen to completed, by survey',
  columns: {
    ...SURVEY,
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
  SELECT ${KEYS}, R.status, R.is_started, ${sql.seconds(shown, 'R.completed_at')} AS seconds
  FROM ${sql.relation('response_states')} AS R
), timed AS (
  SELECT R.*, ${sql.medianOver('seconds', ['R.form_uuid', 'R.form_name'])} AS median_seconds FROM lives AS R
)
SELECT ${KEYS}, R.seen, R.started, R.completed, R.dismissed,
  R.started / R.seen AS start_rate, R.completed / R.seen AS completion_rate, R.dismissed / R.seen AS dismissal_rate,
  R.median_seconds
FROM (
  SELECT ${KEYS}, ${COUNTED}, MAX(R.median_seconds) AS median_seconds
  FROM timed AS R GROUP BY ${KEYS}
) AS R`
  },
}

export const responseTimeline = ({ timeZone }: ModelOptions): View => ({
  name: 'response_timeline',
  description: 'What became of the responses of each day, by survey',
  columns: {
    ...SURVEY,
    day: { type: 'date', description: `When the survey was first shown (${timeZone})` },
    ...COUNTS,
  },
  query: (sql) => `SELECT ${KEYS}, ${sql.day('R.first_shown_at', timeZone)} AS day, ${COUNTED}
FROM ${sql.relation('response_states')} AS R
GROUP BY 1, 2, 3, 4`,
})
