/** JSON texts as BigQuery's JSON type takes them, in one line. */

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
/** Numbers of 16 characters and more, or with an exponent, may not survive as a double; the rest is for half pairs and line breaks. */
const SUSPICIOUS = /(?:^|[:,[\s])-?(?:[\d.]{16}|[\d.]+[eE])|\\u[dD][89a-fA-F]|[\r\n]/
/** A whole pair, any other escaped code unit, any other escape. */
const ESCAPES = /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\./g

/**
 * The same JSON in one line, in which every number keeps its value as a double: BigQuery refuses a whole load for one that does
 * not (`wide_number_mode => 'exact'`), so those become strings of their digits. Half surrogate pairs become U+FFFD.
 */
export function loadable(json: string): string {
  if (!SUSPICIOUS.test(json)) return json
  // Between tokens a line break is mere space; inside a string it is always escaped.
  return json
    .replace(TOKENS, (token) => (token.startsWith('"') ? wholeCharacters(token) : exactNumber(token)))
    .replace(/[\r\n]/g, ' ')
}

const wholeCharacters = (string: string) =>
  string.replace(ESCAPES, (part) => (/^\\u[dD][89a-fA-F]..$/.test(part) ? '\\ufffd' : part))

function exactNumber(token: string): string {
  return isExactNumber(token) ? token : `"${token}"`
}

function isExactNumber(token: string): boolean {
  const value = Number(token)
  if (!Number.isFinite(value)) return false
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(value)
  const digits = (/^-?([\d.]+)/.exec(token)?.[1] ?? '').replace('.', '').replace(/^0+|0+$/g, '')
  return digits.length <= 15 && (value !== 0 || digits === '')
}
