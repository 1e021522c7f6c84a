/** What CSV here is, whoever makes it: RFC 4180, UTF-8. */

export interface CsvFormat {
  /** One character. */
  readonly delimiter: string
  /** An apostrophe before texts that a spreadsheet would execute. */
  readonly formulaGuard: boolean
}

export const RECORD_DELIMITER = '\r\n'

/** Of texts that a spreadsheet would execute. https://owasp.org/www-community/attacks/CSV_Injection */
export const FORMULA_STARTS: readonly string[] = Array.from('=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20')
