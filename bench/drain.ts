/** How fast a backlog becomes rows in DuckDB, and in how much memory: by the product itself, which is receiving meanwhile. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fillBuffer } from './fill.ts'
import { peakMemory, startProduct } from './product.ts'
import { type Measure, round } from './result.ts'

/** Milliseconds between two looks at how far it is. */
const LOOK = 50

export const drain: Measure = async ({ quick, directory }) => {
  const [few, many, early] = quick ? [20_000, 40_000, 20_000] : [200_000, 1_000_000, 300_000]
  const short = await drained(join(directory, 'short'), few, few)
  const long = await drained(join(directory, 'long'), many, early)
  return [
    {
      name: 'drain',
      what: 'Events per second from the buffer into the tables of DuckDB, opening and closing the file included',
      how: `${few} events of whole lifecycles that wait in the buffer, loaded by the running product into a new warehouse`,
      value: round(few / short.seconds, 0),
      unit: 'events/s',
      goal: { bound: 'at least', value: 20_000 },
      limit: 'One thread reads, parses and makes rows; DuckDB writes about ten rows for each event',
      seen: { seconds: round(short.seconds), long_run_per_second: round(many / long.seconds, 0) },
    },
    {
      name: 'memory',
      what: `The most memory that the whole product holds while it loads ${many} events`,
      how: 'VmHWM of the server and of its loader with DuckDB, added up',
      value: round(long.peak, 0),
      unit: 'MB',
      goal: { bound: 'at most', value: 400 },
      limit:
        'Node and the code of its libraries take 70 MB and 150 MB, DuckDB 64 MiB and a tenth of its file, the heap of the loader 96 MiB',
      seen: { peak_after_200000_only_mb: round(short.peak, 0) },
    },
    {
      name: 'memory growth',
      what: `That memory after ${many} events, against the same after ${early}`,
      how: 'The peaks of the same processes as they go along',
      value: round(long.peak / long.early),
      unit: 'times',
      goal: { bound: 'at most', value: 1.15 },
      limit: 'Nothing is kept from batch to batch but what DuckDB keeps of the file',
      seen: { early_mb: round(long.early, 0), late_mb: round(long.peak, 0) },
    },
  ]
}

/** Memory in MB; `early` is the peak once so many events were loaded. */
async function drained(directory: string, count: number, earlyAt: number) {
  mkdirSync(directory)
  await fillBuffer(directory, count)
  const product = await startProduct(directory, { LOAD_WHEN_PENDING: '1' })
  let began: number | undefined
  let early: number | undefined
  for (;;) {
    const { pending, loaded, state, reason } = await product.destination()
    if (state === 'stopped') throw new Error(`drain: loading stopped: ${reason}`)
    if (state === 'loading') began ??= performance.now()
    if (loaded >= earlyAt) early ??= peakMemory(product.pid)
    if (began !== undefined && pending === 0 && state === 'idle') break
    await pause(LOOK)
  }
  const seconds = (performance.now() - began) / 1000
  const peak = peakMemory(product.pid)
  await product.stop()
  return { seconds, peak, early: early ?? peak }
}
