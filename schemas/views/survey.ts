/**
 * `survey_…`: a survey as one wide view, a row per response. Questions stand under their own name, what was known of the respondent
 * at the time of the answer under `attribute_…` and `account_…`.
 */
import type { ValueType } from '../records.ts'
import type { Dialect, Sql } from './dialect.ts'
import type { Answer, Pivot } from './pivot.ts'
import type { View, ViewColumn } from './spec.ts'

/** A column that the survey's data brought. */
export interface SurveyColumn {
  readonly scope: 'question' | 'user' | 'account'
  /** The question's or the attribute's own name. */
  readonly name: string
  readonly item: string
  readonly columnName: string
  /** null while no value was seen. */
  readonly valueType: ValueType | null
  readonly isList: boolean
}

export interface Survey {
  readonly viewName: string
  readonly formUuid: string
  readonly formName: string | null
  /** In the order in which they are to stand; what comes first has the better chance to fit. */
  readonly columns: readonly SurveyColumn[]
}

interface FixedColumn extends ViewColumn {
  readonly sql: Sql
}

const fixed = (type: ViewColumn['type'], sql: Sql, description: string): FixedColumn => ({ type, sql, description })

/** Columns that every survey's view has, before those of its own. */
export const FIXED_COLUMNS: Readonly<Record<string, FixedColumn>> = {
  response_uuid: fixed('text', 'R.response_uuid', 'The response'),
  status: fixed('text', 'R.status', 'completed, dismissed, partial or seen'),
  first_shown_at: fixed('timestamp', 'R.first_shown_at', 'When the survey was first shown'),
  last_shown_at: fixed('timestamp', 'R.last_shown_at', 'When the survey was last shown'),
  show_counter: fixed('integer', 'R.show_counter', 'How often the survey was shown'),
  first_answered_at: fixed('timestamp', 'R.first_data_reception_at', 'When the first answer came'),
  last_answered_at: fixed('timestamp', 'R.last_data_reception_at', 'When the newest answer came'),
  completed_at: fixed('timestamp', 'R.completed_at', 'When the survey was completed'),
  dismissed_at: fixed('timestamp', 'R.dismissed_at', 'When the survey was dismissed'),
  user_uuid: fixed('text', 'R.user_uuid', 'The user who was asked'),
  remote_id: fixed('text', 'P.remote_id', 'Your id of the user'),
  email: fixed('text', 'P.email', 'E-mail address, at the time of the answer'),
  display_name: fixed('text', 'P.display_name', 'Display name, at the time of the answer'),
  account_uuid: fixed('text', 'COALESCE(P.account_uuid, R.account_uuid)', "The user's account"),
  account_remote_id: fixed('text', 'P.account_remote_id', 'Your id of the account'),
  account_domain: fixed('text', 'P.account_domain', 'Domain of the account, at the time of the answer'),
  tags: fixed('text', 'T.tags', 'Names of the tags on the response, with commas between'),
  segments: fixed('text', 'M.segments', 'Names of the segments that the user was in, at the time of the answer'),
}

/** @param sql bounds how many columns the view can have; what does not fit is told in its description */
export function surveyView(survey: Survey, sql: Dialect): View {
  const columns = fitting(survey, sql)
  const left = survey.columns.length - columns.length
  const rest = left === 0 ? '' : `; ${left} more columns do not fit: see response_answers and respondents`
  return {
    name: survey.viewName,
    description: `Responses to ${survey.formName ?? `the survey ${survey.formUuid}`}, one row each${rest}`,
    columns: {
      ...FIXED_COLUMNS,
      ...Object.fromEntries(columns.map((column) => [column.columnName, viewColumn(column)])),
    },
    query: () => query(survey.formUuid, columns, sql),
  }
}

