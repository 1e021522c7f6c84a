/**
 * What may be read. No secret is asked for: these hold counts, states and reasons, nothing that was received. Where even
 * those are private, keep the paths from outside at the proxy in front, as the address to listen on is loopback by default.
 */
import type { EventBuffer } from '../buffer/buffer.ts'
import { type Answer, WEBHOOK_PATH } from './answers.ts'
import { type Condition, checkHealth, type DestinationStates } from './health.ts'
import { statistics } from './statistics.ts'

export interface PageOptions {
  readonly buffer: EventBuffer
  readonly destinations: () => DestinationStates
  readonly condition: Condition
}

/** By path. */
export type Pages = ReadonlyMap<string, () => Promise<Answer>>

const HINT = `This is refiner-warehouse: it receives Refiner webhooks and loads them into tables.

Send webhooks to  POST ${WEBHOOK_PATH}
How it does       GET /health/ready
What came in      GET /stats
`

export function createPages({ buffer, destinations, condition }: PageOptions): Pages {
  return new Map<string, () => Promise<Answer>>([
    ['/', async () => ({ status: 200, body: HINT })],
    ['/health/live', async () => ({ status: 200, body: { status: 'live' } })],
    [
      '/health/ready',
      async () => {
        const checks = checkHealth(condition, destinations(), await buffer.stats(), Date.now())
        const ready = checks.every(({ ok }) => ok)
        return { status: ready ? 200 : 503, body: { status: ready ? 'ready' : 'not ready', checks } }
      },
    ],
    [
      '/stats',
      async () => ({ status: 200, body: statistics(await buffer.stats(), destinations(), Date.now() * 1000) }),
    ],
  ])
}
