/** Whether loading gets slower as the warehouse grows: the same batches into a large one and a small one, in turn. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { duckdbDestination } from '../src/destinations/duckdb/duckdb.ts'
import { flatten } from '../src/flatten/flatten.ts'
import type { RowBatch } from '../src/flatten/rows.ts'
import { sampleBatch } from './flatten.ts'
import { accountsOf, buildWarehouse, usersOf, uuidsOf, WAREHOUSE_END } from './large-warehouse.ts'
import { type Measure, median, round } from './result.ts'

const EVENTS = 1000
/** Seven of ten responses are in the warehouse already, among the newest ones; the others are new. */
const KNOWN = 0.7
const NEWEST = 20_000
const HOUR = 3_600_000

interface Warehouse {
  readonly path: string
  readonly responses: number
  readonly times: number[]
}

export const growth: Measure = async ({ quick, directory }) => {
  const small: Warehouse = { path: join(directory, 'small.duckdb'), responses: 50_000, times: [] }
  const large: Warehouse = { path: join(directory, 'large.duckdb'), responses: quick ? 300_000 : 5_000_000, times: [] }
  const began = performance.now()
  for (const { path, responses } of [small, large]) await buildWarehouse(path, responses)
  const built = performance.now() - began
  const size = statSync(large.path).size
  for (let turn = 0; turn < (quick ? 3 : 10); turn++) {
    for (const warehouse of [small, large]) {
      const time = await timeToLoad(warehouse, await batchFor(warehouse, turn))
      // The first one finds the file out of the system's cache.
      if (turn > 0) warehouse.times.push(time)
    }
  }
  return [
    {
      name: 'growth',
      what: `Time to load ${EVENTS} events into a warehouse of ${large.responses} responses, against one of ${small.responses}`,
      how: `Open, load, close, in turn; the median of ${large.times.length}. 70 % of the responses are among the newest in the warehouse, 30 % are new, and their users are of any age`,
      value: round(median(large.times) / median(small.times)),
      unit: 'times',
      goal: { bound: 'at most', value: 2 },
      limit: 'Users come from any day of two years, so that the keys of all users are read',
      seen: {
        small_ms: round(median(small.times), 0),
        large_ms: round(median(large.times), 0),
        large_slowest_ms: round(Math.max(...large.times), 0),
        large_file_mb: round(size / 1e6, 0),
        build_seconds: round(built / 1000, 0),
      },
    },
  ]
}

async function timeToLoad({ path }: Warehouse, batch: RowBatch): Promise<number> {
  const destination = duckdbDestination({ path })
  const began = performance.now()
  await destination.prepare()
  await destination.load(batch, { signal: new AbortController().signal })
  await destination.close()
  return performance.now() - began
}

const random = (below: number) => Math.floor(Math.random() * below)

/** Sample events whose responses and people are partly those of the warehouse. */
async function batchFor({ responses }: Warehouse, turn: number): Promise<RowBatch> {
  const sample = sampleBatch(`batch-${turn}`, turn + 1, EVENTS, new Date(WAREHOUSE_END.getTime() + turn * HOUR))
  const known = new Map<string, number>()
  const numbersOf = (from: number, below: number) => Array.from({ length: EVENTS }, () => from + random(below))
  const newest = Math.min(NEWEST, responses / 50)
  const recent = await uuidsOf(numbersOf(responses - newest, newest), responses)
  const users = await uuidsOf(numbersOf(0, usersOf(responses)), usersOf(responses))
  const accounts = await uuidsOf(numbersOf(0, accountsOf(responses)), accountsOf(responses))
  const events = sample.events.map((stored) => {
    const event = JSON.parse(stored.body)
    const place = known.get(event.response.uuid) ?? known.size
    known.set(event.response.uuid, place)
    event.uuid = users[place]
    event.account.uuid = accounts[place]
    if (place % 10 < KNOWN * 10) event.response.uuid = recent[place]
    return { ...stored, body: JSON.stringify(event) }
  })
  return flatten({ ...sample, events })
}
