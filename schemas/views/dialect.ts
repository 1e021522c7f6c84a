/**
 * What the two dialects of SQL say differently. A view is written once, as text with these words in it; all else that it
 * uses (CTEs, CASE, COUNT, AVG, STDDEV_SAMP, STRING_AGG … ORDER BY, windows) DuckDB and BigQuery read alike.
 */
import type { ValueType } from '../records.ts'
import type { ColumnType } from '../spec.ts'
import type { Answer, EmptyLists, Pivot } from './pivot.ts'

/** An expression or a piece of a statement. */
export type Sql = string

export interface Dialect {
  /** A quoted name of a column. */
  identifier(name: string): Sql
  /** A table or view of the warehouse, quoted, as it stands after FROM. */
  relation(name: string): Sql
  /** A constant text. Survey texts are hostile input: they come in through here and nowhere else. */
  text(value: string): Sql
  /** NULL of a type. */
  nothing(type: ColumnType): Sql
  /** NULL where the text does not read as the type. */
  tryCast(value: Sql, type: Exclude<ColumnType, 'json' | 'integer'>): Sql
  /** Whether an RE2 expression finds something in the text. */
  matches(value: Sql, expression: string): Sql
  /** What the only group of an RE2 expression finds in the text; NULL where the expression finds nothing, or the group an empty text. */
  captured(value: Sql, expression: string): Sql
  /** The letters and digits of a name, in lower case: alike in every spelling. Of a name without any, the name. */
  letters(name: Sql): Sql
  /** The day of an instant in a time zone (IANA name). */
  day(instant: Sql, zone: string): Sql
  /** The first day of an instant's month in a time zone (IANA name). */
  month(instant: Sql, zone: string): Sql
  /** Seconds with fractions; negative when `to` is earlier. */
  seconds(from: Sql, to: Sql): Sql
  /** The median as a window: neither dialect has it as an aggregate that the other has too. */
  medianOver(value: Sql, partition: readonly Sql[]): Sql
  /** The text of a JSON object's member: a scalar bare, anything else as JSON, NULL where there is none. */
  member(json: Sql, name: string): Sql
  /**
   * The same as a type, where flattening would take it for one (src/flatten/value.ts), and NULL where not. The texts of JSON numbers and of JSON's own true and false count as well.
   */
  memberAs(json: Sql, name: string, type: ValueType): Sql
  /** The same of a JSON value. */
  jsonAs(value: Sql, type: ValueType): Sql
  /**
   * A query: the rows of another, once for each member of the JSON object in their column `json`, with its `name`, its `value` (as
   * `member`) and its JSON `member` beside their columns. Only those of these names; a dialect may also give those that are not there, with NULL.
   */
  perMember(rows: Sql, names: readonly string[]): Sql
  /** An aggregate: a list of the values where the condition holds, none of them NULL. */
  listWhere(condition: Sql, value: Sql, order: Sql): Sql
  /** @param from the rest of a query of answers, after its SELECT */
  pivot(answers: readonly Answer[], from: Sql): Pivot
  /**
   * Empty lists of responses, out of the rows of `response_none_chosen`. undefined: the dialect has no lists that are NULL, so what is
   * empty cannot be told from what is not there.
   * @param from the rest of a query of them, after its SELECT
   */
  readonly emptyLists: ((from: Sql) => EmptyLists) | undefined
  /** The most columns of a view, and characters of its query. */
  readonly limits: { readonly columns: number; readonly characters: number }
}

/**
 * Replacements (RE2), one after the other, that bring every text that flattening takes for an instant (src/flatten/time.ts) to the
 * form that both dialects read exactly: with seconds, no more than six digits of them, and `Z` or an offset with a colon.
 */
export const INSTANT_FORMS: readonly (readonly [form: string, other: string])[] = [
  ['^(.{10})$', '\\1T00:00'],
  ['^(.{16})($|[Z+-])', '\\1:00\\2'],
  ['([.][0-9]{6})[0-9]+', '\\1'],
  ['([+-][0-9]{2})([0-9]{2})$', '\\1:\\2'],
  ['^(.{19}([.][0-9]+)?)$', '\\1Z'],
]

const DAY = '(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{2}-[0-9]{2}'
const MINUTES = '(?:[01][0-9]|2[0-3]):[0-5][0-9]'
const ZONE = 'Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?'

/** Texts (RE2) that flattening takes for a day, or for an instant (src/flatten/time.ts), if the calendar has it. */
export const DAY_TEXT = `^(${DAY})$`
export const TIME_TEXT = `^(${DAY}[T ]${MINUTES}(?::[0-5][0-9](?:[.][0-9]+)?)?(?:${ZONE})?)$`

/** Integers below 2^53 - 1. */
const INTEGER =
  '0|[1-9][0-9]{0,14}|[1-8][0-9]{15}|900[0-6][0-9]{12}|9007(?:0[0-9]{11}|1(?:[0-8][0-9]{10}|9(?:[0-8][0-9]{9}|9(?:[01][0-9]{8}|2(?:[0-4][0-9]{7}|5(?:[0-3][0-9]{6}|4(?:[0-6][0-9]{5}|7(?:[0-3][0-9]{4}|40(?:[0-8][0-9]{2}|9(?:[0-8][0-9]|90))))))))))'

/**
 * JSON strings (RE2) that flattening takes for numbers: plain decimals that a double holds. With the quotes gone they read as numbers, and
 * all other strings do not. By one expression, as a view may have thousands of them.
 */
export const NUMBER_TEXT = `^"(-?(?:(?:${INTEGER})(?:[.][0-9]+)?|9007199254740991(?:[.][0-4][0-9]*)?|9007199254740992))"$`
