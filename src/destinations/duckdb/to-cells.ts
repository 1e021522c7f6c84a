/** Values of every type that a query may give, as cells (schemas/spec.ts): the SQL that makes them. */
import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import { literal } from '../sql.ts'

const PLAIN: readonly DuckDBTypeId[] = [
  DuckDBTypeId.BOOLEAN,
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
]
const WIDE: readonly DuckDBTypeId[] = [DuckDBTypeId.BIGINT, DuckDBTypeId.UBIGINT, DuckDBTypeId.HUGEINT]
const TIMES: readonly DuckDBTypeId[] = [
  DuckDBTypeId.TIMESTAMP,
  DuckDBTypeId.TIMESTAMP_S,
  DuckDBTypeId.TIMESTAMP_MS,
  DuckDBTypeId.TIMESTAMP_NS,
  DuckDBTypeId.TIMESTAMP_TZ,
]
const NESTED: readonly DuckDBTypeId[] = [
  DuckDBTypeId.LIST,
  DuckDBTypeId.ARRAY,
  DuckDBTypeId.STRUCT,
  DuckDBTypeId.MAP,
  DuckDBTypeId.UNION,
]
/** A double holds every decimal of so many digits. */
const EXACT_DIGITS = 15

/** SQL that makes a value a cell. */
export type Expression =
  /** Numbers and booleans as they are. */
  | { readonly kind: 'plain'; readonly value: string }
  /** A number where that is exact, else its digits as text. */
  | { readonly kind: 'number'; readonly value: string; readonly isExact: string; readonly text: string }
  | { readonly kind: 'time' | 'text'; readonly text: string }

/** @param sql an expression of that type */
export function expressionOf(type: DuckDBType, sql: string): Expression {
  const { typeId } = type
  if (PLAIN.includes(typeId)) return { kind: 'plain', value: sql }
  if (WIDE.includes(typeId))
    return whole(sql, `${sql} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`)
  // Else it is compared as a HUGEINT, which does not hold it.
  if (typeId === DuckDBTypeId.UHUGEINT) return whole(sql, `${sql} <= CAST(${Number.MAX_SAFE_INTEGER} AS UHUGEINT)`)
  if (TIMES.includes(typeId)) return { kind: 'time', text: time(sql) }
  if (typeId === DuckDBTypeId.DOUBLE) return number(sql, `isfinite(${sql})`, sql)
  // By its own digits: as a double it would have those of its binary value.
  if (typeId === DuckDBTypeId.FLOAT) return number(sql, `isfinite(${sql})`, `CAST(${text(sql)} AS DOUBLE)`)
  if ('scale' in type && type.scale <= EXACT_DIGITS) return decimal(sql, type.scale)
  if ('valueType' in type && typeId !== DuckDBTypeId.MAP) return { kind: 'text', text: joined(type.valueType, sql) }
  return { kind: 'text', text: NESTED.includes(typeId) ? text(`to_json(${sql})`) : text(sql) }
}

/** As a member of JSON. */
export function jsonOf(expression: Expression): string {
  if (expression.kind === 'plain') return expression.value
  if (expression.kind !== 'number') return expression.text
  const { value, isExact, text } = expression
  return `CASE WHEN ${isExact} THEN to_json(${value}) ELSE to_json(${text}) END`
}

const text = (sql: string) => `CAST(${sql} AS VARCHAR)`
const time = (sql: string) => `strftime(CAST(${sql} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')`

const number = (sql: string, isExact: string, value: string) =>
  ({ kind: 'number', value, isExact, text: text(sql) }) as const

const whole = (sql: string, isExact: string) => number(sql, isExact, `TRY_CAST(${sql} AS BIGINT)`)

const decimal = (sql: string, scale: number) =>
  number(sql, `abs(${sql}) < ${10 ** (EXACT_DIGITS - scale)}`, `CAST(${sql} AS DOUBLE)`)

function joined(of: DuckDBType, sql: string): string {
  if (NESTED.includes(of.typeId)) return text(`to_json(${sql})`)
  const item = TIMES.includes(of.typeId) ? time('x') : text('x')
  return `array_to_string(list_transform(${sql}, lambda x: ${item}), ${literal(', ')})`
}
