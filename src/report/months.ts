/** The months of a score, with those that have no answers between them. */
import type { Month } from './model.ts'

/** Months without answers, one after the other: the first and the last, perhaps the same. Days as in Month. */
export interface Gap {
  readonly from: string
  readonly to: string
}

/** @param months in order; what has no time comes last */
export function withGaps(months: readonly Month[]): (Month | Gap)[] {
  let next: string | undefined
  return months.flatMap((each) => {
    const { month } = each
    if (month === null) return [each]
    const gap = next !== undefined && next < month ? [{ from: next, to: monthAfter(month, -1) }] : []
    next = monthAfter(month, 1)
    return [...gap, each]
  })
}

/** @param month its first day */
function monthAfter(month: string, months: number): string {
  const date = new Date(month)
  date.setUTCMonth(date.getUTCMonth() + months)
  return date.toISOString().slice(0, 10)
}
