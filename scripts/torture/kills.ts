/**
 * The product on real files, killed again and again at random moments: while it starts, while it receives, while it
 * loads. The seed decides what is sent and what is tried; the moments also depend on the machine, so no run repeats
 * another exactly.
 */
import { mkdir } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { EventBuffer } from '../../src/buffer/buffer.ts'
import { loadConfig } from '../../src/config.ts'
import { createRandom, type Random } from '../../src/samples/random.ts'
import { openBuffer } from '../../src/stores.ts'
import { type Ended, type Running, startProcess, webhookUrl } from '../processes.ts'
import { createTraffic, type Traffic } from './traffic.ts'
import { checkEquation, verify } from './verify.ts'

export interface TortureOptions {
  readonly kills: number
  readonly seed: number
  /** Where the product keeps its data; empty or missing. */
  readonly dataDir: string
  readonly onKill: () => void
}

export interface TortureReport {
  readonly kills: number
  /** Kills before the product listened, and after it had loaded at least one batch. */
  readonly whileStarting: number
  readonly afterLoading: number
  readonly acknowledged: number
  readonly redelivered: number
  /** In each warehouse. */
  readonly events: number
}

/** Milliseconds. */
const SECOND = 1_000
const START_UP = 700
/** About what a load of a few batches takes. */
const LOAD = 600
/** How long a moment that does not come is waited for. */
const PATIENCE = 20_000
/** How long the last load may go without getting on. */
const STUCK_AFTER = 60_000

/** @throws an error that says what is violated first */
export async function torture({ kills, seed, dataDir, onKill }: TortureOptions): Promise<TortureReport> {
  const random = createRandom(seed)
  const traffic = createTraffic(seed, random)
  const env = {
    PORT: '0',
    DATA_DIR: dataDir,
    DESTINATIONS: 'duckdb,csv',
    LOAD_SCHEDULE: '* * * * * *',
    LOAD_WHEN_PENDING: '50',
    BATCH_MAX_EVENTS: '60',
  }
  await mkdir(dataDir, { recursive: true })
  const start = () => startProcess('src/main.ts', [], { env, cwd: dataDir })
  let [whileStarting, afterLoading] = [0, 0]
  for (let kill = 0; kill < kills; kill++) {
    const { output } = await liveAndDie(start(), traffic, random)
    if (!output.includes('"receiving webhooks"')) whileStarting++
    if (output.includes('"batch_id"')) afterLoading++
    onKill()
  }
  await stopWhileSending(start(), traffic)

  const config = loadConfig({ env, cwd: dataDir })
  const buffer = openBuffer(config)
  const product = start()
  try {
    await Promise.race([waitUntilLoaded(buffer), failedBy(product)])
    await stop(product)
    const { events } = await verify(config, buffer, traffic.acknowledged)
    return {
      kills,
      whileStarting,
      afterLoading,
      acknowledged: traffic.acknowledged.size,
      redelivered: traffic.redelivered(),
      events,
    }
  } finally {
    product.kill('SIGKILL')
    await buffer.close()
  }
}

async function liveAndDie(product: Running, traffic: Traffic, random: Random): Promise<Ended> {
  const sending = webhookUrl(product).then(traffic.sendTo, () => {})
  await momentToDie(product, random)
  product.kill('SIGKILL')
  const end = await product.ended
  if (end.code !== null) {
    throw new Error(`run the product: it ended by itself with code ${end.code}: ${end.errors}${end.output}`)
  }
  await sending
  complain(traffic)
  return end
}

/** While it starts, whenever, while a load begins, or soon after a batch: then the next one may be under way. */
async function momentToDie(product: Running, random: Random): Promise<void> {
  if (random.chance(0.15)) return pause(random.below(START_UP))
  const stats = new URL('/stats', await webhookUrl(product))
  if (random.chance(0.3)) return pause(random.below(2 * SECOND))
  if (random.chance(0.3)) {
    await loading(stats)
    return pause(random.below(LOAD))
  }
  const batch = `"destination":"${random.pick(['duckdb', 'csv'])}","batch_id"`
  const batches = product.said(new RegExp(`(?:${batch}[^]*?){${1 + random.below(4)}}`))
  await Promise.race([batches, pause(PATIENCE, undefined, { ref: false })])
  return pause(random.below(LOAD / 4))
}

async function loading(stats: URL): Promise<void> {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await pause(5)) {
    const text = await fetch(stats).then(
      (response) => response.text(),
      () => '"state":"loading"',
    )
    if (text.includes('"state":"loading"')) return
  }
}

async function stopWhileSending(product: Running, traffic: Traffic): Promise<void> {
  const sending = traffic.sendTo(await webhookUrl(product))
  await pause(SECOND)
  await stop(product)
  await sending
  complain(traffic)
}

async function stop(product: Running): Promise<void> {
  product.kill('SIGTERM')
  const { code, errors } = await product.ended
  if (code !== 0) throw new Error(`stop the product: it ended with code ${code} instead of 0: ${errors}`)
}

function complain({ complaints: [first] }: Traffic): void {
  if (first !== undefined) throw new Error(`send: ${first}`)
}

async function failedBy(product: Running): Promise<never> {
  const { code, errors } = await product.ended
  throw new Error(`run the product: it ended by itself with code ${code}: ${errors}`)
}

async function waitUntilLoaded(buffer: EventBuffer): Promise<void> {
  let [least, deadline] = [Number.POSITIVE_INFINITY, 0]
  for (;;) {
    const stats = await buffer.stats()
    checkEquation(stats)
    const pending = Object.values(stats.consumers).reduce((sum, consumer) => sum + consumer.pending, 0)
    if (pending === 0) return
    if (pending < least) [least, deadline] = [pending, Date.now() + STUCK_AFTER]
    if (Date.now() > deadline) {
      const each = Object.entries(stats.consumers).map(([name, consumer]) => `${consumer.pending} in ${name}`)
      throw new Error(`wait for the last load: for ${STUCK_AFTER / SECOND} s still pending: ${each.join(', ')}`)
    }
    await pause(100)
  }
}
