/** Reads single fields of a payload into typed cells. What does not fit is null and noted, with its place and why. */
import type { JsonObject, JsonValue, RejectedValue } from '../../schemas/records.ts'
import { isList } from './answers.ts'
import { parseTime } from './time.ts'

type Sent = JsonValue | undefined

/** Where a field's value goes. `column` is null where no row can be made. */
export interface Cell {
  readonly path: string
  readonly table: string
  readonly column: string | null
}

const INTEGER = /^-?(?:0|[1-9]\d*)$/

/** A text that the door has checked. */
export function identifier(value: Sent): string {
  return typeof value === 'string' ? value : ''
}

/** Scalars as text; null for null and absent. */
export function text(value: Sent, cell: Cell, rejected: RejectedValue[]): string | null {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return String(value)
  return reject(value, cell, 'is no scalar', rejected)
}

/** A time in the form of cells. */
export function time(value: Sent, cell: Cell, rejected: RejectedValue[]): string | null {
  if (value === null || value === undefined) return null
  const parsed = typeof value === 'string' ? parseTime(value) : null
  return parsed ?? reject(value, cell, 'is no ISO 8601 date or time between the years 1 and 9999', rejected)
}

/** An integer, or its text; PHP sends counters as text. */
export function integer(value: Sent, cell: Cell, rejected: RejectedValue[]): number | null {
  if (value === null || value === undefined) return null
  const number = typeof value === 'string' && INTEGER.test(value) ? Number(value) : value
  if (Number.isSafeInteger(number)) return Number(number) + 0
  return reject(value, cell, 'is no integer below 2^53', rejected)
}

/** An object of unknown keys; a list is one with the keys 0, 1, … (PHP). undefined for null, absent and other values. */
export function object(value: Sent, cell: Cell, rejected: RejectedValue[]): JsonObject | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'object') return isList(value) ? Object.fromEntries(value.entries()) : value
  reject(value, cell, 'is no object', rejected)
  return undefined
}

/** A list; an object is one with gaps (PHP), taken by its values. undefined for null, absent and other values. */
export function list(value: Sent, cell: Cell, rejected: RejectedValue[]): readonly JsonValue[] | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'object') return isList(value) ? value : Object.values(value)
  reject(value, cell, 'is no list', rejected)
  return undefined
}

export function isObject(value: Sent): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

export function reject(value: JsonValue, cell: Cell, reason: string, rejected: RejectedValue[]): null {
  rejected.push({ ...cell, value: JSON.stringify(value), reason })
  return null
}
