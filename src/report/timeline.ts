/** From the days of `response_timeline` to periods that fit a chart. */
import type { Counts, Period, Timeline } from './model.ts'

/** Days that still can be told apart in a chart; more are added up by month. */
const MOST_DAYS = 45
const DAY = 86_400_000

/** @param days in any order, perhaps several of one day */
export function timelineOf(days: readonly Period[]): Timeline {
  const times = days.flatMap(({ start }) => (start === null ? [] : Date.parse(start)))
  const span = times.length === 0 ? 0 : (times.reduce(later) - times.reduce(earlier)) / DAY
  const unit = span < MOST_DAYS ? 'day' : 'month'
  const periods = Map.groupBy(days, ({ start }) =>
    unit === 'day' || start === null ? start : `${start.slice(0, 7)}-01`,
  )
  return {
    unit,
    periods: [...periods]
      .map(([start, counts]) => ({ start, ...sumOf(counts) }))
      .toSorted((one, other) => rank(one) - rank(other)),
  }
}

const later = (one: number, other: number) => Math.max(one, other)
const earlier = (one: number, other: number) => Math.min(one, other)
/** What has no time comes last. */
const rank = ({ start }: Period) => (start === null ? Number.MAX_VALUE : Date.parse(start))

export function sumOf(counts: readonly Counts[]): Counts {
  const sum = (name: keyof Counts) => counts.reduce((total, each) => total + each[name], 0)
  return { seen: sum('seen'), started: sum('started'), completed: sum('completed'), dismissed: sum('dismissed') }
}
