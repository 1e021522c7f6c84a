/** Whether loading slows down receiving: the time to a 202 while DuckDB loads a backlog, against that of an idle product. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fillBuffer } from './fill.ts'
import { openLoadGenerator } from './load-generator.ts'
import { type Product, startProduct } from './product.ts'
import { type Measure, quantile, round } from './result.ts'

/** Events per second: far more than surveys bring, far less than saturates. */
const RATE = 1000
/** Milliseconds. */
const WARM_UP = 2000
const STEP = 500
/** Fewer pending events than about a batch: what comes in is then loaded as it comes. */
const BACKLOG_ENDS = 10_000

export const latency: Measure = async ({ quick, directory }) => {
  const folder = (name: string) => {
    mkdirSync(join(directory, name))
    return join(directory, name)
  }
  const [idleFolder, busyFolder] = [folder('idle'), folder('busy')]
  await fillBuffer(busyFolder, quick ? 50_000 : 400_000)
  const steps = quick ? 3 : 20
  const before = await idleTimes(idleFolder, steps)
  const busy = await busyTimes(busyFolder)
  const idle = [...before, ...(await idleTimes(idleFolder, steps))]
  const [idle99, busy99] = [quantile(idle, 0.99), quantile(busy, 0.99)]
  return [
    {
      name: 'latency',
      what: 'The 99th percentile of the time to a 202 while DuckDB loads a backlog, against the idle one',
      how: `${RATE} events a second over 64 kept connections, ${busy.length} of them during the load; the idle times from before and after it`,
      value: round(busy99 / idle99),
      unit: 'times idle',
      goal: { bound: 'at most', value: 2 },
      limit:
        'DuckDB and the buffer sync to the same disk, and all share its cores; with the files in memory it was 2.6 times, 8 ms',
      seen: {
        idle_p50_ms: round(quantile(idle, 0.5)),
        idle_p99_ms: round(idle99),
        loading_p50_ms: round(quantile(busy, 0.5)),
        loading_p99_ms: round(busy99),
        loading_max_ms: round(quantile(busy, 1)),
        samples_idle: idle.length,
        samples_loading: busy.length,
      },
    },
  ]
}

async function idleTimes(directory: string, steps: number): Promise<number[]> {
  const product = await startProduct(directory)
  const load = await openLoadGenerator(product.url)
  await load.atRate(RATE, WARM_UP)
  const times = await load.atRate(RATE, steps * STEP)
  load.close()
  await product.stop()
  return times
}

async function busyTimes(directory: string): Promise<number[]> {
  const product = await startProduct(directory, { LOAD_WHEN_PENDING: '20000' })
  const load = await openLoadGenerator(product.url)
  await untilLoading(product)
  await load.atRate(RATE, WARM_UP)
  const times: number[] = []
  for (;;) {
    const some = await load.atRate(RATE, STEP)
    // What was sent while the backlog ended is of neither kind.
    const { state, pending } = await product.destination()
    if (state !== 'loading' || pending < BACKLOG_ENDS) break
    times.push(...some)
  }
  load.close()
  await product.stop()
  return times
}

async function untilLoading(product: Product): Promise<void> {
  while ((await product.destination()).state !== 'loading') await pause(20)
}