function fitting({ formUuid, columns }: Survey, sql: Dialect): readonly SurveyColumn[] {
  let characters = query(formUuid, [], sql).length
  let count = Object.keys(FIXED_COLUMNS).length
  const none = sql.pivot([], '').query.length
  const fits = columns.findIndex((column) => {
    const pivot = sql.pivot(answersIn([column]), '')
    characters += pivot.query.length - none + selected(column, pivot, sql).length + 10
    count += 1
    return characters > sql.limits.characters || count > sql.limits.columns
  })
  return fits < 0 ? columns : columns.slice(0, fits)
}

function viewColumn({ scope, name, item, valueType, isList }: SurveyColumn): ViewColumn {
  const inside = item === '' ? '' : `, item ${item}`
  const description = {
    question: `Answer to the question ${name}${inside}`,
    user: `Attribute ${name} of the user, at the time of the answer`,
    account: `Attribute ${name} of the account, at the time of the answer`,
  }[scope]
  return { type: isList ? 'text' : (valueType ?? 'text'), description, ...(isList && { isList }) }
}

function query(formUuid: string, columns: readonly SurveyColumn[], sql: Dialect): Sql {
  const form = sql.text(formUuid)
  const pivot = sql.pivot(answersIn(columns), `FROM ${sql.relation('response_answers')} WHERE form_uuid = ${form}`)
  const chosen = [
    ...Object.entries(FIXED_COLUMNS).map(([name, column]) => `${column.sql} AS ${name}`),
    ...columns.map((column) => selected(column, pivot, sql)),
  ]
  return `WITH answers AS (
  ${pivot.query}
), tags_now AS (
  SELECT T.response_uuid, COALESCE(N.name, T.tag_name, T.tag_uuid) AS name
  FROM ${sql.relation('response_tags')} AS T LEFT JOIN ${sql.relation('tags')} AS N ON N.tag_uuid = T.tag_uuid
  WHERE T.form_uuid = ${form}
), tags_of AS (
  SELECT response_uuid, STRING_AGG(name, ', ' ORDER BY name) AS tags FROM tags_now GROUP BY response_uuid
), segments_then AS (
  SELECT M.response_uuid, COALESCE(N.name, M.segment_name, M.segment_uuid) AS name
  FROM ${sql.relation('respondent_segments')} AS M LEFT JOIN ${sql.relation('segments')} AS N ON N.segment_uuid = M.segment_uuid
  WHERE M.form_uuid = ${form}
), segments_of AS (
  SELECT response_uuid, STRING_AGG(name, ', ' ORDER BY name) AS segments FROM segments_then GROUP BY response_uuid
)
SELECT
  ${chosen.join(',\n  ')}
FROM ${sql.relation('responses')} AS R
LEFT JOIN ${sql.relation('respondents')} AS P ON P.response_uuid = R.response_uuid
LEFT JOIN answers AS A ON A.response_uuid = R.response_uuid
LEFT JOIN tags_of AS T ON T.response_uuid = R.response_uuid
LEFT JOIN segments_of AS M ON M.response_uuid = R.response_uuid
WHERE R.form_uuid = ${form}`
}

const VALUES = {
  number: 'value_number',
  boolean: 'value_boolean',
  date: 'value_date',
  timestamp: 'value_timestamp',
  text: 'value',
} as const

function answerOf({ name, item, columnName, valueType, isList }: SurveyColumn): Answer {
  return { question: name, item, columnName, value: isList ? 'value' : VALUES[valueType ?? 'text'], isList }
}

const answersIn = (columns: readonly SurveyColumn[]) =>
  columns.filter(({ scope }) => scope === 'question').map(answerOf)

/** A column as it stands in the end. */
function selected(column: SurveyColumn, pivot: Pivot, sql: Dialect): Sql {
  const { scope, name, valueType } = column
  const named = sql.identifier(column.columnName)
  if (scope === 'question') return `${pivot.of(answerOf(column))} AS ${named}`
  const member = sql.member(scope === 'user' ? 'P.attributes' : 'P.account_attributes', name)
  return `${sql.tryCast(member, valueType ?? 'text')} AS ${named}`
}
