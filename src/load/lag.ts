/** Whether a destination keeps up with its schedule: when an event should be loaded, and how much later is a fault. */
import { largestGap, timeAfter } from './schedule.ts'

/** Of a destination. Milliseconds, and times in milliseconds since 1970. */
export interface Punctuality {
  /** How far behind the schedule is no fault. */
  readonly maxLag: number
  /** When the schedule has an event loaded that arrived then: not before this process can have done it. Infinity: never. */
  dueAt(arrivedAt: number): number
}

export interface PunctualityOptions {
  readonly cron: string
  /** Between runs of loads, at least. */
  readonly leastInterval: number
  /** undefined: three times as long as the schedule ever leaves between two loads, and a minute at least. */
  readonly maxLag: number | undefined
}

const TIMES = 3
/** Milliseconds. A loader that starts again takes seconds. */
const LEAST = 60_000

export function punctualityOf({ cron, leastInterval, maxLag }: PunctualityOptions): Punctuality {
  let usual: number | undefined
  const begun = performance.now()
  /** By the clock as it is now, which may have been set since. */
  const startedAt = () => Date.now() - (performance.now() - begun)
  return {
    get maxLag() {
      usual ??= Math.max(LEAST, TIMES * Math.max(largestGap(cron), leastInterval))
      return maxLag === undefined ? usual : Math.max(maxLag, leastInterval)
    },
    dueAt: (arrivedAt) => timeAfter(cron, Math.max(arrivedAt, startedAt())) + leastInterval,
  }
}
