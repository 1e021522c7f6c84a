/** Scalars as sent, and typed where their text is unmistakable. `value` always says what was sent. */
import type { JsonValue, TypedValue, ValueType } from '../../schemas/records.ts'
import { parseTime } from './time.ts'

const PLAIN_DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const TWO_TO_53 = 2 ** 53

const DAY_LENGTH = 10

/** A string, number or boolean with its types. JSON numbers are doubles here: parse.ts has made text of the others. */
export function typed(sent: string | number | boolean): TypedValue {
  if (typeof sent === 'number') {
    return { value: String(sent), number: sent + 0, boolean: null, date: null, timestamp: null }
  }
  if (typeof sent === 'boolean') {
    return { value: String(sent), number: null, boolean: sent, date: null, timestamp: null }
  }
  const type = typeOfText(sent)
  return {
    value: sent,
    number: type === 'number' ? Number(sent) + 0 : null,
    boolean: type === 'boolean' ? sent === 'true' : null,
    date: type === 'date' ? sent : null,
    timestamp: type === 'timestamp' ? parseTime(sent) : null,
  }
}

/** The type of a scalar. null for null and for blank text, which tell nothing of a question or an attribute. */
export function typeOf(sent: JsonValue): ValueType | null {
  if (typeof sent === 'string') return isBlank(sent) ? null : typeOfText(sent)
  if (typeof sent === 'number') return 'number'
  if (typeof sent === 'boolean') return 'boolean'
  return sent === null ? null : 'text'
}

/** White space as RE2 has it, so that SQL finds the same texts blank (schemas/views/answers.ts). */
const FILLED = /[^\t\n\f\r\p{Z}]/u

/** Whether a text holds nothing but white space. Most texts are told by their first character. */
export function isBlank(text: string): boolean {
  const first = text.charCodeAt(0)
  return !(first > 32 && first < 127) && !FILLED.test(text)
}

/** Most texts are told apart by their first character. */
function typeOfText(text: string): ValueType {
  const first = text.charCodeAt(0)
  if ((first >= 48 && first <= 57) || first === 45) {
    if (isNumber(text)) return 'number'
    if (text.charCodeAt(4) !== 45 || parseTime(text) === null) return 'text'
    return text.length === DAY_LENGTH ? 'date' : 'timestamp'
  }
  return text === 'true' || text === 'false' ? 'boolean' : 'text'
}

/** Plain decimals such as `9` and `-3.5`, not `007`, `1e5`, `+1`, nor integers that a double would change. */
function isNumber(text: string): boolean {
  if (text.length === 1) return text !== '-'
  return PLAIN_DECIMAL.test(text) && fitsDouble(Number(text), text)
}

/** Whether a number written without exponent keeps its integer part as a double. */
export function fitsDouble(number: number, text: string): boolean {
  const size = Math.abs(number)
  return size < TWO_TO_53 || (size === TWO_TO_53 && text.endsWith(String(size)))
}
