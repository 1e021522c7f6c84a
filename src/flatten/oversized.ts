/**
 * What one event may cost. A body of a megabyte can hold half a million values, each of which would become a row, and each new name a
 * column; a survey has hundreds. So what is beyond MAX_VALUES_PER_EVENT stays whole in its JSON cell and in the payload, and makes no rows.
 */
import type { JsonObject, JsonValue, RejectedValue } from '../../schemas/records.ts'
import { isList } from './answers.ts'
import type { Cell } from './fields.ts'

/** Counts down through one event. */
export interface Budget {
  /** Values that may still become rows. */
  left: number
  readonly most: number
}

/** Bytes that a value takes at least, with the comma behind it. */
const SHORTEST = 2

/** @param most MAX_VALUES_PER_EVENT. @param body of the event: a short one holds no more, and is not counted */
export function budgetOf(most: number, body: string): Budget {
  return { left: body.length / SHORTEST <= most ? Number.POSITIVE_INFINITY : most, most }
}

/** Takes values off the budget. @returns false, with a note, where they are more than is left */
export function affords(budget: Budget, values: number, cell: Cell, rejected: RejectedValue[]): boolean {
  if (values <= budget.left) {
    budget.left -= values
    return true
  }
  const reason = `is more than MAX_VALUES_PER_EVENT (${budget.most}) allows; no rows are made of it`
  rejected.push({ ...cell, value: JSON.stringify(`${values} values, see webhook_events.payload`), reason })
  return false
}

/** Each attribute is a row, whatever it holds. */
export function affordsAttributes(
  budget: Budget,
  attributes: JsonObject | undefined,
  cell: Cell,
  rejected: RejectedValue[],
): boolean {
  if (attributes === undefined || budget.left === Number.POSITIVE_INFINITY) return true
  return affords(budget, Object.keys(attributes).length, cell, rejected)
}

/** Each value inside is a row, and each empty list. */
export function affordsData(
  budget: Budget,
  data: JsonObject | undefined,
  cell: Cell,
  rejected: RejectedValue[],
): boolean {
  if (data === undefined || budget.left === Number.POSITIVE_INFINITY) return true
  return affords(budget, countValues(data), cell, rejected)
}

function countValues(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1
  let count = 0
  if (isList(value)) for (const each of value) count += countValues(each)
  else for (const key in value) count += countValues(value[key] ?? null)
  return Math.max(count, 1)
}
