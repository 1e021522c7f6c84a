/** What flattening costs beside the parsing of JSON that nothing can do without. Both take turns on the same bodies. */
import { eventTables } from '../schemas/tables.ts'
import type { Batch, StoredEvent } from '../src/buffer/buffer.ts'
import { flatten as flattenBatch } from '../src/flatten/flatten.ts'
import { sampleEvents } from '../src/samples/samples.ts'
import { type Measure, median, round } from './result.ts'

const EVENTS = 8000

export const flatten: Measure = async ({ quick }) => {
  const batch = sampleBatch('a', 1, EVENTS, new Date('2026-01-01'))
  const parsing: number[] = []
  const flattening: number[] = []
  const [warmUp, rounds] = quick ? [1, 3] : [5, 25]
  for (let round = 0; round < warmUp + rounds; round++) {
    const parse = timed(() => batch.events.map(({ body }): unknown => JSON.parse(body)))
    const whole = timed(() => flattenBatch(batch))
    if (round < warmUp) continue
    parsing.push(EVENTS / parse)
    flattening.push(EVENTS / whole)
  }
  return [
    {
      name: 'flatten',
      what: `Events per second from stored body to rows of ${Object.keys(eventTables).length} tables, against JSON.parse alone on the same bodies`,
      how: `Batches of ${EVENTS} events, in turn; the median of the ratios`,
      value: round(median(flattening.map((rate, at) => rate / (parsing[at] ?? Number.NaN)))),
      unit: 'of JSON.parse',
      goal: { bound: 'at least', value: 0.5 },
      limit: 'Of its time, JSON.parse itself takes this share; the rest are versions, rows and their texts',
      seen: {
        flattened_per_second: round(median(flattening), 0),
        parsed_per_second: round(median(parsing), 0),
        body_bytes: round(batch.events.reduce((sum, { body }) => sum + body.length, 0) / EVENTS, 0),
      },
    },
  ]
}

/** Sample events as the buffer would hand them out. */
export function sampleBatch(id: string, seed: number, count: number, start: Date): Batch {
  const events = [...sampleEvents({ seed, count, start })].map(
    (event, at): StoredEvent => ({
      id: `${seed.toString(16).padStart(16, '0')}${at.toString(16).padStart(16, '0')}`,
      seq: at + 1,
      receivedAt: start.getTime() * 1000 + at,
      source: 'webhook',
      body: JSON.stringify(event),
    }),
  )
  return { id, follows: null, firstSeq: 1, lastSeq: count, events }
}

/** Seconds. */
function timed(work: () => unknown): number {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1000
}
