/** What tells, in one look over a body and its value, that JSON.parse or another program may read it otherwise than it was sent. */
import type { JsonObject, JsonValue } from '../../schemas/records.ts'
import { isList } from './answers.ts'

const QUOTE = 34
const MINUS = 45
const COLON = 58
const BACKSLASH = 92

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
  hasNumberInList: boolean
  /** Whether a number is so large or so small that it may be written with an exponent of three digits. */
  hasExtreme: boolean
}

const LARGE = 1e80
const SMALL = 1e-80

/** @param value of a body */
export function census(value: JsonObject): Readonly<Census> {
  const found = { keys: 0, hasNumberInList: false, hasExtreme: false }
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
    if (isList(value)) countList(value, found)
    else countObject(value, found)
  }
}

function countList(list: readonly JsonValue[], found: Census): void {
  for (const each of list) {
    if (typeof each === 'number') found.hasNumberInList = true
    count(each, found)
  }
}

/** What a body's text shows at its colons, without a look at what is between them. */
interface Colons {
  /**
   * Quotes before a colon. An object that holds a key twice makes them more than the value has keys. What looks like a name inside
   * a text counts as well, so that they may be more for nothing, and are never too few.
   */
  names: number
  /** Whether a number after a colon has 16 digits, or a text looks as if. */
  hasLongNumber: boolean
}

export function lookAtColons(body: string): Readonly<Colons> {
  const found = { names: 0, hasLongNumber: false }
  for (let colon = body.indexOf(':'); colon >= 0; colon = body.indexOf(':', colon + 1)) {
    let before = colon - 1
    while (body.charCodeAt(before) <= 32) before--
    if (body.charCodeAt(before) !== QUOTE) continue
    found.names++
    let after = colon + 1
    while (body.charCodeAt(after) <= 32) after++
    if (isLongNumber(body, after)) found.hasLongNumber = true
  }
  return found
}

/** Characters of the shortest number that a double may change. */
const LONG = 16

function isLongNumber(body: string, at: number): boolean {
  const start = body.charCodeAt(at) === MINUS ? at + 1 : at
  let end = start
  while (isNumeric(body.charCodeAt(end))) end++
  return end - start >= LONG
}

/**
 * Whether a number anywhere has 16 digits. A run that long covers every sixteenth character. Ids of many
 * digits are common as text: what has a quote beside it is no number.
 */
export function hasLongNumber(body: string): boolean {
  for (let at = LONG - 1; at < body.length; at += LONG) {
    if (!isNumeric(body.charCodeAt(at))) continue
    let start = at
    while (isNumeric(body.charCodeAt(start - 1))) start--
    while (isNumeric(body.charCodeAt(at))) at++
    if (at - start >= LONG && body[start - 1] !== '"' && body[at] !== '"') return true
  }
  return false
}

/** Digits and the point. */
const isNumeric = (code: number) => code <= 57 && (code >= 48 || code === 46)

/** The position after the closing quote of a string. @param at a position inside it, not that of an escaped character. */
export function afterString(body: string, at: number): number {
  let end = at
  for (let code = body.charCodeAt(end); code !== QUOTE && end < body.length; code = body.charCodeAt(end)) {
    end += code === BACKSLASH ? 2 : 1
  }
  return end + 1
}
