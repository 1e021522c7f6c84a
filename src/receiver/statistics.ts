/** What came in and where it is: received = duplicate + quarantined + pending + loaded + missed, for each destination. */
import type { LoadRecord } from '../../schemas/records.ts'
import type { BufferStats } from '../buffer/buffer.ts'
import type { DestinationStates } from './health.ts'
import { lateness } from './lateness.ts'

/** Of a consumer that nothing loads for now. */
const UNKNOWN = { late: 0, maxLag: null, told: null }

/** @param now microseconds since 1970 */
export function statistics(
  { received, duplicate, quarantined, quarantine, consumers }: BufferStats,
  states: DestinationStates,
  now: number,
) {
  const destinations = Object.entries(consumers).map(
    ([name, { pending, loaded, missed, oldestPendingAt, lastLoad }]) => {
      const known = states[name]
      const { state = null, reason = null, nextLoadAt = null, nextExportsAt } = known ?? {}
      const { late, maxLag, told } = known ? lateness(known, oldestPendingAt, now / 1000) : UNKNOWN
      return [
        name,
        {
          pending,
          loaded,
          missed,
          lag_seconds: oldestPendingAt === null ? 0 : Math.max(0, now - oldestPendingAt) / 1_000_000,
          late_seconds: late / 1000,
          max_lag_seconds: maxLag === null ? null : maxLag / 1000,
          state,
          reason: [reason, told].filter((each) => each !== null).join('; ') || null,
          next_load_at: nextLoadAt,
          ...(nextExportsAt && { next_exports_at: nextExportsAt }),
          last_load: lastLoad && lastLoadOf(lastLoad),
        },
      ]
    },
  )
  return { received, duplicate, quarantined, quarantine, destinations: Object.fromEntries(destinations) }
}

const lastLoadOf = ({ batchId, events, rows, startedAt, finishedAt, bytesBilled }: LoadRecord) => ({
  batch_id: batchId,
  events,
  rows,
  started_at: startedAt,
  finished_at: finishedAt,
  ...(bytesBilled !== null && { bytes_billed: bytesBilled }),
})
