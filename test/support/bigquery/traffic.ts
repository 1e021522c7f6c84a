/** When batches are loaded into BigQuery under steady traffic: by the schedule, by what may wait, and by the limits of batches. */
import type { Config } from '../../../src/config.ts'
import { loadsPerDay } from '../../../src/load/schedule.ts'
import { batchLimits } from '../../../src/stores.ts'

export const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const DAYS = 365

/** Of the bodies of src/samples, on average. */
const BODY = { bytes: 2000, commas: 71 }

/** Batches on each day of a year. @param leastInterval of the destination, in milliseconds */
export function batchesByDay(config: Config, eventsPerHour: number, leastInterval: number): number[] {
  const days: number[] = Array.from({ length: DAYS }, () => 0)
  const limits = batchLimits(config, 'bigquery')
  const perBatch = Math.floor(Math.min(limits.events, limits.bytes / BODY.bytes, limits.values / BODY.commas))
  const every = Math.max(Math.round(DAY / loadsPerDay(config.loadSchedule) / MINUTE) * MINUTE, leastInterval)
  let pending = 0
  let next = every
  for (let now = MINUTE; now <= DAYS * DAY; now += MINUTE) {
    pending += (eventsPerHour * MINUTE) / (60 * MINUTE)
    if (now < next && pending < config.loadWhenPending) continue
    if (now >= next) next += every
    const day = Math.ceil(now / DAY) - 1
    days[day] = (days[day] ?? 0) + Math.ceil(Math.floor(pending) / perBatch)
    pending -= Math.floor(pending)
  }
  return days
}
