/**
 * A fake BigQuery over real HTTP, for the real client: datasets, tables with etags, uploads, jobs that wait, run and end, and faults
 * by name at every step.
 *
 * It does not run SQL. It recognises the two statements of the loader by their form: the one that makes a pipeline's row in the
 * state, and the transaction of a batch. For that one it compares the fence with its state, and merges what stands in its own
 * staging tables by the reference in memory (src/destinations/memory.ts). So it proves what the loader does around the
 * transaction: what is staged, under which ids, how often it is committed, and what follows after faults. What the SQL means
 * is proven on an emulator with an engine (test/emulator).
 */
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { LoadRecord } from '../../schemas/records.ts'
import { answerOf } from './bigquery/answers.ts'
import { due, type Fault, goOn, type Outcome, type Planned, suffer } from './bigquery/faults.ts'
import { type Request, routeOf, type Step } from './bigquery/routes.ts'
import { newWorld, tablesOf, type World } from './bigquery/world.ts'
import type { Tables } from './rows.ts'

export interface FakeBigquery {
  readonly endpoint: string
  readonly world: World
  /** Every request so far. */
  readonly requests: { readonly step: Step; readonly request: Request }[]
  /** This happens once, when the step is asked for next, or so many times later. */
  inject(step: Step, fault: Fault, after?: number): void
  /** Faults that did not happen yet. */
  pending(): number
  /** Resolves when a fault happens. */
  met(): Promise<void>
  /**
   * At the nth request (from 1, counted from now), before it is done or after, this happens; then its connection breaks, and
   * every one from then on.
   */
  dieAt(request: number, when: 'before' | 'after', die?: () => Promise<unknown>): void
  /** Ends all faults and all waits. @returns whether it was dead */
  heal(): Promise<boolean>
  /** What was committed, by the reference. */
  tables(): Tables
  commits(): readonly LoadRecord[]
  stop(): void
}

interface Life {
  left: number
  when: 'before' | 'after'
  die: () => Promise<unknown>
  dead: boolean
}

const ALIVE = { left: Number.POSITIVE_INFINITY, when: 'before', die: async () => {}, dead: false } as const

export async function fakeBigquery(): Promise<FakeBigquery> {
  const world = newWorld()
  const planned: Planned[] = []
  const requests: { step: Step; request: Request }[] = []
  const faults = new EventEmitter()
  const life: Life = { ...ALIVE }

  const answer = async (incoming: IncomingMessage): Promise<Outcome> => {
    if (isUpload(incoming) && due(planned, 'upload', true) !== undefined) {
      faults.emit('met')
      await once(incoming, 'data')
      return 'broken'
    }
    const request = await read(incoming)
    const { step, handle } = routeOf(request)
    requests.push({ step, request })
    life.left -= 1
    if (life.left <= 0) {
      // All that are under way at this moment die together.
      const first = !life.dead
      life.dead = true
      if (first && life.when === 'after') await handle(world).catch(answerOf)
      if (first) await life.die()
      return 'broken'
    }
    const fault = due(planned, step, false)
    if (fault === undefined) return handle(world)
    faults.emit('met')
    return suffer(fault, world, request, handle)
  }

  const { endpoint, stop } = await serve(answer)
  return {
    endpoint,
    world,
    requests,
    inject: (step, fault, after = 0) => void planned.push({ step, fault, after, times: 1 }),
    pending: () => planned.filter(({ times }) => times > 0).length,
    met: async () => void (await once(faults, 'met')),
    dieAt(request, when, die = ALIVE.die) {
      Object.assign(life, { left: request, when, die, dead: false })
    },
    async heal() {
      const { dead } = life
      planned.length = 0
      Object.assign(life, ALIVE)
      await goOn(world)
      return dead
    },
    tables: () => tablesOf(world),
    commits: () => world.commits,
    stop,
  }
}

const isUpload = ({ url = '' }: IncomingMessage) => url.startsWith('/upload/')

async function read(incoming: IncomingMessage): Promise<Request> {
  const body = await buffer(incoming)
  const url = new URL(incoming.url ?? '/', 'http://fake')
  return { method: incoming.method ?? '', url, headers: incoming.headers, body }
}

async function serve(answer: (incoming: IncomingMessage) => Promise<Outcome>) {
  const server = createServer((incoming, response) => {
    answer(incoming)
      // What the fake itself cannot do is told as what no test expects.
      .catch(answerOf)
      .catch((error: unknown) => ({ status: 501, body: String(error) }))
      .then((outcome) => send(outcome, response))
      .catch(() => response.destroy())
  })
  // It closes no connection by itself, which would be a fault that nobody asked for.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('start the fake: no port')
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { endpoint: `http://127.0.0.1:${address.port}`, stop }
}

function send(outcome: Outcome, response: ServerResponse): void {
  if (outcome === 'silent') return
  if (outcome === 'broken') {
    response.socket?.resetAndDestroy()
    return
  }
  if (outcome === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
    response.write('{"jobReference":', () => response.socket?.resetAndDestroy())
    return
  }
  const { status, body } = outcome
  const isText = typeof body === 'string'
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json' })
  response.end(body === undefined ? undefined : isText ? body : JSON.stringify(body))
}
