/**
 * Where a text stops being JSON, and why, for a person to mend it. JSON.parse decides what is JSON; this runs only on what
 * it refused, since its own messages quote the text and do not always say where. Without recursion: any depth is safe.
 */
import { type Mistake, scanLiteral, scanNumber, scanString } from './json-tokens.ts'

export interface JsonError {
  /** From 1; a line ends at \n, \r or \r\n. */
  readonly line: number
  /** From 1, in characters (code points) of the line. */
  readonly column: number
  /** The one character there, as `U+000A` if it cannot be printed; null: the text ends there. */
  readonly found: string | null
  /** What is wrong and the way out, in words that hold nothing of the text. */
  readonly problem: string
}

/** What may come next. `first…` stands right after the opening bracket, where the closing one may follow. */
type Awaited = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'end'

interface Scan {
  readonly text: string
  /** The brackets that are open. */
  readonly open: ('{' | '[')[]
  at: number
  awaited: Awaited
  /** Index of the newest comma. */
  comma: number
}

/** undefined: the text is JSON. */
export function findJsonError(text: string): JsonError | undefined {
  const scan: Scan = { text, open: [], at: 0, awaited: 'value', comma: 0 }
  for (;;) {
    scan.at = skipSpace(text, scan.at)
    if (scan.at === text.length && scan.awaited === 'end') return undefined
    const mistake = step(scan)
    if (mistake !== undefined) return place(text, mistake)
  }
}

function step(scan: Scan): Mistake | undefined {
  if (scan.at === scan.text.length) return { at: scan.at, problem: `expected ${wanted(scan)}; it was cut short` }
  return STEPS[scan.awaited](scan)
}

const STEPS: Readonly<Record<Awaited, (scan: Scan) => Mistake | undefined>> = {
  value: takeValue,
  'first value': takeValue,
  key: takeKey,
  'first key': takeKey,
  colon: (scan) => (scan.text[scan.at] === ':' ? take(scan, 1, 'value') : unexpected(scan)),
  comma: takeComma,
  end: unexpected,
}

function takeValue(scan: Scan): Mistake | undefined {
  const { text, at } = scan
  const char = text[at] ?? ''
  if (char === ']' && scan.open.at(-1) === '[') return scan.awaited === 'value' ? trailingComma(scan) : close(scan)
  if (char === '{' || char === '[') {
    scan.open.push(char)
    return take(scan, 1, char === '{' ? 'first key' : 'first value')
  }
  if (char === '"') return takeToken(scan, scanString(text, at), afterValue(scan))
  if (char === '-' || (char >= '0' && char <= '9')) return takeToken(scan, scanNumber(text, at), afterValue(scan))
  const end = scanLiteral(text, at)
  return end === undefined ? unexpected(scan) : takeToken(scan, end, afterValue(scan))
}

function takeKey(scan: Scan): Mistake | undefined {
  const char = scan.text[scan.at]
  if (char === '"') return takeToken(scan, scanString(scan.text, scan.at), 'colon')
  if (char !== '}') return unexpected(scan)
  return scan.awaited === 'key' ? trailingComma(scan) : close(scan)
}

function takeComma(scan: Scan): Mistake | undefined {
  const char = scan.text[scan.at]
  const open = scan.open.at(-1)
  if (char === (open === '{' ? '}' : ']')) return close(scan)
  if (char !== ',') return unexpected(scan)
  scan.comma = scan.at
  return take(scan, 1, open === '{' ? 'key' : 'value')
}

function close(scan: Scan): undefined {
  scan.open.pop()
  return take(scan, 1, afterValue(scan))
}

const afterValue = (scan: Scan): Awaited => (scan.open.length === 0 ? 'end' : 'comma')

function take(scan: Scan, length: number, next: Awaited): undefined {
  scan.at += length
  scan.awaited = next
}

function takeToken(scan: Scan, end: number | Mistake, next: Awaited): Mistake | undefined {
  return typeof end === 'number' ? take(scan, end - scan.at, next) : end
}

function trailingComma(scan: Scan): Mistake {
  const what = scan.open.at(-1) === '{' ? 'property of an object' : 'element of a list'
  return { at: scan.comma, problem: `no comma may follow the last ${what}; remove it` }
}

function unexpected(scan: Scan): Mistake {
  const char = scan.text[scan.at] ?? ''
  return { at: scan.at, problem: `expected ${wanted(scan)}${HINTS[char] ?? ''}` }
}

const HINTS: Readonly<Record<string, string>> = {
  "'": '; JSON takes double quotes only',
  '/': '; JSON takes no comments',
  '\ufeff': '; leave out the byte order mark',
}

const WANTED: Readonly<Record<Exclude<Awaited, 'comma'>, string>> = {
  value: 'a value',
  'first value': 'a value or "]"',
  key: 'a property name in double quotes',
  'first key': 'a property name in double quotes or "}"',
  colon: '":" after a property name',
  end: 'nothing more after the end of the JSON',
}

function wanted({ awaited, open }: Scan): string {
  if (awaited !== 'comma') return WANTED[awaited]
  return open.at(-1) === '{' ? '"," or "}"' : '"," or "]"'
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return at
}

function place(text: string, { at, problem }: Mistake): JsonError {
  const lines = text.slice(0, at).split(/\r\n|\n|\r/)
  const column = Array.from(lines.at(-1) ?? '').length + 1
  const code = text.codePointAt(at)
  return { line: lines.length, column, found: code === undefined ? null : printed(code), problem }
}

function printed(code: number): string {
  const char = String.fromCodePoint(code)
  return /^[\p{L}\p{N}\p{P}\p{S} ]$/u.test(char) ? char : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
