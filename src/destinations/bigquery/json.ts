/** JSON texts as BigQuery's JSON type takes them, in one line. */

const NUMBERS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
/** Numbers of 16 characters and more, or with an exponent, may not survive as a double; the rest is for half pairs and line breaks. */
const SUSPICIOUS = /(?:^|[:,[\s])-?(?:[\d.]{16}|[\d.]+[eE])|\\u[dD][89a-fA-F]|[\r\n]/
/** A whole pair, any other escaped code unit, any other escape. */
const ESCAPES = /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\./g

/**
 * The same JSON in one line, in which every number keeps its value as a double: BigQuery refuses a whole load for one that does
 * not (`wide_number_mode => 'exact'`), so those become strings of their digits. Which of 16 or 17 digits do depends on how it
 * writes a double, so none of them stays a number. Half surrogate pairs become U+FFFD.
 */
export function loadable(json: string): string {
  if (!SUSPICIOUS.test(json)) return json
  let line = ''
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at)
    const string = quote === -1 ? json.length : quote
    // Outside strings a line break is mere space; inside them it is always escaped.
    line += json
      .slice(at, string)
      .replace(NUMBERS, exactNumber)
      .replace(/[\r\n]/g, ' ')
    at = endOfString(json, string)
    line += wholeCharacters(json.slice(string, at))
  }
  return line
}

/** A regular expression over a string of megabytes would run out of stack. @param start of its first quote */
function endOfString(json: string, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}

const wholeCharacters = (string: string) =>
  string.replace(ESCAPES, (part) => (/^\\u[dD][89a-fA-F]..$/.test(part) ? '\\ufffd' : part))

function exactNumber(token: string): string {
  return isExactNumber(token) ? token : `"${token}"`
}

/** Of the doubles that hold 15 digits. */
const SMALLEST = 2 ** -1022

function isExactNumber(token: string): boolean {
  const value = Number(token)
  if (!Number.isFinite(value)) return false
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(value)
  const digits = (/^-?([\d.]+)/.exec(token)?.[1] ?? '').replace('.', '').replace(/^0+|0+$/g, '')
  return digits === '' || (digits.length <= 15 && Math.abs(value) >= SMALLEST)
}
