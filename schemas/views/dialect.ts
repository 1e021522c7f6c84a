/**
 * What the two dialects of SQL say differently. A view is written once, as text with these words in it; all else that it
 * uses (CTEs, CASE, COUNT, AVG, STDDEV_SAMP, STRING_AGG … ORDER BY, windows) DuckDB and BigQuery read alike.
 */
import type { ColumnType } from '../spec.ts'
import type { Answer, Pivot } from './pivot.ts'

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
   * A query: the rows of another, once for each member of the JSON object in their column `json`, with its `name` and its `value` (as
   * `member`) beside their columns. Only those of these names; a dialect may also give those that are not there, with NULL.
   */
  perMember(rows: Sql, names: readonly string[]): Sql
  /** An aggregate: a list of the values where the condition holds, none of them NULL. */
  listWhere(condition: Sql, value: Sql, order: Sql): Sql
  /** @param from the rest of a query of `response_answers`, after its SELECT */
  pivot(answers: readonly Answer[], from: Sql): Pivot
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
