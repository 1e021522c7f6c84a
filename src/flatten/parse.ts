/**
 * A stored body as a value that every destination can hold: numbers that a double cannot hold keep their digits as
 * text, lone surrogates become U+FFFD, and of a key that is sent twice in an object the last value counts, as in JSON.parse.
 * All are rare and slow, so that the body's text is asked first.
 */
import type { JsonObject, JsonValue, RejectedValue } from '../../schemas/records.ts'
import { census, hasEscapedKey, hasLongNumber, lookAtColons } from './doubts.ts'
import { parseExactly } from './exact.ts'
import { keyPath, positionPath } from './path.ts'

export interface Parsed {
  readonly value: JsonObject
  /** The body as sent, when every program reads it as `value`. */
  readonly payload: string
  readonly rejected: RejectedValue[]
}

/** Exponents of three digits and more, as part of a number; what stands inside text may match too. */
const LARGE_EXPONENT = /[eE][+-]?\d{3,}\s*[,}\]]/
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/

/** @param body a JSON object, as checked at the door. */
export function parse(body: string): Parsed {
  const rejected: RejectedValue[] = []
  const escaped = body.includes('\\')
  const plain: JsonObject = JSON.parse(body)
  const found = census(plain)
  const colons = lookAtColons(body)
  const isDoubtful =
    colons.names !== found.keys ||
    colons.hasLongNumber ||
    (found.hasNumberInList && hasLongNumber(body)) ||
    (found.hasExtreme && LARGE_EXPONENT.test(body)) ||
    (escaped && hasEscapedKey(body))
  const exact = isDoubtful ? parseExactly(body) : undefined
  let value = exact?.value ?? plain
  let payload = exact?.changed === true ? JSON.stringify(value) : body
  if ((escaped && SURROGATE_ESCAPE.test(body)) || !body.isWellFormed()) {
    const safe = wellFormed(value, undefined, rejected)
    if (rejected.length > 0) {
      value = safe
      payload = JSON.stringify(value)
    }
  }
  return { value, payload, rejected }
}

/** Rebuilds a value without lone surrogates, with a note for each text that held some. */
function wellFormed<Value extends JsonValue>(value: Value, path: string | undefined, rejected: RejectedValue[]): Value
function wellFormed(value: JsonValue, path: string | undefined, rejected: RejectedValue[]): JsonValue {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) addNote(rejected, path ?? '', value)
    return value.toWellFormed()
  }
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    return value.map((element: JsonValue, position) => wellFormed(element, positionPath(path, position), rejected))
  }
  const taken = new Set(Object.keys(value).filter((key) => key.isWellFormed()))
  const entries = Object.entries(value).map(([key, inner]): [string, JsonValue] => {
    const safeKey = key.isWellFormed() ? key : freeKey(key, taken)
    const place = keyPath(path, safeKey)
    if (key !== safeKey) addNote(rejected, place, key)
    return [safeKey, wellFormed(inner, place, rejected)]
  })
  return Object.fromEntries(entries)
}

/** Two keys may differ in their lone surrogates only: neither may push out the other. */
function freeKey(key: string, taken: Set<string>): string {
  let free = key.toWellFormed()
  while (taken.has(free)) free += '\uFFFD'
  taken.add(free)
  return free
}

/** So many are listed by their places: a body may hold a hundred thousand. */
const MOST_NOTES = 1000

function addNote(rejected: RejectedValue[], path: string, original: string): void {
  if (rejected.length > MOST_NOTES) return
  const reason = 'holds a lone surrogate, which no text can; replaced by U+FFFD'
  const isLast = rejected.length === MOST_NOTES
  const value = JSON.stringify(isLast ? 'more of them follow, which are not listed' : original)
  rejected.push({ path, table: 'webhook_events', column: 'payload', value, reason })
}
