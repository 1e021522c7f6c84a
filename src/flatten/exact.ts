/**
 * Reads a JSON object character by character, for the few bodies that JSON.parse would change: it makes doubles of all
 * numbers, and V8 may take an escaped key for another one (`"\n"` for `"\\"`; nodejs/node#63785). And for those that another
 * program may read otherwise: of a key that an object repeats, JSON.parse takes the last value, DuckDB the first.
 */
import type { JsonObject, JsonValue } from '../../schemas/records.ts'
import { isList } from './answers.ts'
import { fitsDouble } from './value.ts'

const QUOTE = 34
const BACKSLASH = 92
const COLON = 58
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

/** Whether any key is written with an escape. Every string that holds one is looked at once. */
export function hasEscapedKey(body: string): boolean {
  for (let at = body.indexOf('\\'); at >= 0; at = body.indexOf('\\', at)) {
    at = afterString(body, at)
    while (body.charCodeAt(at) <= 32) at++
    if (body.charCodeAt(at) === COLON) return true
  }
  return false
}

/** What a walk through the value of a body finds. */
interface Census {
  /** Names in all objects. */
  keys: number
  /** Whether a number is so large or so small that it may be written with an exponent of three digits. */
  hasExtreme: boolean
}

const LARGE = 1e80
const SMALL = 1e-80

/** @param value of a body */
export function census(value: JsonObject): Readonly<Census> {
  const found = { keys: 0, hasExtreme: false }
  countObject(value, found)
  return found
}

function countObject(value: JsonObject, found: Census): void {
  for (const key in value) {
    found.keys++
    count(value[key] ?? null, found)
  }
}

function count(value: JsonValue, found: Census): void {
  if (typeof value === 'number') {
    const size = Math.abs(value)
    if (!(size < LARGE && size > SMALL)) found.hasExtreme = true
  } else if (typeof value === 'object' && value !== null) {
    if (isList(value)) for (const each of value) count(each, found)
    else countObject(value, found)
  }
}

/**
 * Quotes before a colon. An object that holds a key twice makes them more than the value has keys. What looks like a name inside
 * a text counts as well, so that they may be more for nothing, and are never too few.
 */
export function countNames(body: string): number {
  let names = 0
  for (let colon = body.indexOf(':'); colon >= 0; colon = body.indexOf(':', colon + 1)) {
    let before = colon - 1
    while (body.charCodeAt(before) <= 32) before--
    if (body.charCodeAt(before) === QUOTE) names++
  }
  return names
}

/** The position after the closing quote of a string. @param at a position inside it, not that of an escaped character. */
function afterString(body: string, at: number): number {
  let end = at
  for (let code = body.charCodeAt(end); code !== QUOTE && end < body.length; code = body.charCodeAt(end)) {
    end += code === BACKSLASH ? 2 : 1
  }
  return end + 1
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
