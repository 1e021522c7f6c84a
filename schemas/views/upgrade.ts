/** What tables of an older version did not hold, out of what they did. */
import { KINDS } from '../catalog-records.ts'
import type { ValueType } from '../records.ts'
import { BLANK } from './answers.ts'
import type { Dialect, Sql } from './dialect.ts'

/** Columns of `form_attributes` that are filled: any event of the same attribute wins over their version, which is the lowest. */
export const FILLED: readonly string[] = [
  'form_uuid',
  'scope',
  'name',
  ...Object.keys(KINDS).map((kind) => `seen_${kind}`),
  'event_id',
  'row_version',
]

const KIND_NAMES = ['number', 'boolean', 'date', 'timestamp', 'text'] as const satisfies readonly ValueType[]

/**
 * A query: the rows of `form_attributes`, of the respondents as they are there.
 * @param members a query: the rows of another, once for each member of the JSON in their column `json`, as Dialect.perMember gives them
 */
export function formAttributesQuery(sql: Dialect, members: (rows: Sql, scope: 'user' | 'account') => Sql): Sql {
  const is = (kind: ValueType) => `${sql.jsonAs('M.member', kind)} IS NOT NULL`
  const conditions: Readonly<Record<ValueType, Sql>> = {
    number: is('number'),
    boolean: is('boolean'),
    date: is('date'),
    timestamp: `NOT ${is('date')} AND ${is('timestamp')}`,
    // An instant may be of a day.
    text: `NOT (${is('number')} OR ${is('boolean')} OR ${is('timestamp')})`,
  }
  const seen = KIND_NAMES.map((kind) => `COUNT(CASE WHEN ${conditions[kind]} THEN 1 END) > 0 AS seen_${kind}`)
  const of = (scope: 'user' | 'account', column: string) => {
    const rows = `SELECT P.form_uuid, P.${column} AS json FROM ${sql.relation('respondents')} AS P WHERE P.form_uuid IS NOT NULL AND P.${column} IS NOT NULL`
    return `SELECT M.form_uuid, '${scope}' AS scope, M.name, ${seen.join(', ')}, '' AS event_id, '' AS row_version
FROM (
  ${members(rows, scope)}
) AS M
WHERE M.value IS NOT NULL AND NOT ${sql.matches('M.value', BLANK)}
GROUP BY M.form_uuid, M.name`
  }
  return `${of('user', 'attributes')}\nUNION ALL\n${of('account', 'account_attributes')}`
}
