/**
 * What clocks of a time zone show, and when. `Intl` knows the rules of the zones; it tells the clock of an instant, and the way back is
 * searched. Clock times are `YYYY-MM-DDTHH:MM:SS.sss` without a zone, of the Gregorian calendar also before 1582.
 */

const DAY = 86_400_000

/** The clock of the zone, in milliseconds as if it were UTC. @param instant milliseconds since 1970, as below */
type Clock = (instant: number) => number

function clockOf(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instant) => {
    // Formats leave milliseconds out, downwards.
    const milliseconds = ((instant % 1000) + 1000) % 1000
    const parts = new Map(format.formatToParts(instant - milliseconds).map(({ type, value }) => [type, value]))
    const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type))
    const year = parts.get('era')?.startsWith('B') ? 1 - part('year') : part('year')
    const date = new Date(0)
    date.setUTCFullYear(year, part('month') - 1, part('day'))
    date.setUTCHours(part('hour'), part('minute'), part('second'), milliseconds)
    return date.getTime()
  }
}

/** @returns the clock time in that zone @param instant ISO 8601 with a zone */
export const clockTime = (instant: string, timeZone: string): string =>
  new Date(clockOf(timeZone)(Date.parse(instant))).toISOString().replace('Z', '')

/**
 * The first instant at which clocks show this time or a later one: what they show twice is its first time, what they leave out, as
 * they are put forward, is when they are. So it is with the midnight of a day.
 * @param time a clock time, or a day for its beginning @returns ISO 8601 in UTC
 */
export const instantOf = (time: string, timeZone: string): string =>
  new Date(firstInstant(Date.parse(time.includes('T') ? `${time}Z` : time), clockOf(timeZone))).toISOString()

function firstInstant(time: number, clock: Clock): number {
  // Clocks differ from UTC by less than a day: a change of them that concerns this time lies between these two.
  const before = time - (clock(time - DAY) - (time - DAY))
  const after = time - (clock(time + DAY) - (time + DAY))
  if (clock(before) === time) return before
  if (clock(after) === time) return after
  let [early, late] = [after, before]
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if (clock(middle) < time) early = middle
    else late = middle
  }
  return late
}

/** The first day that begins at the instant or after it, as `YYYY-MM-DD`. @param instant ISO 8601 with a zone */
export function firstDayFrom(instant: string, timeZone: string): string {
  const day = clockTime(instant, timeZone).slice(0, 10)
  if (Date.parse(instantOf(day, timeZone)) >= Date.parse(instant)) return day
  return new Date(Date.parse(day) + DAY).toISOString().slice(0, 10)
}
