/** When to load: at the times of a cron expression, and as soon as a look at what is pending says so. */
import { Cron } from 'croner'

/** How often what is pending is looked at, in milliseconds. It is a count by arithmetic, so looking costs nothing. */
const LOOK_EVERY = 1_000

export interface Schedule {
  /** ISO 8601, UTC; null when the expression has no next time. */
  nextAt(): string | null
  stop(): void
}

export interface ScheduleOptions {
  /** Five fields, or six with seconds first; in the machine's time zone. */
  readonly cron: string
  /** Milliseconds from one load to the next, at least: what comes sooner waits until then, and is one load. */
  readonly leastInterval: number
  /** Loads what is pending. */
  readonly load: () => void
  /** Whether to load now, ahead of the expression. */
  readonly isDue: () => Promise<boolean>
  readonly onError: (error: unknown) => void
}

export function startSchedule({ cron, leastInterval, load, isDue, onError }: ScheduleOptions): Schedule {
  let last = Number.NEGATIVE_INFINITY
  let waiting = false
  const isTooSoon = () => {
    const left = last + leastInterval - Date.now()
    // Longer than that it is only when the clock was set back.
    return left > 0 && left <= leastInterval
  }
  const loadOrWait = () => {
    waiting = isTooSoon()
    if (waiting) return
    last = Date.now()
    load()
  }
  const times = startTimes(cron, loadOrWait)
  const looks = setInterval(() => {
    if (waiting) loadOrWait()
    else
      isDue().then((due) => {
        if (due) loadOrWait()
      }, onError)
  }, LOOK_EVERY)
  return {
    nextAt() {
      const next = waiting ? last + leastInterval : timeAfter(cron, Date.now())
      const possible = isTooSoon() ? Math.max(next, last + leastInterval) : next
      return Number.isFinite(possible) ? new Date(possible).toISOString() : null
    },
    stop() {
      times.stop()
      clearInterval(looks)
    },
  }
}

/** So many times of an expression are looked at; further ones come at the same pace. */
const LOOKED_AT = 2000
const DAY = 86_400_000

/** How often a cron expression comes on average. */
export function loadsPerDay(cron: string): number {
  const times = new Cron(cron, { paused: true }).nextRuns(LOOKED_AT)
  const [first, last] = [times[0], times.at(-1)]
  if (first === undefined || last === undefined || first === last) return 0
  return ((times.length - 1) * DAY) / (last.getTime() - first.getTime())
}

/** ISO 8601, UTC; null when the expression has no next time. */
export const nextTime = (cron: string): string | null =>
  new Cron(cron, { paused: true }).nextRun()?.toISOString() ?? null

/** The next time of an expression after another, in milliseconds since 1970; Infinity when there is none. */
export const timeAfter = (cron: string, time: number): number =>
  new Cron(cron, { paused: true }).nextRun(new Date(time))?.getTime() ?? Number.POSITIVE_INFINITY

/** So many next times are looked at, which is enough for expressions that seldom come; */
const NEXT_TIMES = 100
/** and as to those that come often, how long it is to the next time from each hour of so many. */
const HOURS = 8 * 24
const HOUR = 3_600_000

/** Milliseconds that an expression leaves between two of its times, at most: over a weekend, for one that comes on weekdays. */
export function largestGap(cron: string): number {
  const times = new Cron(cron, { paused: true }).nextRuns(NEXT_TIMES).map((time) => time.getTime())
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? time))
  const from = times[0] ?? 0
  const waits = Array.from({ length: HOURS }, (_, hour) => timeAfter(cron, from + hour * HOUR) - from - hour * HOUR)
  return Math.max(0, ...gaps, ...waits.filter(Number.isFinite))
}

/** Calls back at each time of a cron expression, until the function that it returns is called. */
export function everyTime(cron: string, task: () => void): () => void {
  const times = startTimes(cron, task)
  return () => times.stop()
}

/** Croner counts on from its last time: after the clock was set back, nothing would come until it is as late again. */
function startTimes(cron: string, task: () => void): { stop(): void } {
  let times = new Cron(cron, task)
  let seen = Date.now()
  const looks = setInterval(() => {
    const now = Date.now()
    if (now < seen) {
      times.stop()
      times = new Cron(cron, task)
    }
    seen = now
  }, LOOK_EVERY)
  return {
    stop() {
      times.stop()
      clearInterval(looks)
    },
  }
}
