/** Queries for what types of columns are decided by: how many answers questions and attributes have now, and which types they fit. */
import { answersView, BLANK } from './answers.ts'
import type { Dialect, Sql } from './dialect.ts'
import { mayBeNumber } from './scoring/numbers.ts'
import type { ModelOptions } from './spec.ts'

/** Columns of their rows, but for the counts. Names have a `.` before them: DuckDB's client drops a byte order mark at the start of a text. */
export const PLACE = ['scope', 'form_uuid', 'name', 'item'] as const
export const COUNTS = [
  'answers',
  'none',
  'known',
  'lists',
  'several',
  'numbers',
  'booleans',
  'dates',
  'timestamps',
  'scores',
] as const
export type Count = (typeof COUNTS)[number]

/** Scope of the row that says how many respondents were counted. */
export const RESPONDENTS = 'respondents'

/** Whose counts are wanted. Questions of a form that has others of such a name may come as well. */
export interface Counted {
  readonly forms: readonly string[]
  readonly questions: readonly string[]
  readonly attributes: { readonly user: readonly string[]; readonly account: readonly string[] }
}

/**
 * One query with all of it; undefined: nothing is wanted.
 * @param among which respondents are looked at for attributes, as a condition on `P`
 */
export function countsQuery(
  sql: Dialect,
  options: ModelOptions,
  wanted: Counted,
  among: Sql = 'TRUE',
): Sql | undefined {
  const user = fitting(sql, wanted.attributes.user)
  const account = fitting(sql, wanted.attributes.account)
  const attributes = user.length + account.length > 0
  const parts = [
    ...(wanted.questions.length > 0 ? [ofAnswers(sql, options, wanted), ofNone(sql, wanted)] : []),
    ...(user.length > 0 ? [ofAttributes(sql, 'user', 'attributes', user, among)] : []),
    ...(account.length > 0 ? [ofAttributes(sql, 'account', 'account_attributes', account, among)] : []),
    ...(attributes ? [ofRespondents(sql)] : []),
  ]
  if (parts.length === 0) return undefined
  return `SELECT C.* FROM (\n${parts.join('\nUNION ALL\n')}\n) AS C`
}

const counts = (found: Partial<Record<Count, Sql>>): Sql =>
  COUNTS.map((name) => `${found[name] ?? '0'} AS ${name}`).join(', ')

const count = (condition: Sql): Sql => `COUNT(CASE WHEN ${condition} THEN 1 END)`
const shielded = (column: Sql, name: string): Sql => `CONCAT('.', ${column}) AS ${name}`
const place = (row: string, question: string): Sql =>
  [
    shielded(`${row}.form_uuid`, 'form_uuid'),
    shielded(`${row}.${question}`, 'name'),
    shielded(`${row}.item`, 'item'),
  ].join(', ')

/** Characters of names that may stand in a query, of a megabyte that BigQuery takes; where there are more, all questions of the forms are counted. */
const MOST_CHARACTERS = 150_000

const charactersOf = (sql: Dialect, names: readonly string[]) =>
  names.reduce((sum, name) => sum + sql.text(name).length + 2, 0)

/** Names that have room, the first ones. The others are counted once these have their types. */
function fitting(sql: Dialect, names: readonly string[]): readonly string[] {
  let room = MOST_CHARACTERS
  const end = names.findIndex((name) => {
    room -= sql.text(name).length + 2
    return room < 0
  })
  return end < 0 ? names : names.slice(0, end)
}

function ofQuestions(sql: Dialect, row: string, { forms, questions }: Counted): Sql {
  const isIn = (column: string, names: readonly string[]) =>
    charactersOf(sql, names) > MOST_CHARACTERS
      ? 'TRUE'
      : `${row}.${column} IN (${names.map((name) => sql.text(name)).join(', ')})`
  return `${isIn('form_uuid', forms)} AND ${isIn('question', questions)}`
}

function ofAnswers(sql: Dialect, options: ModelOptions, wanted: Counted): Sql {
  const one = (condition: Sql) => count(`G.choices = 1 AND ${condition}`)
  return `SELECT 'question' AS scope, ${place('G', 'question')}, ${counts({
    answers: 'COUNT(*)',
    known: count('G.listed IS NOT NULL OR G.last > 0'),
    lists: count('G.listed = 1 OR G.last > 0'),
    several: count('G.choices > 1'),
    numbers: one('G.numbers = 1'),
    booleans: one('G.booleans = 1'),
    dates: one('G.dates = 1'),
    timestamps: one('G.timestamps = 1'),
    scores: one('G.scores = 1'),
  })}
FROM (
  SELECT A.response_uuid, A.form_uuid, A.question, A.item, COUNT(*) AS choices, MAX(A.choice) AS last,
    MAX(CASE WHEN A.is_list THEN 1 WHEN NOT A.is_list THEN 0 END) AS listed, COUNT(A.value_number) AS numbers,
    COUNT(A.value_boolean) AS booleans, COUNT(A.value_date) AS dates, COUNT(A.value_timestamp) AS timestamps,
    ${count(mayBeNumber(sql, 'A'))} AS scores
  FROM (
    ${answersView(options).query(sql)}
  ) AS A
  WHERE ${ofQuestions(sql, 'A', wanted)}
  GROUP BY A.response_uuid, A.form_uuid, A.question, A.item
) AS G
GROUP BY G.form_uuid, G.question, G.item`
}

const ofNone = (sql: Dialect, wanted: Counted): Sql =>
  `SELECT 'question' AS scope, ${place('N', 'question')}, ${counts({ none: 'COUNT(*)' })}
FROM ${sql.relation('response_none_chosen')} AS N
WHERE ${ofQuestions(sql, 'N', wanted)}
GROUP BY N.form_uuid, N.question, N.item`

const NOWHERE = [shielded("''", 'form_uuid'), shielded('M.name', 'name'), shielded("''", 'item')].join(', ')

function ofAttributes(sql: Dialect, scope: string, column: string, names: readonly string[], among: Sql): Sql {
  const isDay = `${sql.jsonAs('M.member', 'date')} IS NOT NULL`
  const rows = `SELECT P.${column} AS json FROM ${sql.relation('respondents')} AS P WHERE P.${column} IS NOT NULL AND (${among})`
  return `SELECT '${scope}' AS scope, ${NOWHERE}, ${counts({
    answers: 'COUNT(*)',
    known: 'COUNT(*)',
    numbers: count(`${sql.jsonAs('M.member', 'number')} IS NOT NULL`),
    booleans: count(`${sql.jsonAs('M.member', 'boolean')} IS NOT NULL`),
    dates: count(isDay),
    timestamps: count(`NOT ${isDay} AND ${sql.jsonAs('M.member', 'timestamp')} IS NOT NULL`),
  })}
FROM (
  ${sql.perMember(rows, names)}
) AS M
WHERE M.value IS NOT NULL AND NOT ${sql.matches('M.value', BLANK)}
GROUP BY M.name`
}

const ofRespondents = (sql: Dialect): Sql =>
  `SELECT '${RESPONDENTS}' AS scope, ${PLACE.slice(1)
    .map((name) => `'.' AS ${name}`)
    .join(', ')}, ${counts({ answers: 'COUNT(*)' })} FROM ${sql.relation('respondents')} AS R`
