/** The columns of a survey's view: those that every one has, and those that the survey's data brought, with what stands beside them. */
import type { ValueType } from '../records.ts'
import type { Dialect, Sql } from './dialect.ts'
import type { Answer } from './pivot.ts'
import type { ViewColumn } from './spec.ts'

/** A column that the survey's data brought. */
export interface SurveyColumn {
  readonly scope: 'question' | 'user' | 'account'
  /** The question's or the attribute's own name. */
  readonly name: string
  readonly item: string
  readonly columnName: string
  readonly valueType: ValueType
  readonly isList: boolean
  /** Whether an answer may have several choices. */
  readonly maySeveral: boolean
  /** The column beside it with the text of what does not fit its type; undefined: everything fits. */
  readonly textName: string | undefined
  /** The columns beside a score; undefined: it is none. */
  readonly scoreNames: ScoreNames | undefined
}

export interface ScoreNames {
  readonly points: string
  readonly category: string
  readonly isLatest: string
}

export interface Survey {
  readonly viewName: string
  readonly formUuid: string
  readonly formName: string | null
  /** In the order in which they are to stand; what comes first has the better chance to fit. */
  readonly columns: readonly SurveyColumn[]
}

interface FixedColumn extends ViewColumn {
  readonly of: (survey: Survey, sql: Dialect) => Sql
}

const fixed = (type: ViewColumn['type'], sql: Sql | FixedColumn['of'], description: string): FixedColumn => ({
  type,
  of: typeof sql === 'string' ? () => sql : sql,
  description,
})

/** As `response_states` has it: without a time and without an answer, what came was context or blank. */
const STATUS =
  "CASE WHEN R.status = 'partial' AND R.first_data_reception_at IS NULL AND A.response_uuid IS NULL THEN 'seen' ELSE R.status END"

/** Columns that every survey's view has, before those of its own. One whose name was given to a question before gives way to it. */
export const FIXED_COLUMNS: Readonly<Record<string, FixedColumn>> = {
  response_uuid: fixed('text', 'R.response_uuid', 'The response'),
  form_uuid: fixed('text', 'R.form_uuid', 'The survey'),
  form_name: fixed(
    'text',
    ({ formName }, sql) => (formName === null ? 'R.form_name' : sql.text(formName)),
    "The survey's newest name, which may change",
  ),
  survey_view: fixed(
    'text',
    ({ viewName }, sql) => sql.text(viewName),
    'The name of this view, which stays when the survey is renamed',
  ),
  status: fixed('text', STATUS, 'completed, dismissed, partial or seen'),
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

/** A column as it stands in the view, and the expression that gives it. */
export interface Selected extends ViewColumn {
  readonly name: string
  readonly sql: Sql
}

export function fixedColumns(survey: Survey, sql: Dialect): Selected[] {
  const own = new Set(survey.columns.map(({ columnName }) => columnName))
  return Object.entries(FIXED_COLUMNS).flatMap(([name, { of, ...column }]) =>
    own.has(name) ? [] : [{ ...column, name, sql: of(survey, sql) }],
  )
}

/** What the column is of, for descriptions. */
export function titleOf({ scope, name, item }: SurveyColumn): string {
  const inside = item === '' ? '' : `, item ${item}`
  return {
    question: `Answer to the question ${name}${inside}`,
    user: `Attribute ${name} of the user, at the time of the answer`,
    account: `Attribute ${name} of the account, at the time of the answer`,
  }[scope]
}

const VALUES = {
  number: 'value_number',
  boolean: 'value_boolean',
  date: 'value_date',
  timestamp: 'value_timestamp',
  text: 'value',
} as const

export function answerOf({ name, item, columnName, valueType, isList, maySeveral }: SurveyColumn): Answer {
  const at = { question: name, item, columnName, maySeveral }
  return isList ? { ...at, value: 'value', take: 'list' } : { ...at, value: VALUES[valueType], take: 'only' }
}

/** The text of the answer, whatever it is. */
export function textOf({ name, item, textName: columnName }: SurveyColumn): Answer | undefined {
  if (columnName === undefined) return undefined
  return { question: name, item, columnName, value: 'value', take: 'joined', maySeveral: true }
}
