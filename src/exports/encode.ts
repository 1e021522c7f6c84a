/** A selection as CSV for people: as the CSV destination has it (../destinations/csv/encode.ts), and what spreadsheets ask for. */
import { stringify } from 'csv-stringify/sync'
import { csvOptions } from '../destinations/csv/encode.ts'
import type { CsvFormat } from '../destinations/csv-format.ts'
import type { CsvPiece, Reading, Selection, Source } from '../destinations/source.ts'

export interface Format {
  /** One character. */
  readonly delimiter: string
  /** Puts a byte order mark first, by which Excel knows UTF-8. */
  readonly bom: boolean
  /** The mark, and an apostrophe before texts that a spreadsheet would execute. */
  readonly excel: boolean
}

const BYTE_ORDER_MARK = '\uFEFF'

/** Begins to read. @returns the header, then some rows at a time */
export async function readAsCsv(
  source: Source,
  selection: Selection,
  { delimiter, bom, excel }: Format,
  signal: AbortSignal,
): Promise<AsyncIterable<CsvPiece>> {
  const format = { delimiter, formulaGuard: excel }
  const reading = await source.read(selection, signal)
  const header = stringify([], csvOptions(reading.columns, format))
  return withHeader((bom || excel ? BYTE_ORDER_MARK : '') + header, reading.csv?.(format) ?? encoded(reading, format))
}

async function* withHeader(header: string, pieces: AsyncIterable<CsvPiece>): AsyncGenerator<CsvPiece> {
  yield { rows: 0, text: header }
  yield* pieces
}

/** Some rows in one go, as a stream of single rows takes longer. */
async function* encoded({ columns, rows }: Reading, format: CsvFormat): AsyncGenerator<CsvPiece> {
  const options = { ...csvOptions(columns, format), header: false }
  for await (const some of rows) yield { rows: some.length, text: stringify([...some], options) }
}
