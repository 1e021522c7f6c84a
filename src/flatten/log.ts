/** The events themselves, and the values of theirs that did not fit. */
import type { EventRecord } from '../../schemas/records.ts'
import { rejectedValues, webhookEvents } from '../../schemas/tables/log.ts'
import { outputOf } from './output.ts'

export function logRows() {
  const events = outputOf(webhookEvents)
  const rejected = outputOf(rejectedValues)
  return {
    add(event: EventRecord, newestTime: string): void {
      events.put({ event, newestTime })
      if (event.rejected.length === 0) return
      const paths = new Set<string>()
      for (const value of event.rejected) {
        // A text may be made safe and then not fit: the first note has it as it was sent.
        if (!paths.has(value.path)) rejected.put({ event, newestTime, value })
        paths.add(value.path)
      }
    },
    rows: () => ({ webhook_events: events.rows, rejected_values: rejected.rows }),
  }
}
