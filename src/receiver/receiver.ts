/** The receiver: put together, started and stopped. */
import type { EventBuffer } from '../buffer/buffer.ts'
import type { WebhookAuth } from '../config/schema.ts'
import type { Log } from '../log.ts'
import { WEBHOOK_PATH } from './answers.ts'
import { createApp } from './app.ts'
import type { Condition, DestinationStates } from './health.ts'
import { createPages } from './pages.ts'
import { createRefusals } from './refusals.ts'
import { SERVER_LIMITS, type ServerLimits, startServer } from './server.ts'
import { createWebhook } from './webhook.ts'

export interface ReceiverOptions {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Any of them is good; without one, everything is accepted. */
  readonly secrets: readonly string[]
  readonly auth: WebhookAuth
  /** Bytes, before and after inflation. */
  readonly bodyLimit: number
  readonly buffer: EventBuffer
  readonly destinations: () => DestinationStates
  /** Why another server may begin beside this one; undefined while none can. */
  readonly lockLost: () => string | undefined
  readonly log: Log
  readonly limits?: Partial<ServerLimits>
}

export interface Receiver {
  /** Where webhooks are received. */
  readonly url: string
  /** Stops accepting, answers what is in flight, closes every connection. */
  stop(): Promise<void>
}

/** @throws PermanentError when the address cannot be listened on */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { auth, host, limits, log, port } = options
  const condition: Condition = { stopping: false, failure: null }
  const refusals = createRefusals(log)
  const app = createApp({
    webhook: createWebhook({ ...options, condition }),
    secretInPath: auth.kind === 'any' || auth.kind === 'path',
    pages: createPages({ ...options, condition }),
    condition,
    refusals,
    log,
  })
  const handle = app.callback()
  const server = await startServer((request, response) => void handle(request, response), {
    host,
    port,
    limits: { ...SERVER_LIMITS, ...limits },
  })
  return {
    url: `${server.origin}${WEBHOOK_PATH}`,
    async stop() {
      condition.stopping = true
      await server.stop()
      refusals.flush()
    },
  }
}
