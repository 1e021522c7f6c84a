/** How numbers, times and answers are read from rows, and written on the page. */
import type { Cell } from '../../schemas/spec.ts'

const COUNT = new Intl.NumberFormat('en-US')
const ONE_DIGIT = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const TWO_DIGITS = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const AT_MOST_ONE_DIGIT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const SHARE = new Intl.NumberFormat('en-US', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 })

export const count = (n: number): string => COUNT.format(n)
/** @param part 0 to 1 */
export const share = (part: number): string => SHARE.format(part)

/** In points, or of a scale of 1 to 7, where the second digit matters. A minus is a minus, not a hyphen; there is no -0. */
export function points(score: number, digits: 1 | 2): string {
  const text = (digits === 1 ? ONE_DIGIT : TWO_DIGITS).format(score).replace('-', '−')
  return /[1-9]/.test(text) ? text : text.replace('−', '')
}

/** `3 answers`, `1 answer` */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

export function duration(seconds: number): string {
  if (seconds < 120) return `${AT_MOST_ONE_DIGIT.format(seconds)} s`
  return seconds < 7200
    ? `${AT_MOST_ONE_DIGIT.format(seconds / 60)} min`
    : `${AT_MOST_ONE_DIGIT.format(seconds / 3600)} h`
}

/** `2026-01`, or the day; what has no time says so. */
export const period = (start: string | null, unit: 'day' | 'month'): string =>
  start === null ? 'not known' : unit === 'day' ? start : start.slice(0, 7)

/** An answer as it is read: an empty one would be a hole. */
export const answer = (value: string): string => (value === '' ? '(empty)' : value)

export const numberOrNull = (cell: Cell | undefined): number | null =>
  cell === null || cell === undefined ? null : Number(cell)
