/** What the faults have in common: a product on a folder of its own, events that were acknowledged, and what is there in the end. */
import { hash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { EventBuffer } from '../../../src/buffer/buffer.ts'
import { loadConfig } from '../../../src/config.ts'
import type { Random } from '../../../src/samples/random.ts'
import { sampleEvents } from '../../../src/samples/samples.ts'
import { openBuffer } from '../../../src/stores.ts'
import { type Running, startProcess, webhookUrl } from '../../processes.ts'
import { verify } from '../verify.ts'

export interface Try {
  /** Empty; the product's data goes into `data` in it. */
  readonly folder: string
  readonly random: Random
  readonly seed: number
}

export interface Outcome {
  readonly acknowledged: number
  /** Acknowledged events that are neither loaded nor in the quarantine. */
  readonly lost: number
}

type Settings = Readonly<Record<string, string>>

const START = new Date(Date.UTC(2026, 0, 5))

export const settingsOf = (dataDir: string, more: Settings = {}): Settings => ({
  PORT: '0',
  DATA_DIR: dataDir,
  LOAD_SCHEDULE: '* * * * * *',
  ...more,
})

export const startProduct = (dataDir: string, more: Settings = {}): Running =>
  startProcess('src/main.ts', [], { env: settingsOf(dataDir, more), cwd: '/' })

/** Bodies of different events. */
export const bodiesOf = (seed: number, count: number): string[] =>
  [...sampleEvents({ seed, count, start: START })].map((event) => JSON.stringify(event))

const idOf = (body: string) => hash('sha256', body, 'hex').slice(0, 32)

/** Sends the bodies in turn until `isOver`, or until the receiver is gone. @returns ids of the acknowledged events */
export async function send(url: string, bodies: Iterable<string>, isOver: () => boolean = () => false) {
  const acknowledged: string[] = []
  for (const body of bodies) {
    if (isOver()) break
    const response = await fetch(url, { method: 'POST', body }).catch(() => undefined)
    if (response === undefined) break
    await response.arrayBuffer()
    if (response.status === 202) acknowledged.push(idOf(body))
    else if (response.status !== 503) throw new Error(`send: the receiver answered ${response.status}`)
  }
  return acknowledged
}

export async function stop(product: Running): Promise<void> {
  product.kill('SIGTERM')
  const { code, errors } = await product.ended
  if (code !== 0) throw new Error(`stop the product: it ended with code ${code} instead of 0: ${errors}`)
}

/** Lets the product load everything that the folder has, and looks for what was acknowledged. */
export async function settle(dataDir: string, acknowledged: readonly string[], more: Settings = {}): Promise<Outcome> {
  const product = startProduct(dataDir, more)
  try {
    await webhookUrl(product)
    const config = loadConfig({ env: settingsOf(dataDir, more), cwd: '/' })
    const buffer = openBuffer(config)
    try {
      await untilLoaded(buffer)
      await stop(product)
      const aside = new Set((await buffer.listQuarantined()).map(({ id }) => id))
      const stored = await storedIn(buffer)
      const lost = acknowledged.filter((id) => !stored.has(id) && !aside.has(id)).length
      if (stored.size > 0) await verify(config, buffer, [])
      return { acknowledged: acknowledged.length, lost }
    } finally {
      await buffer.close()
    }
  } finally {
    product.kill('SIGKILL')
    await product.ended
  }
}

/** Ids of the kept events, those that were taken out as well: they are in the quarantine as the bytes that are left of them. */
async function storedIn(buffer: EventBuffer): Promise<Set<string>> {
  const ids = new Set<string>()
  const every = Number.POSITIVE_INFINITY
  const limits = { events: every, bytes: every, values: every }
  for await (const { events } of buffer.kept({ from: 0, to: Number.MAX_SAFE_INTEGER }, 'all', limits)) {
    for (const { id } of events) ids.add(id)
  }
  return ids
}

/** Milliseconds without any progress after which loading is stuck. */
const STUCK_AFTER = 180_000

async function untilLoaded(buffer: EventBuffer): Promise<void> {
  let [least, deadline] = [Number.POSITIVE_INFINITY, 0]
  for (;;) {
    const { consumers } = await buffer.stats()
    const pending = Object.values(consumers).reduce((sum, consumer) => sum + consumer.pending, 0)
    if (pending === 0) return
    if (pending < least) [least, deadline] = [pending, Date.now() + STUCK_AFTER]
    if (Date.now() > deadline) throw new Error(`load: ${pending} events are stuck`)
    await pause(50)
  }
}
