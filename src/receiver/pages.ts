/**
 * What may be read. No secret is asked for: these hold counts, states and reasons, nothing that was received. Where even
 * those are private, keep the paths from outside at the proxy in front, as the address to listen on is loopback by default.
 */
import type { BufferStats, EventBuffer } from '../buffer/buffer.ts'
import { PermanentError, reasonOf, TransientError } from '../errors.ts'
import { type Answer, answers, WEBHOOK_PATH } from './answers.ts'
import { type Condition, checkHealth, type DestinationStates, type Unreadable } from './health.ts'
import { statistics } from './statistics.ts'

export interface PageOptions {
  readonly buffer: EventBuffer
  readonly destinations: () => DestinationStates
  readonly condition: Condition
  /** Why another server may begin beside this one; undefined while none can. */
  readonly lockLost: () => string | undefined
}

/** By path. */
export type Pages = ReadonlyMap<string, () => Promise<Answer>>

const HINT = `This is refiner-warehouse: it receives Refiner webhooks and loads them into tables.

Send webhooks to  POST ${WEBHOOK_PATH}
How it does       GET /health
What came in      GET /stats
`

export function createPages(options: PageOptions): Pages {
  const ready = () => health(options)
  return new Map<string, () => Promise<Answer>>([
    ['/', async () => ({ status: 200, body: HINT })],
    ['/health', ready],
    ['/health/live', async () => ({ status: 200, body: { status: 'live' } })],
    ['/health/ready', ready],
    ['/stats', () => stats(options)],
  ])
}

async function health({ buffer, destinations, condition, lockLost }: PageOptions): Promise<Answer> {
  const checks = checkHealth({
    condition,
    destinations: destinations(),
    stats: await readStats(buffer),
    lockLost: lockLost(),
    now: Date.now(),
  })
  const ready = checks.every(({ ok }) => ok)
  return { status: ready ? 200 : 503, body: { status: ready ? 'ready' : 'not ready', checks } }
}

async function stats({ buffer, destinations }: PageOptions): Promise<Answer> {
  const read = await readStats(buffer)
  if ('unreadable' in read) return answers.unavailable(read.unreadable)
  return { status: 200, body: statistics(read, destinations(), Date.now() * 1000) }
}

/** Whatever is wrong with the buffer, these pages say so. Its errors name files and ways out, and quote nothing that is stored. */
async function readStats(buffer: EventBuffer): Promise<BufferStats | Unreadable> {
  try {
    return await buffer.stats()
  } catch (error) {
    if (error instanceof TransientError || error instanceof PermanentError) return { unreadable: reasonOf(error) }
    throw error
  }
}
