/** Refused requests in the log: the first at once, then counts by status now and then, however many come. */
import type { Log } from '../log.ts'

export interface Refusals {
  count(status: number): void
  /** Logs what has gathered. */
  flush(): void
}

/** Milliseconds. */
const WINDOW = 10_000

export function createRefusals(log: Log, window: number = WINDOW): Refusals {
  let counts: Record<number, number> = {}
  let timer: NodeJS.Timeout | undefined

  const report = () => {
    if (Object.keys(counts).length > 0) log.warn({ refused: counts }, 'refused requests, by status')
    counts = {}
  }
  const elapsed = () => {
    timer = undefined
    if (Object.keys(counts).length === 0) return
    report()
    rest()
  }
  const rest = () => {
    timer = setTimeout(elapsed, window).unref()
  }

  return {
    count(status) {
      counts[status] = (counts[status] ?? 0) + 1
      if (timer !== undefined) return
      report()
      rest()
    },
    flush() {
      clearTimeout(timer)
      timer = undefined
      report()
    },
  }
}
