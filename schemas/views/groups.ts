/**
 * What scores are grouped by: the attributes of who answered that make groups. Identifiers, times, JSON, and the survey's own answers,
 * which Refiner writes back as attributes, make none; numbers make bands; and what identifies a person (identity.ts) stays out.
 */
import { patternOf } from '../patterns.ts'
import { bandOf, DECIMAL, IS_OWN, startOf } from './bands.ts'
import type { Dialect, Sql } from './dialect.ts'
import { identifies, isAnonymous, isKnown } from './identity.ts'
import type { ModelOptions, ModelSettings, ViewColumn } from './spec.ts'
import { metricWords } from './words.ts'

/** What the scores are grouped by, beside the question. */
export interface Dimension {
  /** '' or `_by_…`, at the end of the view's name. */
  readonly suffix: string
  readonly title: string
  readonly columns: Readonly<Record<string, ViewColumn>>
  /** The scores of the metric, with the dimension's columns. */
  readonly from: (sql: Dialect, scores: Sql) => Sql
}

/** The attributes of who answered. */
export const attribute = (settings: ModelSettings): Dimension => ({
  suffix: '_by_attribute',
  title: ` by the attributes of the user and the account then that make groups; filter by scope and attribute${
    settings.attributes.left === 0 ? '' : `; ${settings.attributes.left} more attributes do not fit: see respondents`
  }`,
  columns: {
    scope: { type: 'text', description: 'user or account' },
    attribute: { type: 'text', description: 'Name of the attribute' },
    value: { type: 'text', description: 'Its value then; of a number the band that it is in, such as 20 to under 50' },
    value_from: { type: 'number', description: 'Where the band begins, to sort by; null for texts' },
  },
  from: (sql, scores) => members(sql, scores, settings),
})

const GROUP = 'form_uuid, question, item, scope, attribute'

function members(sql: Dialect, scores: Sql, settings: ModelSettings): Sql {
  const { user, account } = settings.attributes
  // The scores stand here once: BigQuery reads again whatever stands in a query again. Whether a name makes groups does not depend on the scope.
  const rows = `SELECT S.*, C.scope, CASE C.scope WHEN 'user' THEN P.attributes ELSE P.account_attributes END AS json
    FROM (${scores}) AS S JOIN ${sql.relation('respondents')} AS P ON P.response_uuid = S.response_uuid
    CROSS JOIN (SELECT 'user' AS scope UNION ALL SELECT 'account' AS scope) AS C`
  const number = `CASE WHEN ${sql.matches('M.value', DECIMAL)} THEN ${sql.tryCast('M.value', 'number')} END`
  return `SELECT G.* FROM (
    WITH members AS (
      SELECT M.*, ${number} AS number FROM (
        SELECT M.*, M.name AS attribute FROM (${sql.perMember(rows, [...new Set([...user, ...account])])}) AS M
        WHERE M.value IS NOT NULL
      ) AS M
      ${ownQuestions(sql, settings)}
      WHERE ${isGroup(sql, settings)}
    ), grouped AS (
      SELECT M.* REPLACE (${bandOf('M.number', 'M.value')} AS value), ${startOf('M.number')} AS value_from FROM members AS M
    ), owned AS (
      SELECT ${GROUP} FROM (
        SELECT ${GROUP}, value, COUNT(*) AS n, MIN(user_uuid) = MAX(user_uuid) AS is_own FROM grouped GROUP BY ${GROUP}, value
      ) AS V GROUP BY ${GROUP} HAVING ${IS_OWN}
    )
    SELECT M.* FROM grouped AS M
    LEFT JOIN owned AS O ON O.form_uuid = M.form_uuid AND O.question = M.question AND O.item = M.item AND O.scope = M.scope
      AND O.attribute = M.attribute
    WHERE O.attribute IS NULL${isKnown(sql, 'M.attribute', settings)}
  ) AS G`
}

/** Refiner writes an answer back as an attribute of the same name: the survey's own makes no groups of its scores. */
const ownQuestions = (sql: Dialect, { groupAttributes }: ModelSettings): Sql =>
  groupAttributes === undefined
    ? `LEFT JOIN ${sql.relation('questions')} AS Q ON Q.form_uuid = M.form_uuid AND ${sql.letters('Q.question')} = ${sql.letters('M.attribute')}`
    : ''

/** Times and JSON by their texts, unless the settings say what makes groups. */
const NO_GROUP = '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?$|^[[{]|^[\\s\\p{Z}]*$'

function isGroup(sql: Dialect, settings: ModelSettings): Sql {
  // A number becomes a band, and a band finds nobody.
  const anonymous = isAnonymous(
    sql,
    ['M.attribute'],
    { value: 'M.value', isPlain: 'FALSE', isExempt: sql.matches('M.value', DECIMAL) },
    settings,
  )
  return settings.groupAttributes === undefined
    ? `Q.question IS NULL AND NOT ${sql.matches('M.value', NO_GROUP)} AND ${anonymous}`
    : anonymous
}

/** Names of identifiers and times. */
const NO_GROUP_NAME =
  /(^|[^a-z])(ids?|uuids?|guid|token|hash|urls?|link)([^a-z]|$)|[a-z](Ids?|Uuid|Guid|Token|Hash|Url)([^a-z]|$)|(_|[a-z])(at|At|_date|Date)$/

export interface Groupable {
  readonly scope: 'user' | 'account'
  readonly name: string
}

/** Those that make groups. @param questions identifiers of all questions, which Refiner writes back as attributes */
export function groupable(
  attributes: readonly Groupable[],
  questions: readonly string[],
  options: ModelOptions,
): Readonly<Record<'user' | 'account', readonly string[]>> {
  // Those of another survey do, but for scores: they would be shown as groups of themselves.
  const answers = new Set(questions.filter((question) => SCORE.test(question)).map(plain))
  const wanted = options.groupAttributes && new RegExp(patternOf(options.groupAttributes), 'isu')
  const makesGroups = (name: string) => {
    if (identifies(name, options) === true) return false
    return wanted === undefined ? !NO_GROUP_NAME.test(name) && !answers.has(plain(name)) : wanted.test(name)
  }
  const of = (scope: string) =>
    attributes.filter((one) => one.scope === scope && makesGroups(one.name)).map(({ name }) => name)
  return { user: of('user'), account: of('account') }
}

const SCORE = new RegExp(metricWords(), 'u')

/** Refiner writes an answer back under the question's name, in whatever spelling attributes have. */
const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')

/** The first attributes that a view by attribute has room for. @param rest characters of its query without any */
export function fittingAttributes(
  { user, account }: Readonly<Record<'user' | 'account', readonly string[]>>,
  sql: Dialect,
  rest: number,
): ModelSettings['attributes'] {
  let room = sql.limits.characters - rest
  const lengthOf = (names: readonly string[]) => sql.perMember('', names).length
  const empty = lengthOf([])
  const fitting = (names: readonly string[]) => {
    const end = names.findIndex((name) => {
      room -= lengthOf([name]) - empty + 2
      return room < 0
    })
    return end < 0 ? names : names.slice(0, end)
  }
  const fit = { user: fitting(user), account: fitting(account) }
  return { ...fit, left: user.length + account.length - fit.user.length - fit.account.length }
}
