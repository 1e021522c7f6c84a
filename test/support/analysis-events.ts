/** Half a year of invented survey traffic, the same on every day and machine: what docs/analysis.md asks about. */
import { hash } from 'node:crypto'
import type { Destination } from '../../src/destinations/destination.ts'
import { flatten } from '../../src/flatten/flatten.ts'
import { sampleEvents } from '../../src/samples/samples.ts'

const EVENTS = { seed: 2026, count: 20_000, start: new Date('2026-01-01T00:00:00Z'), secondsBetween: 2000 }
const PER_BATCH = 5000

/** Loads all of it in the order of its times, in batches, and makes the views. */
export async function loadAnalysisEvents(destination: Destination): Promise<void> {
  const { signal } = new AbortController()
  const all = [...sampleEvents(EVENTS)].map((event, at) => {
    const body = JSON.stringify(event)
    const receivedAt = EVENTS.start.getTime() * 1000 + at
    return { id: hash('sha256', body, 'hex').slice(0, 32), seq: at + 1, receivedAt, source: 'webhook' as const, body }
  })
  let follows: string | null = null
  await destination.prepare()
  for (let first = 0; first < all.length; first += PER_BATCH) {
    const events = all.slice(first, first + PER_BATCH)
    const id: string = `analysis-${first}`
    await destination.load(flatten({ id, follows, firstSeq: first + 1, lastSeq: first + events.length, events }), {
      signal,
    })
    follows = id
  }
  await destination.refreshViews?.()
  await destination.close()
}
