/**
 * Reads a JSON object character by character, for the few bodies that JSON.parse would change: it makes doubles of all
 * numbers, and V8 may take an escaped key for another one (`"\n"` for `"\\"`; nodejs/node#63785). And for those that another
 * program may read otherwise: of a key that an object repeats, JSON.parse takes the last value, DuckDB the first.
 */
import type { JsonObject, JsonValue } from '../../schemas/records.ts'
import { afterString } from './doubts.ts'
import { fitsDouble } from './value.ts'

/** More digits than any double is written with. */
const SIGNIFICANT_DIGITS = 17
const END_OF_SCALAR = /[,\]}\s]/g

interface Reader {
  readonly body: string
  at: number
  changed: boolean
}

/**
 * Numbers that a double cannot hold become their text, and a repeated key has its last value; `changed` tells whether there were any.
 * @param body an object that JSON.parse takes.
 */
export function parseExactly(body: string): { readonly value: JsonObject; readonly changed: boolean } {
  const reader = { body, at: 0, changed: false }
  peek(reader)
  return { value: readObject(reader), changed: reader.changed }
}

/** The next character that is no white space, which stays unread. */
function peek(reader: Reader): string | undefined {
  while (reader.body.charCodeAt(reader.at) <= 32) reader.at++
  return reader.body[reader.at]
}

function readValue(reader: Reader): JsonValue {
  const next = peek(reader)
  if (next === '{') return readObject(reader)
  if (next === '[') return readList(reader)
  return next === '"' ? readString(reader) : readScalar(reader)
}

function readObject(reader: Reader): JsonObject {
  const entries: [string, JsonValue][] = []
  reader.at++
  while (peek(reader) !== '}') {
    const key = readString(reader)
    peek(reader)
    reader.at++
    entries.push([key, readValue(reader)])
    if (peek(reader) === ',') reader.at++
  }
  reader.at++
  // Its keys are defined, not assigned: `__proto__` is one like any other.
  const object = Object.fromEntries(entries)
  if (Object.keys(object).length < entries.length) reader.changed = true
  return object
}

function readList(reader: Reader): JsonValue[] {
  const elements: JsonValue[] = []
  reader.at++
  while (peek(reader) !== ']') {
    elements.push(readValue(reader))
    if (peek(reader) === ',') reader.at++
  }
  reader.at++
  return elements
}

function readString(reader: Reader): string {
  const start = reader.at
  reader.at = afterString(reader.body, start + 1)
  const text = reader.body.slice(start, reader.at)
  return text.includes('\\') ? JSON.parse(text) : text.slice(1, -1)
}

/** A number, true, false or null. */
function readScalar(reader: Reader): JsonValue {
  END_OF_SCALAR.lastIndex = reader.at
  const end = END_OF_SCALAR.exec(reader.body)?.index ?? reader.body.length
  const source = reader.body.slice(reader.at, end)
  reader.at = end
  const value: JsonValue = JSON.parse(source)
  if (typeof value !== 'number' || holds(value, source)) return value
  reader.changed = true
  return source
}

/** Whether a double says what the number's text says, but for trailing zeros. */
function holds(number: number, source: string): boolean {
  if (!Number.isFinite(number)) return false
  const [digits = '', exponent] = source.split(/[eE]/)
  const significant = digits.replace(/^-?[0.]*/, '').replace('.', '')
  if (number === 0) return significant === ''
  if (significant.replace(/0+$/, '').length > SIGNIFICANT_DIGITS) return false
  return exponent !== undefined || fitsDouble(number, source)
}
