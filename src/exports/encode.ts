/** Rows as CSV for people: as the CSV destination has it (../destinations/csv/encode.ts), and what spreadsheets ask for. */
import { stringify } from 'csv-stringify/sync'
import type { Row } from '../../schemas/spec.ts'
import { csvOptions } from '../destinations/csv/encode.ts'

export interface Format {
  /** One character. */
  readonly delimiter: string
  /** Puts a byte order mark first, by which Excel knows UTF-8. */
  readonly bom: boolean
  /** The mark, and an apostrophe before texts that a spreadsheet would execute. */
  readonly excel: boolean
}

const BYTE_ORDER_MARK = '\uFEFF'

/** The header, then some rows at a time: in one go each, as a stream of single rows takes longer. */
export async function* encodeCsv(
  columns: readonly string[],
  rows: AsyncIterable<readonly Row[]>,
  { delimiter, bom, excel }: Format,
): AsyncGenerator<string> {
  const options = { ...csvOptions(columns, excel), delimiter }
  yield (bom || excel ? BYTE_ORDER_MARK : '') + stringify([], options)
  for await (const some of rows) yield stringify([...some], { ...options, header: false })
}
