/** How far a destination is behind its schedule, and whether that is told as a fault. */

/** When events should be loaded. Milliseconds, and times in milliseconds since 1970. */
export interface Punctuality {
  /** How far behind the schedule is no fault. */
  readonly maxLag: number
  /** When the schedule has an event loaded that arrived then; Infinity: never. */
  dueAt(arrivedAt: number): number
}

export interface Lateness {
  /** Milliseconds since the oldest pending event should have been loaded; 0 when that is still to come, or none is pending. */
  readonly late: number
  readonly maxLag: number
  readonly isFault: boolean
  /** null: it is no fault. */
  readonly told: string | null
}

/**
 * An event from the future is not late: the clock was set back since it arrived.
 * @param oldest arrival of the oldest pending event, in microseconds; null when none is pending
 * @param now milliseconds since 1970
 */
export function lateness(
  { punctuality }: { readonly punctuality: Punctuality },
  oldest: number | null,
  now: number,
): Lateness {
  const late = oldest === null ? 0 : Math.max(0, now - punctuality.dueAt(oldest / 1000))
  if (late === 0) return { late, maxLag: punctuality.maxLag, isFault: false, told: null }
  const { maxLag } = punctuality
  const isFault = late > maxLag
  const told = `its oldest event should have been loaded ${durationOf(late)} ago, and ${durationOf(maxLag)} are allowed (MAX_LAG); ${WAY_OUT}`
  return { late, maxLag, isFault, told: isFault ? told : null }
}

const WAY_OUT = 'npm run load loads now, or says what is in the way'

const UNITS = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
  ['seconds', 1000],
] as const

/** In the largest unit of which it is at least two. */
function durationOf(milliseconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => milliseconds >= 2 * each) ?? UNITS[3]
  return `${Math.round(milliseconds / length)} ${unit}`
}
