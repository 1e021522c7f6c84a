/**
 * A query's rows as CSV, by SQL: the same bytes as csv-stringify makes of the same cells (../csv/encode.ts), at several times its
 * speed. It alone takes as long as reading, encoding and writing do together this way. See docs/decisions/0006-csv-by-duckdb.md.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { type CsvFormat, FORMULA_STARTS, RECORD_DELIMITER } from '../csv-format.ts'
import type { CsvPiece } from '../source.ts'
import { literal } from '../sql.ts'
import { type Query, readLines, sourceOf } from './read.ts'
import { type Expression, expressionOf } from './to-cells.ts'

/** Columns. To plan a statement takes DuckDB up to 5 ms and 200 KB for each, to read it as JSON a tenth of that. */
const MOST_COLUMNS = 200

export const isNarrow = ({ columns }: Query) => columns.length <= MOST_COLUMNS

/** Lines only, without a header. @throws as readLines does */
export function readCsv(
  connection: DuckDBConnection,
  query: Query,
  format: CsvFormat,
  signal: AbortSignal,
): AsyncGenerator<CsvPiece> {
  return readLines(connection, selectLines(query, format), signal)
}

function selectLines(query: Query, { delimiter, formulaGuard }: CsvFormat): string {
  const { from, columns } = sourceOf(query)
  const expressions = query.types.map((type, at) => expressionOf(type, columns[at] ?? ''))
  const texts = expressions.map((expression, at) => `${textOf(expression, formulaGuard)} AS t${at}`)
  const fields = expressions.map((expression, at) => fieldOf(expression, `t${at}`, delimiter))
  // `concat` takes null for nothing.
  return `SELECT concat(${fields.join(`, ${literal(delimiter)}, `)}, ${literal(RECORD_DELIMITER)}) AS line
    FROM (SELECT *, ${texts.join(', ')} FROM ${from})`
}

/** Only texts run as formulas, and not what is written as a number. */
function textOf(expression: Expression, formulaGuard: boolean): string {
  if (expression.kind === 'plain') return `CAST(${expression.value} AS VARCHAR)`
  // A column may have a collation, by which other characters than these would look special.
  const raw = expression.kind === 'text' ? `(${expression.text}) COLLATE C` : expression.text
  const text = formulaGuard ? guarded(raw) : raw
  if (expression.kind !== 'number') return text
  return `CASE WHEN ${expression.isExact} THEN CAST(${expression.value} AS VARCHAR) ELSE ${text} END`
}

/** `IN` would make a join of each column. */
const guarded = (text: string) =>
  `CASE WHEN list_contains([${FORMULA_STARTS.map(literal).join(', ')}], substr(${text}, 1, 1)) THEN concat('''', ${text}) ELSE ${text} END`

/** What numbers, booleans and times are made of. */
const PLAIN = /[\w.:+-]/

function fieldOf(expression: Expression, text: string, delimiter: string): string {
  const field =
    expression.kind === 'number' ? `CASE WHEN ${expression.isExact} THEN ${shortest(text)} ELSE ${text} END` : text
  return expression.kind === 'text' || PLAIN.test(delimiter) ? quoted(field, delimiter) : field
}

function quoted(text: string, delimiter: string): string {
  const special = ['"', delimiter, '\r', '\n'].map((character) => `contains(${text}, ${literal(character)})`)
  return `CASE WHEN ${text} = '' OR ${special.join(' OR ')} THEN concat('"', replace(${text}, '"', '""'), '"') ELSE ${text} END`
}

/**
 * A number's digits as JavaScript has them, of those that DuckDB has: without `.0`, and with an exponent only below 1e-6 and from
 * 1e21 on. https://tc39.es/ecma262/#sec-numeric-types-number-tostring
 */
function shortest(text: string): string {
  const sign = `CASE WHEN ${text} LIKE '-%' THEN '-' END`
  const digits = `replace(ltrim(split_part(${text}, 'e', 1), '-'), '.', '')`
  const exponent = `CAST(split_part(${text}, 'e', 2) AS INTEGER)`
  return `CASE WHEN NOT contains(${text}, 'e') THEN CASE WHEN ${text} LIKE '%.0' THEN left(${text}, -2) ELSE ${text} END
    WHEN ${exponent} BETWEEN 0 AND 20 THEN concat(${sign}, rpad(${digits}, ${exponent} + 1, '0'))
    WHEN ${exponent} BETWEEN -6 AND -1 THEN concat(${sign}, '0.', repeat('0', -${exponent} - 1), ${digits})
    ELSE replace(${text}, 'e-0', 'e-') END`
}
