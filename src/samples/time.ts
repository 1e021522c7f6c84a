/** Times as Refiner's webhooks write them: UTC, microseconds that are always zero. */

const DAY = 86_400
const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'))
let lastDay = Number.NaN
let lastDate = ''

/** `2026-01-31T23:59:59.000000Z` for seconds since 1970. Half of all that a sample consists of, hence the short cut. */
export function timeText(seconds: number): string {
  const day = Math.floor(seconds / DAY)
  if (day !== lastDay) {
    lastDate = new Date(day * DAY * 1000).toISOString().slice(0, 11)
    lastDay = day
  }
  const rest = seconds - day * DAY
  const hour = TWO_DIGITS[Math.floor(rest / 3600)]
  const minute = TWO_DIGITS[Math.floor(rest / 60) % 60]
  return `${lastDate}${hour}:${minute}:${TWO_DIGITS[rest % 60]}.000000Z`
}
