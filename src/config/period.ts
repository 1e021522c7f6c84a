/** The period of an export: days and times as people write them, and the instants and days that they mean in a time zone. */
import { z } from 'zod'
import { firstDayFrom, instantOf } from '../time-zone.ts'
import { textOf } from './units.ts'

const MOMENT = 'a day or a time, such as 2026-11-01, 2026-11-01T12:00 or 2026-11-01T12:00:00Z'

/** Which zone it is in, where it says none, is known later. */
export const moment = textOf(MOMENT)
  .trim()
  .transform((text) => text.replace(' ', 'T'))
  .pipe(z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })], { error: MOMENT }))
  .refine((text) => !/\.\d{4}/.test(text), 'a time with at most three digits after the second')

/** Where a period begins or ends. */
export interface Limit {
  /** ISO 8601 in UTC. */
  readonly instant: string
  /** Among days: the first that begins then or later, in the zone of the settings. */
  readonly day: string
}

/** Instants that every warehouse can hold. */
const [LEAST, MOST] = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']
const LAST_DAY = '9999-12-31'

function limitOf(text: string, timeZone: string): Limit {
  const said = /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? new Date(text).toISOString() : instantOf(text, timeZone)
  // Years beyond 9999 begin with +, and those before 0 with -.
  const instant = said.startsWith('+') ? MOST : said < LEAST ? LEAST : said
  const day = firstDayFrom(instant, timeZone)
  return { instant, day: day.startsWith('+') ? LAST_DAY : day }
}

export interface Period {
  readonly from?: Limit | undefined
  readonly to?: Limit | undefined
}

interface SaidPeriod {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** @param timeZone of days, and of times that say none */
export const limited = <Said extends SaidPeriod>(
  { from, to, ...others }: Said,
  timeZone: string,
): Omit<Said, 'from' | 'to'> & Period => ({
  ...others,
  ...(from !== undefined && { from: limitOf(from, timeZone) }),
  ...(to !== undefined && { to: limitOf(to, timeZone) }),
})

/** What is wrong with a period; undefined: nothing. */
export function periodMistake({ from, to }: Period): string | undefined {
  if (from === undefined || to === undefined || from.instant < to.instant) return undefined
  return `from ${from.instant} is not before to ${to.instant}; to is where it ends, exclusive`
}
