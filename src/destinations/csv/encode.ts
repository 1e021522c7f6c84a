/**
 * Rows as CSV, with a header always. null is an empty field and an empty text is `""`; numbers are the shortest text that reads back as
 * the same double; other cells are as in the warehouse.
 */
import { Readable } from 'node:stream'
import { type Options, stringify } from 'csv-stringify'
import type { Row, Table } from '../../../schemas/spec.ts'
import { type CsvFormat, RECORD_DELIMITER } from '../csv-format.ts'

/** The file's text, piece by piece. */
export function encode(table: Table, rows: readonly Row[], formulaGuard: boolean): Readable {
  return Readable.from(rows).pipe(stringify(csvOptions(Object.keys(table.columns), { delimiter: ',', formulaGuard })))
}

/** How cells become fields. */
export function csvOptions(columns: readonly string[], { delimiter, formulaGuard }: CsvFormat): Options {
  return {
    columns,
    header: true,
    delimiter,
    record_delimiter: RECORD_DELIMITER,
    // A lone CR or LF inside a field needs quotes too; with a delimiter given, that is off by default.
    quote_record_delimiter: true,
    // Only what is a text and empty matches; null does not.
    quoted_match: /^$/,
    escape_formulas: formulaGuard,
    cast: {
      number: (value) => (Object.is(value, -0) ? '-0' : String(value)),
      boolean: String,
      // `escape_formulas` lacks the line feed.
      ...(formulaGuard && { string: (value: string) => (value.startsWith('\n') ? `'${value}` : value) }),
    },
  }
}
