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
  const times = new Cron(cron, loadOrWait)
  const looks = setInterval(() => {
    if (waiting) loadOrWait()
    else
      isDue().then((due) => {
        if (due) loadOrWait()
      }, onError)
  }, LOOK_EVERY)
  return {
    nextAt() {
      const next = waiting ? new Date(last + leastInterval) : times.nextRun()
      return next && new Date(Math.max(next.getTime(), last + leastInterval)).toISOString()
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

/** Calls back at each time of a cron expression, until the function that it returns is called. */
export function everyTime(cron: string, task: () => void): () => void {
  const times = new Cron(cron, task)
  return () => times.stop()
}
