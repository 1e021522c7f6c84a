/** From what was sent to what it says: waits until it is loaded, then asks the warehouse. */
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { queryFile } from '../src/destinations/duckdb/query.ts'
import { formatTable } from './table.ts'
import { whenFree } from './when-free.ts'

/** NPS by the plan that respondents were on when they answered, with its 95 % interval. */
export const FIRST_QUERY = `SELECT value AS plan, n, round(score, 1) AS nps, round(ci_low, 1) AS ci_low, round(ci_high, 1) AS ci_high
FROM nps_by_attribute
WHERE scope = 'user' AND attribute = 'plan'
ORDER BY nps DESC`

const statsSchema = z.object({
  destinations: z.record(z.string(), z.object({ pending: z.number(), next_load_at: z.string().nullable() })),
})

export interface Waiting {
  /** Of the receiver, such as `http://127.0.0.1:8080/stats`. */
  readonly url: string
  /** Milliseconds. */
  readonly atMost: number
  readonly say: (text: string) => void
}

const LOOK_EVERY = 500

/** @returns false when there is no such destination, or it did not load in time; then it was said why. */
export async function waitUntilLoaded(destination: string, { url, atMost, say }: Waiting): Promise<boolean> {
  const deadline = Date.now() + atMost
  for (let first = true; ; first = false) {
    const state = statsSchema.parse(await (await fetch(url)).json()).destinations[destination]
    if (state === undefined) {
      say(`The receiver does not load into ${destination}; add it to DESTINATIONS to ask SQL about the samples.`)
      return false
    }
    if (state.pending === 0) return true
    if (first) {
      const next = state.next_load_at === null ? 'is not set' : `is at ${state.next_load_at}`
      say(`Waiting for ${state.pending} events to be loaded into ${destination}; the next scheduled load ${next}.`)
      say('To load at once: npm run load in another terminal.')
    }
    if (Date.now() >= deadline) {
      say(
        `Still ${state.pending} events are pending after ${atMost / 1000} s; GET ${new URL('/health/ready', url).href} says why.`,
      )
      return false
    }
    await pause(LOOK_EVERY)
  }
}

/** The query and its result, as text for the terminal. A load that holds the file is waited for. */
export async function firstAnswer(warehouse: string): Promise<string> {
  const query = `${FIRST_QUERY};\n`
  if (!existsSync(warehouse)) return `${query}\nThe warehouse is not on this machine at ${warehouse}; ask it there.`
  const { columns, rows } = await whenFree(() => queryFile(warehouse, FIRST_QUERY))
  return `${query}\n${formatTable(columns, rows)}`
}
