/**
 * What scores are grouped by: the attributes of who answered that make groups. Identifiers, times, JSON, and the survey's own answers,
 * which Refiner writes back as attributes, make none; numbers make bands. An attribute is of numbers, of times or of texts as its column
 * is, which keeps its type; while that has none yet, by what at least half of the values are. Whatever has a value is in one group of the attribute: what does not fit the others,
 * and what may identify a person (identity.ts), has a group for all of it.
 */
import { patternOf } from '../patterns.ts'
import { BLANK } from './answers.ts'
import { bandOf, DECIMAL, startOf } from './bands.ts'
import type { Dialect, Sql } from './dialect.ts'
import { identifies, isAnonymous, isRare, OTHER, unlessKnown, valueCounts } from './identity.ts'
import { QUESTION_COLUMNS } from './scores.ts'
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
    value: {
      type: 'text',
      description:
        'Its value then; of a number the band that it is in, such as 20 to under 50, and (no number) for other values beside numbers; (other) for all values that may identify a person, such as those that one person alone has',
    },
    value_from: { type: 'number', description: 'Where the band begins, to sort by; null for texts' },
  },
  from: (sql, scores) => members(sql, scores, settings),
})

/** Columns of scores that groups keep: keys, and what measures and other dimensions read. */
const MEASURED = [...Object.keys(QUESTION_COLUMNS), 'answered_at', 'user_uuid', 'score', 'points', 'category']
  .map((name) => `M.${name}`)
  .join(', ')

const GROUP = ['form_uuid', 'question', 'item', 'scope', 'attribute']

const keysOf = (row: string) => GROUP.map((key) => `${row}.${key}`).join(', ')
const isSame = (one: string, other: string) => GROUP.map((key) => `${one}.${key} = ${other}.${key}`).join(' AND ')

function members(sql: Dialect, scores: Sql, settings: ModelSettings): Sql {
  const { user, account } = settings.attributes
  // Whether a name makes groups does not depend on the scope.
  const rows = `SELECT S.*, C.scope, CASE C.scope WHEN 'user' THEN P.attributes ELSE P.account_attributes END AS json
    FROM (${scores}) AS S JOIN ${sql.relation('respondents')} AS P ON P.response_uuid = S.response_uuid
    CROSS JOIN (SELECT 'user' AS scope UNION ALL SELECT 'account' AS scope) AS C`
  const number = `CASE WHEN ${sql.matches('V.value', DECIMAL)} THEN ${sql.tryCast('V.value', 'number')} END`
  // `members` has a row for each attribute of each score, and is read twice, for which BigQuery makes it twice: it keeps only the columns
  // that are asked for, and not the JSON of all attributes. Values are looked at once each, and not once for each response.
  return `SELECT G.* FROM (
    WITH members AS (
      SELECT ${MEASURED}, M.scope, M.name AS attribute, TRIM(M.value, ' ') AS value FROM (${sql.perMember(rows, [...new Set([...user, ...account])])}) AS M
      WHERE M.value IS NOT NULL AND NOT ${sql.matches('M.value', BLANK)}
    ), valued AS (
      SELECT V.*, ${number} AS number, ${makesNoGroup(sql, settings)} AS makes_none
      FROM (
        SELECT ${keysOf('M')}, M.value, COUNT(*) AS n, COUNT(DISTINCT M.user_uuid) AS people FROM members AS M GROUP BY ${keysOf('M')}, M.value
      ) AS V
      ${ownQuestions(sql, settings)}
    ), judged AS (
      SELECT V.*, ${typesOf(sql, settings)}, ${valueCounts('V.people', keysOf('V'))}
      FROM valued AS V
      LEFT JOIN (${givenTypes(sql)}) AS T ON T.scope = V.scope AND T.name = V.attribute
    ), named AS (
      SELECT ${keysOf('V')}, V.value, ${groupOf(sql, settings)} AS name,
        CASE WHEN V.is_number THEN ${startOf('V.number')} END AS value_from
      FROM judged AS V
      WHERE NOT V.is_none
    )
    SELECT M.* REPLACE (N.name AS value), N.value_from
    FROM members AS M
    JOIN named AS N ON ${isSame('N', 'M')} AND N.value = M.value
  ) AS G`
}

/** Refiner writes an answer back as an attribute of the same name: the survey's own makes no groups of its scores. */
const ownQuestions = (sql: Dialect, { groupAttributes }: ModelSettings): Sql =>
  groupAttributes === undefined
    ? `LEFT JOIN ${sql.relation('questions')} AS Q ON Q.form_uuid = V.form_uuid AND ${sql.letters('Q.question')} = ${sql.letters('V.attribute')}
      WHERE Q.question IS NULL`
    : ''

/** Times and JSON by their texts, unless the settings say what makes groups. */
const JSON_TEXT = '^[[{]'
const NO_GROUP = `^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?$|${JSON_TEXT}`

const makesNoGroup = (sql: Dialect, { groupAttributes }: ModelSettings): Sql =>
  groupAttributes === undefined ? sql.matches('V.value', NO_GROUP) : 'FALSE'

/** A query: attributes whose columns were given their types, which are those of all surveys and stay. A row may be there twice. */
const givenTypes = (sql: Dialect): Sql =>
  `SELECT N.scope, N.name, MAX(N.value_type) AS type FROM ${sql.relation('column_names')} AS N WHERE N.scope IN ('user', 'account') GROUP BY 1, 2`

/** So many values of an attribute begin with a zero before another digit, and one of so many, where its digits are codes. */
const CODES = { least: 3, oneOf: 20 }

/** What an attribute is: by the type `T` that its column was given, else by its values `V`, of all surveys alike. */
function typesOf(sql: Dialect, { groupAttributes }: ModelSettings): Sql {
  const all = 'OVER (PARTITION BY V.scope, V.attribute)'
  const n = (condition: Sql) => `SUM(CASE WHEN ${condition} THEN V.n ELSE 0 END) ${all}`
  const isMost = (condition: Sql) => `2 * ${n(condition)} >= SUM(V.n) ${all}`
  const codes = n(sql.matches('V.value', '^0[0-9]+$'))
  const isNone = `CASE WHEN T.type IN ('date', 'timestamp') THEN TRUE WHEN T.type IS NULL THEN ${isMost('V.makes_none')}
        WHEN T.type = 'text' THEN ${isMost(sql.matches('V.value', JSON_TEXT))} ELSE FALSE END`
  return `COALESCE(T.type = 'number', ${isMost('V.number IS NOT NULL')}) AND (${codes} < ${CODES.least} OR ${CODES.oneOf} * ${codes} < SUM(V.n) ${all}) AS is_number,
        ${groupAttributes === undefined ? isNone : 'FALSE'} AS is_none`
}

/** The group of a value `V` of an attribute. A band and a boolean find nobody. */
function groupOf(sql: Dialect, settings: ModelSettings): Sql {
  const isNobody = isAnonymous(
    sql,
    ['V.attribute'],
    { value: 'V.value', isPlain: 'FALSE', isExempt: 'FALSE' },
    settings,
  )
  const isRareText = `V.value NOT IN ('true', 'false') AND ${isRare('V.people', 'V')}${unlessKnown(sql, 'V.attribute', settings)}`
  return `CASE WHEN V.is_number THEN ${bandOf('V.number')}
        WHEN V.makes_none OR NOT (${isNobody}) OR ${isRareText} THEN '${OTHER}' ELSE V.value END`
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
