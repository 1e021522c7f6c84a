/** From what was sent to what it says: waits until it is loaded, then asks the warehouse. */
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { queryFile } from '../src/destinations/duckdb/query.ts'
import { formatTable } from './table.ts'
import { whenFree } from './when-free.ts'

/** NPS by the plan that respondents were on when they answered, with its 95 % interval. */
const FIRST_QUERY = `SELECT form_name, value AS plan, n, round(score, 1) AS nps, round(ci_low, 1) AS ci_low, round(ci_high, 1) AS ci_high
FROM nps_by_attribute
WHERE scope = 'user' AND attribute = 'plan'
ORDER BY form_name, nps DESC`

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
    const stats = statsSchema.safeParse(await readJson(url))
    if (!stats.success) {
      say(`GET ${url} does not tell what is loaded; ask the receiver's warehouse once it is.`)
      return false
    }
    const state = stats.data.destinations[destination]
    if (state === undefined) {
      say(`The receiver does not load into ${destination}; add it to DESTINATIONS to ask SQL about the samples.`)
      return false
    }
    if (state.pending === 0) return true
    if (first) {
      const next = state.next_load_at === null ? 'is not set' : `is at ${state.next_load_at}`
      say(`Waiting for ${state.pending} events to be loaded into ${destination}; the next scheduled load ${next}.`)
      say('To load at once: npm run load in another terminal, with the settings of the receiver.')
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

/** undefined when it is none, as behind a proxy that lets webhooks alone through. */
const readJson = async (url: string): Promise<unknown> => (await fetch(url)).json().catch(() => undefined)

/**
 * The query and its result, as text for the terminal. A load that holds the file is waited for.
 * @param wait seconds
 * @param eventId of an event that the receiver has loaded: where it is not, the receiver loads into another warehouse
 */
export async function firstAnswer(warehouse: string, eventId: string, wait: number): Promise<string> {
  const ask = (sql: string) => whenFree(() => queryFile(warehouse, sql), wait)
  const find = `SELECT 1 FROM webhook_events WHERE event_id = '${eventId}'`
  if (!existsSync(warehouse) || (await ask(find)).rows.length === 0) {
    return `The receiver has another warehouse than ${warehouse}: set DATA_DIR as it is there, or ask that one:\n\n${FIRST_QUERY};`
  }
  const { columns, rows } = await ask(FIRST_QUERY)
  return `${FIRST_QUERY};\n\n${formatTable(columns, rows)}`
}
