/**
 * The UTC date inside a time-based UUID (RFC 9562): versions 1 and 6 count 100 ns steps since 1582-10-15, version 7
 * milliseconds since 1970. It can never change for a key, so a table partitioned by it can be pruned by a batch's own dates.
 */

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const MS_PER_DAY = 86_400_000
const STEPS_PER_DAY = MS_PER_DAY * 10_000
/** Days from 1582-10-15 to 1970-01-01. */
const GREGORIAN_EPOCH_DAYS = 141_427
const LAST_DAY = Date.UTC(9999, 11, 31) / MS_PER_DAY

let lastUuid = ''
let lastDate: string | null = null

/** `YYYY-MM-DD`, or null for other versions, other shapes (UUIDs are opaque), and dates beyond the year 9999. */
export function createdOn(uuid: string): string | null {
  if (uuid !== lastUuid) {
    lastDate = dateIn(uuid)
    lastUuid = uuid
  }
  return lastDate
}

function dateIn(uuid: string): string | null {
  const version = SHAPE.exec(uuid)?.[1]
  const first = uuid.slice(0, 8)
  const second = uuid.slice(9, 13)
  const third = uuid.slice(15, 18)
  if (version === '1') return dateOfDay(gregorianDay(Number.parseInt(third + second, 16), Number.parseInt(first, 16)))
  if (version === '6') {
    const steps = first + second + third
    return dateOfDay(gregorianDay(Number.parseInt(steps.slice(0, 7), 16), Number.parseInt(steps.slice(7), 16)))
  }
  if (version === '7') return dateOfDay(Math.floor(Number.parseInt(first + second, 16) / MS_PER_DAY))
  return null
}

/** The day of `high * 2^32 + low` steps, exactly: the sum itself would not fit a double. */
function gregorianDay(high: number, low: number): number {
  const shifted = high * 2 ** 32
  const rest = shifted % STEPS_PER_DAY
  const days = Math.round((shifted - rest) / STEPS_PER_DAY)
  return days + Math.floor((rest + low) / STEPS_PER_DAY) - GREGORIAN_EPOCH_DAYS
}

/** Users come from any day of some years. Beyond it all are forgotten: a hostile sender may invent days. */
const MOST_KNOWN_DAYS = 5_000
const knownDays = new Map<number, string>()

/** Many UUIDs share a day. */
function dateOfDay(day: number): string | null {
  if (day > LAST_DAY) return null
  let text = knownDays.get(day)
  if (text === undefined) {
    text = new Date(day * MS_PER_DAY).toISOString().slice(0, 10)
    if (knownDays.size >= MOST_KNOWN_DAYS) knownDays.clear()
    knownDays.set(day, text)
  }
  return text
}
