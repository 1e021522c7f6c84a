/** Scanning one JSON token (RFC 8259) strictly: where it ends, or where and how it breaks the rules. */

export interface Mistake {
  /** Index of the offending character in the text; the text's length if the text ends there. */
  readonly at: number
  /** What is wrong and the way out; nothing of the text is in it. */
  readonly problem: string
}

/** The index after the token. */
type End = number | Mistake

const QUOTE = 34
const BACKSLASH = 92
const FIRST_PRINTABLE = 32
const ESCAPES = '"\\/bfnrt'
const isDigit = (char: string | undefined) => char !== undefined && char >= '0' && char <= '9'
const isHex = (char: string | undefined) => char !== undefined && /^[0-9a-f]$/i.test(char)

/** @param start index of the opening quote */
export function scanString(text: string, start: number): End {
  let at = start + 1
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (Number.isNaN(code)) return { at, problem: 'a string is not closed; end it with a double quote' }
    if (code < FIRST_PRINTABLE) {
      return { at, problem: 'a control character stands in a string; write it as an escape such as \\n or \\u0000' }
    }
    if (code !== BACKSLASH) at++
    else {
      const end = scanEscape(text, at + 1)
      if (typeof end !== 'number') return end
      at = end
    }
  }
}

function scanEscape(text: string, at: number): End {
  const char = text[at]
  if (char === undefined) return { at, problem: 'a string is not closed; end it with a double quote' }
  if (ESCAPES.includes(char)) return at + 1
  if (char !== 'u') return { at, problem: 'there is no such escape; a backslash itself is written twice' }
  for (let digit = at + 1; digit <= at + 4; digit++) {
    if (!isHex(text[digit])) return { at: digit, problem: 'expected four hex digits after \\u' }
  }
  return at + 5
}

export function scanNumber(text: string, start: number): End {
  let at = text[start] === '-' ? start + 1 : start
  const first = at
  at = skipDigits(text, at)
  if (at === first) return { at, problem: 'expected a digit after the minus sign' }
  if (text[first] === '0' && at > first + 1) {
    return { at: first + 1, problem: 'a number does not begin with 0; drop the zero or put the digits in quotes' }
  }
  if (text[at] === '.') {
    const fraction = at + 1
    at = skipDigits(text, fraction)
    if (at === fraction) return { at, problem: 'expected a digit after the decimal point' }
  }
  if (text[at] === 'e' || text[at] === 'E') {
    const sign = text[at + 1]
    const exponent = sign === '+' || sign === '-' ? at + 2 : at + 1
    at = skipDigits(text, exponent)
    if (at === exponent) return { at, problem: 'expected a digit in the exponent' }
  }
  return at
}

function skipDigits(text: string, start: number): number {
  let at = start
  while (isDigit(text[at])) at++
  return at
}

/** `true`, `false` or `null`; undefined if there is another word. */
export function scanLiteral(text: string, start: number): number | undefined {
  for (const word of ['true', 'false', 'null']) if (text.startsWith(word, start)) return start + word.length
  return undefined
}
