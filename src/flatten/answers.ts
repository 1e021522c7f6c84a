/**
 * A response's data, leaf by leaf. Keys of an answer are joined by `.`, list positions stand as `[i]`, and the last
 * list position on the path is left out of `item` and stands in `choice`. No two leaves of a response collide in
 * (question, item, choice): where two paths part, at a key or at a position, item or choice differ.
 */
import type { JsonObject, JsonValue } from '../../schemas/records.ts'
import { keyPath, positionPath } from './path.ts'
import { isBlank } from './value.ts'

export interface Leaf {
  readonly question: string
  /** '' for an answer that is a scalar or a list of scalars. */
  readonly item: string
  /** 0 where no list is on the path. */
  readonly choice: number
  /** Whether a list is on the path. */
  readonly isList: boolean
  readonly sent: string | number | boolean
}

/** One leaf per scalar; null and empty containers give none. */
export function leavesOf(data: JsonObject): Leaf[] {
  const leaves: Leaf[] = []
  for (const question in data) {
    addLeaves(leaves, question, data[question] ?? null, { item: undefined, path: undefined, choice: 0 })
  }
  return leaves
}

/** `path` holds all positions, `item` all but the last; undefined before the first part, which may itself be ''. */
interface Place {
  readonly item: string | undefined
  readonly path: string | undefined
  readonly choice: number
}

function addLeaves(leaves: Leaf[], question: string, value: JsonValue, at: Place): void {
  if (value === null) return
  if (typeof value !== 'object') {
    leaves.push({ question, item: at.item ?? '', choice: at.choice, isList: at.item !== at.path, sent: value })
  } else if (isList(value)) {
    for (let position = 0; position < value.length; position++) {
      const place = { item: at.path, path: positionPath(at.path, position), choice: position }
      addLeaves(leaves, question, value[position] ?? null, place)
    }
  } else {
    for (const key in value) {
      const place = { item: keyPath(at.item, key), path: keyPath(at.path, key), choice: at.choice }
      addLeaves(leaves, question, value[key] ?? null, place)
    }
  }
}

interface Empty {
  readonly question: string
  readonly item: string
}

/** Questions, and places inside their answers, whose answer is a list with nothing in it: none of the choices. */
export function noneChosenIn(data: JsonObject): readonly Empty[] {
  const places: Empty[] = []
  for (const question in data) addNoneChosen(places, question, data[question] ?? null, undefined)
  return places
}

function addNoneChosen(places: Empty[], question: string, value: JsonValue, item: string | undefined): void {
  if (value === null || typeof value !== 'object') return
  if (isList(value)) {
    if (value.every(isNothing)) places.push({ question, item: item ?? '' })
    return
  }
  for (const key in value) addNoneChosen(places, question, value[key] ?? null, keyPath(item, key))
}

const isNothing = (value: JsonValue) => value === null || (typeof value === 'string' && isBlank(value))

/** Whether a value holds anything but null and blank text. */
export function hasAnswer(value: JsonValue | undefined): boolean {
  if (value === undefined || isNothing(value)) return false
  if (typeof value !== 'object' || value === null) return true
  if (isList(value)) return value.some(hasAnswer)
  for (const key in value) if (hasAnswer(value[key])) return true
  return false
}

/** How many leaves a value has, without building them. */
export function countLeaves(value: JsonValue | undefined): number {
  if (value === null || value === undefined) return 0
  if (typeof value !== 'object') return 1
  let count = 0
  if (isList(value)) for (const element of value) count += countLeaves(element)
  else for (const key in value) count += countLeaves(value[key])
  return count
}

export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
