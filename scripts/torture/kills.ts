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
import { type Running, startProcess, webhookUrl } from '../processes.ts'
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
  /** Kills before the product listened. */
  readonly whileStarting: number
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
const LOADED_WITHIN = 300_000

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
  let whileStarting = 0
  for (let kill = 0; kill < kills; kill++) {
    if (!(await liveAndDie(start(), traffic, random))) whileStarting++
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
      acknowledged: traffic.acknowledged.size,
      redelivered: traffic.redelivered(),
      events,
    }
  } finally {
    product.kill('SIGKILL')
    await buffer.close()
  }
}

/** @returns whether it listened before it was killed */
async function liveAndDie(product: Running, traffic: Traffic, random: Random): Promise<boolean> {
  let listened = false
  const sending = webhookUrl(product).then(
    (url) => {
      listened = true
      return traffic.sendTo(url)
    },
    () => {},
  )
  await momentToDie(product, random)
  product.kill('SIGKILL')
  const { code, errors, output } = await product.ended
  if (code !== null) throw new Error(`run the product: it ended by itself with code ${code}: ${errors}${output}`)
  await sending
  complain(traffic)
  return listened
}

/** While it starts, while it loads, or whenever. */
async function momentToDie(product: Running, random: Random): Promise<void> {
  if (random.chance(0.15)) return pause(random.below(START_UP))
  const stats = new URL('/stats', await webhookUrl(product))
  if (random.chance(0.5)) return pause(random.below(2 * SECOND))
  for (const deadline = Date.now() + 3 * SECOND; Date.now() < deadline; await pause(5)) {
    const text = await fetch(stats).then(
      (response) => response.text(),
      () => '"state":"loading"',
    )
    if (text.includes('"state":"loading"')) break
  }
  await pause(random.below(LOAD))
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
  for (const deadline = Date.now() + LOADED_WITHIN; ; await pause(100)) {
    const stats = await buffer.stats()
    checkEquation(stats)
    const waiting = Object.entries(stats.consumers).filter(([, { pending }]) => pending > 0)
    if (waiting.length === 0) return
    if (Date.now() < deadline) continue
    const pending = waiting.map(([name, consumer]) => `${consumer.pending} in ${name}`).join(', ')
    throw new Error(`wait for the last load: still pending after ${LOADED_WITHIN / SECOND} s: ${pending}`)
  }
}
