/** Instants as Refiner writes them, in the one form that cells have: `YYYY-MM-DDTHH:MM:SS.ffffffZ`, years 0001 to 9999. */

const ISO_8601 = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)?)?$/
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const MS_PER_MINUTE = 60_000

/**
 * An ISO 8601 date or date-time, with `T` or a space, with or without zone (then UTC), truncated to microseconds.
 * null for anything else: other forms, days that no calendar has, leap seconds, instants outside the years.
 */
export function parseTime(text: string): string | null {
  return isNormal(text) ? text : normalised(text)
}

/** Whether the text has the webhooks' own form already, so that nothing needs to be built. */
function isNormal(text: string): boolean {
  if (text.length !== 27 || text.charCodeAt(10) !== 84 || text.charCodeAt(26) !== 90) return false
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || text.charCodeAt(19) !== 46) return false
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return false
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const fraction = twoDigits(text, 20) + twoDigits(text, 22) + twoDigits(text, 24)
  return (
    fraction >= 0 &&
    isDay(year, twoDigits(text, 5), twoDigits(text, 8)) &&
    isTime(twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17))
  )
}

/** NaN unless both are digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

function isDay(year: number, month: number, day: number): boolean {
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0)
}

const isTime = (hour: number, minute: number, second: number) => hour <= 23 && minute <= 59 && second <= 59

function normalised(text: string): string | null {
  const match = ISO_8601.exec(text)
  if (match === null) return null
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = ''] = match
  const [sign, zoneHour = '00', zoneMinute = '00'] = match.slice(8)
  if (!isDay(Number(year), Number(month), Number(day))) return null
  if (!isTime(Number(hour), Number(minute), Number(second)) || !isTime(Number(zoneHour), Number(zoneMinute), 0))
    return null
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const micros = `${fraction.slice(0, 6).padEnd(6, '0')}Z`
  if (sign === undefined) return `${local}.${micros}`
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * MS_PER_MINUTE
  const utc = new Date(Date.parse(`${local}Z`) + (sign === '+' ? -offset : offset)).toISOString()
  return utc.length === 24 && utc >= '0001' ? `${utc.slice(0, 20)}${micros}` : null
}

let lastSecond = Number.NaN
let lastPrefix = ''

/** The cell of an instant in whole microseconds since 1970, UTC. Arrivals come in order: many share a second. */
export function timeOfMicros(micros: number): string {
  const second = Math.floor(micros / 1_000_000)
  if (second !== lastSecond) {
    lastPrefix = new Date(second * 1000).toISOString().slice(0, 20)
    lastSecond = second
  }
  return `${lastPrefix}${String(micros - second * 1_000_000).padStart(6, '0')}Z`
}
