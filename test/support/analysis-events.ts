/** Half a year of invented survey traffic, the same on every day and machine: what docs/analysis.md asks about. */
import { hash } from 'node:crypto'
import { batchOf } from '../../src/buffer/batch.ts'
import type { StoredEvent } from '../../src/buffer/buffer.ts'
import type { Destination } from '../../src/destinations/destination.ts'
import { flatten } from '../../src/flatten/flatten.ts'
import { sampleEvents } from '../../src/samples/samples.ts'

const SAMPLES = { seed: 2026, count: 10_000, start: new Date('2026-01-01T00:00:00Z'), secondsBetween: 4100 }

/** Loads all of it, and makes the views. */
export async function loadAnalysisEvents(destination: Destination): Promise<void> {
  const { signal } = new AbortController()
  const batch = batchOf('analysis', null, [...sampleEvents(SAMPLES)].map(stored))
  if (batch === undefined) throw new Error('load the events of docs/analysis.md: there are none')
  await destination.prepare()
  await destination.load(flatten(batch), { signal })
  await destination.refreshViews?.({ signal })
  await destination.close()
}

function stored(event: object, at: number): StoredEvent {
  const body = JSON.stringify(event)
  const receivedAt = SAMPLES.start.getTime() * 1000 + at
  return { id: hash('sha256', body, 'hex').slice(0, 32), seq: at + 1, receivedAt, source: 'webhook', body }
}
