/** What scores are grouped by, beside the question: the attributes that make groups. */
import type { Dialect, Sql } from './dialect.ts'
import type { ModelSettings, ViewColumn } from './spec.ts'

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
export const attribute = ({ attributes }: ModelSettings): Dimension => ({
  suffix: '_by_attribute',
  title: ` by the attributes of the user and the account then; filter by scope and attribute${
    attributes.left === 0 ? '' : `; ${attributes.left} more attributes do not fit: see respondents`
  }`,
  columns: {
    scope: { type: 'text', description: 'user or account' },
    attribute: { type: 'text', description: 'Name of the attribute' },
    value: { type: 'text', description: 'Its value then' },
  },
  from: (sql, scores) => {
    const of = (scope: string, column: string, names: readonly string[]) => {
      const rows = `SELECT S.*, P.${column} AS json
    FROM (${scores}) AS S JOIN ${sql.relation('respondents')} AS P ON P.response_uuid = S.response_uuid`
      return `SELECT *, '${scope}' AS scope, name AS attribute FROM (${sql.perMember(rows, names)}) AS M WHERE value IS NOT NULL`
    }
    return `${of('user', 'attributes', attributes.user)}
  UNION ALL
  ${of('account', 'account_attributes', attributes.account)}`
  },
})

/** Characters of a query by attribute, but for the attributes. */
const REST = 10_000

/** The first attributes that a view by attribute has room for. */
export function fittingAttributes(
  { user, account }: Readonly<Record<'user' | 'account', readonly string[]>>,
  sql: Dialect,
): ModelSettings['attributes'] {
  let room = sql.limits.characters - REST
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
