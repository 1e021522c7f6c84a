/**
 * A year of traffic against BigQuery's quotas, on paper: what one load asks of BigQuery is counted by running it, when loads
 * happen is simulated. Quotas: https://cloud.google.com/bigquery/quotas
 */
import type { TableMetadata } from '@google-cloud/bigquery'
import test from 'ava'
import { tables } from '../../schemas/tables.ts'
import { batchTables } from '../../src/destinations/batch.ts'
import type { Client } from '../../src/destinations/bigquery/client.ts'
import { load } from '../../src/destinations/bigquery/load.ts'
import { STATE_TABLE } from '../../src/destinations/bigquery/state.ts'
import { batchOf, row } from '../support/rows.ts'

const LOADS_PER_TABLE_AND_DAY = 1500
const LOAD_JOBS_PER_DAY = 100_000
const QUEUED_DML_PER_TABLE = 20

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** The defaults of the settings, and the bytes of a body. */
const [EVERY, WHEN_PENDING, MOST_EVENTS, BATCH_BYTES, BODY_BYTES] = [5 * MINUTE, 10_000, 50_000, 6 * 1024 ** 2, 2000]

interface Asked {
  readonly loads: Map<string, number>
  readonly changes: string[]
  readonly scripts: string[]
  mostAtOnce: number
}

const BATCH = 'buffer-000000000001-000000000002-0123abcd'
/** The state after it. */
const LOADED = { pipeline: 'buffer', last_batch: BATCH, record: JSON.stringify({ batchId: BATCH, job: 'merge' }) }

/** Counts what is asked; everything succeeds at once. */
function countingClient(): { client: Client; asked: Asked } {
  const asked: Asked = { loads: new Map(), changes: [], scripts: [], mostAtOnce: 0 }
  const done = new Set<string>()
  let running = 0
  const there: TableMetadata = { creationTime: '1' }
  const client: Client = {
    project: 'a-project',
    waits: { call: 1, upload: 1, firstLook: 1, longestLook: 1, job: 1 },
    table: async () => there,
    createTable: async ({ table }) => void asked.changes.push(table),
    updateTable: async ({ table }) => void asked.changes.push(table),
    dropTable: async () => {},
    rows: async () => [asked.scripts.length === 0 ? { pipeline: 'buffer', last_batch: '' } : LOADED],
    dataset: async () => ({}),
    createDataset: async () => {},
    job: async (id) =>
      done.has(id) ? { status: { state: 'DONE' }, statistics: { load: { outputRows: '1' } } } : undefined,
    async insertQuery(id, sql) {
      running += 1
      asked.mostAtOnce = Math.max(asked.mostAtOnce, running)
      asked.scripts.push(sql)
      await Promise.resolve()
      running -= 1
      done.add(id)
    },
    select: async () => [],
    async insertLoad(id, { table }) {
      asked.loads.set(table, (asked.loads.get(table) ?? 0) + 1)
      done.add(id)
    },
  }
  return { client, asked }
}

/** What the largest load asks: one with rows of every table. */
async function askedOfOneLoad(): Promise<Asked> {
  const { client, asked } = countingClient()
  const rows = Object.fromEntries(batchTables.map((table) => [table.name, [row(table, {})]]))
  const options = {
    mode: 'merge' as const,
    dataset: 'd',
    stagingDataset: 's',
    project: undefined,
    location: undefined,
    endpoint: undefined,
    labels: {},
  }
  const ready = {
    options: { ...options, maxBytesBilled: undefined },
    client,
    pathTo: (table: string) => ({ project: 'a-project', dataset: 'd', table }),
    generation: '1',
  }
  await load(ready, batchOf(BATCH, rows), new AbortController().signal)
  return asked
}

/** Batches loaded on each day of a year, by the schedule and the limits. */
function batchesByDay(eventsPerHour: number): number[] {
  const days: number[] = Array.from({ length: 365 }, () => 0)
  const perBatch = Math.min(MOST_EVENTS, Math.floor(BATCH_BYTES / BODY_BYTES))
  let pending = 0
  let next = EVERY
  for (let now = 0; now < 365 * DAY; now += MINUTE) {
    pending += (eventsPerHour * MINUTE) / (60 * MINUTE)
    if (now < next && pending < WHEN_PENDING) continue
    if (now >= next) next += EVERY
    const day = Math.floor(now / DAY)
    days[day] = (days[day] ?? 0) + Math.ceil(Math.floor(pending) / perBatch)
    pending -= Math.floor(pending)
  }
  return days
}

test('a load asks for one load job of each table, into tables of its own, and changes no table', async (t) => {
  const { loads, changes } = await askedOfOneLoad()
  const ours = new Set([...tables.map(({ name }) => name), STATE_TABLE])
  t.is(loads.size, batchTables.length)
  t.true([...loads.values()].every((count) => count === 1))
  t.true([...loads.keys()].every((name) => !ours.has(name) && name.includes('000000000001')))
  t.deepEqual(changes, [])
})

test('a load runs one script, whose statements follow each other: no table has more than one waiting', async (t) => {
  const { scripts, mostAtOnce } = await askedOfOneLoad()
  t.is(scripts.length, 1)
  t.is(mostAtOnce, 1)
  t.true(mostAtOnce < QUEUED_DML_PER_TABLE)
})

for (const rate of [10, 1000, 100_000]) {
  test(`a year at ${rate} events an hour stays inside the daily quotas`, async (t) => {
    const { loads } = await askedOfOneLoad()
    const most = Math.max(...batchesByDay(rate))
    t.true(most > 0)
    t.true(most * loads.size <= LOAD_JOBS_PER_DAY)
    // Each batch has staging tables of its own, so none is loaded into more often than once.
    t.true(Math.max(...loads.values()) <= LOADS_PER_TABLE_AND_DAY)
  })
}
