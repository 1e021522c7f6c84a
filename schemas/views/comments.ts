/**
 * `comments`: what people wrote, each text beside the score of the response, the plan, the tags and the segments. Answers to questions
 * that ask for a person, and addresses alone, are not in it; what somebody wrote about themselves in a text is.
 */
import type { Dialect, Sql } from './dialect.ts'
import { isNobody } from './identity.ts'
import { METRICS, QUESTION_COLUMNS, scored } from './scores.ts'
import type { ModelOptions, View } from './spec.ts'

export const comments = (options: ModelOptions): View => ({
  name: 'comments',
  description:
    'Answers that are text, one row each, with the score of the response: of its questions NPS first, then CSAT, then CES. Lists of choices, names and addresses are not among them',
  columns: {
    ...QUESTION_COLUMNS,
    response_uuid: { type: 'text', description: 'The response' },
    status: { type: 'text', description: 'Status of the response' },
    answered_at: { type: 'timestamp', description: 'When the newest answer of the response came' },
    user_uuid: { type: 'text', description: 'The user who answered' },
    account_uuid: { type: 'text', description: "The user's account" },
    comment: { type: 'text', description: 'The text as sent' },
    metric: { type: 'text', description: 'nps, csat or ces: which score follows; null if the response has none' },
    score: { type: 'number', description: 'As in scores' },
    points: { type: 'number', description: 'As in scores' },
    category: { type: 'text', description: 'As in scores' },
    plan: { type: 'text', description: 'Attribute plan of the user, else of the account, at the time of the answer' },
    tags: { type: 'text', description: 'Names of the tags on the response, with commas between' },
    segments: { type: 'text', description: 'Names of the segments that the user was in, at the time of the answer' },
  },
  query: (sql) => `WITH several AS (
  SELECT A.response_uuid, A.question, A.item FROM ${sql.relation('answers')} AS A WHERE A.choice > 0 GROUP BY A.response_uuid, A.question, A.item
), given AS (
  SELECT A.*, M.response_uuid IS NOT NULL AS is_several
  FROM ${sql.relation('answers')} AS A
  LEFT JOIN several AS M ON M.response_uuid = A.response_uuid AND M.question = A.question AND M.item = A.item
  WHERE A.choice = 0
), lists AS (
  SELECT form_uuid, question, item, 2 * COUNT(CASE WHEN is_several OR is_list THEN 1 END) > COUNT(*) AS is_usual
  FROM given
  GROUP BY form_uuid, question, item
), scored AS (
  ${scored(sql, options.questions)}
), ranked AS (
  SELECT S.*, ROW_NUMBER() OVER (PARTITION BY S.response_uuid ORDER BY ${RANK}, S.question, S.item) AS place
  FROM scored AS S
), ${labels(sql)}
SELECT A.form_uuid, R.form_name, R.survey_view, A.question, A.item, A.response_uuid, R.status, A.answered_at, A.user_uuid, R.account_uuid,
  A.value AS comment, S.metric, S.score, S.points, S.category,
  COALESCE(NULLIF(TRIM(${sql.member('P.attributes', 'plan')}), ''), NULLIF(TRIM(${sql.member('P.account_attributes', 'plan')}), '')) AS plan,
  T.tags, M.segments
FROM given AS A
JOIN lists AS L ON L.form_uuid = A.form_uuid AND L.question = A.question AND L.item = A.item
JOIN ${sql.relation('response_states')} AS R ON R.response_uuid = A.response_uuid
LEFT JOIN scored AS O ON O.response_uuid = A.response_uuid AND O.question = A.question AND O.item = A.item
LEFT JOIN ranked AS S ON S.response_uuid = A.response_uuid AND S.place = 1
LEFT JOIN ${sql.relation('respondents')} AS P ON P.response_uuid = A.response_uuid
LEFT JOIN tags_of AS T ON T.response_uuid = A.response_uuid
LEFT JOIN segments_of AS M ON M.response_uuid = A.response_uuid
WHERE NOT A.is_several AND A.value_number IS NULL AND A.value_boolean IS NULL AND A.value_date IS NULL AND A.value_timestamp IS NULL
  AND NOT L.is_usual AND O.response_uuid IS NULL
  AND ${isNobody(sql, ['A.question', 'A.item'], options)} AND NOT ${sql.matches('A.value', ADDRESS)}`,
})

/** RE2: an e-mail address and nothing else. */
const ADDRESS = '^\\s*[^\\s@]+@[^\\s@]+[.][^\\s@]+\\s*$'

const RANK = `CASE S.metric ${METRICS.map((metric, at) => `WHEN '${metric}' THEN ${at}`).join(' ')} END`

/** The names of the tags and the segments of each response. */
const labels = (sql: Dialect): Sql => `tags_of AS (
  SELECT T.response_uuid, STRING_AGG(T.name, ', ' ORDER BY T.name) AS tags
  FROM (
    SELECT T.response_uuid, COALESCE(N.name, T.tag_name, T.tag_uuid) AS name
    FROM ${sql.relation('response_tags')} AS T LEFT JOIN ${sql.relation('tags')} AS N ON N.tag_uuid = T.tag_uuid
  ) AS T
  GROUP BY T.response_uuid
), segments_of AS (
  SELECT M.response_uuid, STRING_AGG(M.name, ', ' ORDER BY M.name) AS segments
  FROM (
    SELECT M.response_uuid, COALESCE(N.name, M.segment_name, M.segment_uuid) AS name
    FROM ${sql.relation('respondent_segments')} AS M LEFT JOIN ${sql.relation('segments')} AS N ON N.segment_uuid = M.segment_uuid
  ) AS M
  GROUP BY M.response_uuid
)`
