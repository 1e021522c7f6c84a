/**
 * The days of created_on that BigQuery stores, and how the statements of a batch share them. Its limits are fewer than the days that
 * the UUIDs and times of a payload can name (https://cloud.google.com/bigquery/quotas): a table has at most 10,000 partitions, a
 * statement changes at most 4,000 of them, and a transaction 100,000, each counted once for each statement that changes it.
 */
import type { Cell, Row, Table } from '../../../schemas/spec.ts'
import { cellOf } from '../merge.ts'
import { dateLiteral, identifier } from './sql.ts'
import type { Staged } from './stage.ts'

/**
 * 9,862 days, from long before Refiner began to long after today. Any other day is no day that a survey was answered on, and its rows
 * stand in the partition of those without a day. Like created_on that is a pure function of the key, so these may never change.
 */
const FIRST_DAY = '2012-01-01'
const LAST_DAY = '2038-12-31'

/** Half of what a statement may change: the count is of partitions as BigQuery sees them. */
const MOST_IN_STATEMENT = 2_000
const MOST_IN_TRANSACTION = 90_000
/** Beyond so many days one range is shorter to say, and reads hardly more. */
const MOST_NAMED = 400

/** Rows as BigQuery stores them: without the days that it has no partition for. */
export function storedRows(table: Table, rows: readonly Row[]): readonly Row[] {
  const at = table.partition === undefined ? -1 : Object.keys(table.columns).indexOf(table.partition)
  if (at === -1 || rows.every((row) => isStored(row[at] ?? null))) return rows
  return rows.map((row) => (isStored(row[at] ?? null) ? row : row.with(at, null)))
}

const isStored = (day: Cell) => day === null || (String(day) >= FIRST_DAY && String(day) <= LAST_DAY)

/** Days that one transaction changes. */
export interface Span {
  readonly first: string
  readonly last: string
  /** Whether it also changes what has no day: rows without one, and tables without partitions. */
  readonly withRest: boolean
}

const WHOLE: Span = { first: FIRST_DAY, last: LAST_DAY, withRest: true }
const THIRDS: readonly Span[] = [
  { first: FIRST_DAY, last: '2020-12-31', withRest: false },
  { first: '2021-01-01', last: '2029-12-31', withRest: false },
  { first: '2030-01-01', last: LAST_DAY, withRest: true },
]

/** One, unless its transaction would change more partitions than BigQuery lets it. */
export function spansOf(staged: readonly Staged[]): readonly Span[] {
  let changes = 0
  for (const { table, rows } of staged) {
    // Children are deleted and inserted, on the days of their owners.
    const children = staged.filter(({ table: { owner } }) => owner?.table === table.name)
    const own = table.owner === undefined ? 1 : 0
    if (table.partition !== undefined) changes += daysIn(table, rows).size * (own + 2 * children.length)
  }
  return changes > MOST_IN_TRANSACTION ? THIRDS : [WHOLE]
}

function daysIn({ partition = '', ...table }: Table, rows: readonly Row[]): Set<Cell> {
  return new Set(rows.map((row) => cellOf(table, row, partition)))
}

/** The rows of a table that one statement is about. */
export interface Part {
  /** The partition column; null: the table has none. */
  readonly column: string | null
  /** In order. */
  readonly days: readonly string[]
  /** Whether rows without a day are in it. */
  readonly withNull: boolean
  /** Whether it is all of the batch's rows. */
  readonly isWhole: boolean
}

/** @param rows staged ones of the table @returns parts that have all of the span's rows, each row in one of them */
export function partsOf(table: Table, rows: readonly Row[], { first, last, withRest }: Span): Part[] {
  const column = table.partition ?? null
  if (column === null) return withRest ? [{ column, days: [], withNull: true, isWhole: true }] : []
  const cells = daysIn(table, rows)
  const days = [...cells].filter((cell) => typeof cell === 'string' && cell >= first && cell <= last).map(String)
  const sorted = days.toSorted()
  const withNull = withRest && cells.has(null)
  const chunks: string[][] = []
  for (let at = 0; at < sorted.length; at += MOST_IN_STATEMENT) chunks.push(sorted.slice(at, at + MOST_IN_STATEMENT))
  if (chunks.length === 0 && withNull) chunks.push([])
  const isWhole = chunks.length === 1 && days.length + (withNull ? 1 : 0) === cells.size
  return chunks.map((chunk, at) => ({ column, days: chunk, withNull: withNull && at === chunks.length - 1, isWhole }))
}

/** The condition that the part's rows meet in the table itself; '' for none. @param alias of the table, or '' */
export function inTable(part: Part, alias: string): string {
  if (part.column === null) return ''
  const column = qualified(part.column, alias)
  const conditions = daysCondition(part, column)
  // Other days are of versions that stored every day.
  const rest = [`${column} IS NULL`, `${column} < ${dateLiteral(FIRST_DAY)}`, `${column} > ${dateLiteral(LAST_DAY)}`]
  return [...conditions, ...(part.withNull ? rest : [])].join(' OR ')
}

/** The condition by which they are chosen from the staged rows; '' for all. @param alias of these, or '' */
export function inStaging(part: Part, alias: string): string {
  if (part.column === null || part.isWhole) return ''
  const column = qualified(part.column, alias)
  return [...daysCondition(part, column), ...(part.withNull ? [`${column} IS NULL`] : [])].join(' OR ')
}

const qualified = (column: string, alias: string) => `${alias === '' ? '' : `${alias}.`}${identifier(column)}`

function daysCondition({ days, isWhole }: Part, column: string): string[] {
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return []
  if (isWhole && days.length <= MOST_NAMED) return [`${column} IN (${days.map(dateLiteral).join(', ')})`]
  return [`${column} BETWEEN ${dateLiteral(first)} AND ${dateLiteral(last)}`]
}
