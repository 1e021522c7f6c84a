/**
 * A year of traffic against BigQuery's quotas, on paper: what one load asks of BigQuery is counted by running it, when loads
 * happen is simulated. Quotas: https://cloud.google.com/bigquery/quotas
 */
import { readFileSync } from 'node:fs'
import type { TableMetadata } from '@google-cloud/bigquery'
import test from 'ava'
import { tables } from '../../schemas/tables.ts'
import { loadConfig } from '../../src/config.ts'
import { batchTables } from '../../src/destinations/batch.ts'
import { append } from '../../src/destinations/bigquery/append.ts'
import type { Client } from '../../src/destinations/bigquery/client.ts'
import { cents, dollars, leastBytesOfLoad, monthlyDollars } from '../../src/destinations/bigquery/cost.ts'
import { load } from '../../src/destinations/bigquery/load.ts'
import { STATE_TABLE } from '../../src/destinations/bigquery/state.ts'
import { batchLimits } from '../../src/stores.ts'
import { textAt } from '../support/bigquery/answers.ts'
import { asked as askedFor, destinationOn, fakeFor } from '../support/bigquery/loading.ts'
import { batchesByDay } from '../support/bigquery/traffic.ts'
import { batchOf, row } from '../support/rows.ts'

const LOADS_PER_TABLE_AND_DAY = 1500
const LOAD_JOBS_PER_DAY = 100_000
const QUEUED_DML_PER_TABLE = 20

const RATES = [10, 1000, 100_000]
const SCHEDULES = ['*/5 * * * *', '0 * * * *', '30 3 * * *']

const configOf = (loadSchedule: string) =>
  loadConfig({ env: { DESTINATIONS: 'bigquery', LOAD_SCHEDULE: loadSchedule }, cwd: import.meta.dirname })
const { leastInterval = 0 } = destinationOn({ endpoint: '' })

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

/** The largest: with rows of every table. */
const LARGEST = batchOf(BATCH, Object.fromEntries(batchTables.map((table) => [table.name, [row(table, {})]])))

/** All but the client. */
const READY = {
  options: { ...configOf('0 * * * *').bigquery, dataset: 'd', stagingDataset: 's' },
  pathTo: (table: string) => ({ project: 'a-project', dataset: 'd', table }),
}

async function askedOfOneLoad(): Promise<Asked> {
  const { client, asked } = countingClient()
  await load({ ...READY, client, generation: '1' }, LARGEST, new AbortController().signal)
  return asked
}

async function askedOfOneAppend(): Promise<Asked> {
  const { client, asked } = countingClient()
  await append({ ...READY, client, made: new Map() }, LARGEST, new AbortController().signal)
  return asked
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

for (const rate of RATES) {
  // The tightest that there is: every second.
  for (const schedule of ['* * * * * *', ...SCHEDULES]) {
    test(`a year at ${rate} events an hour, loaded at ${schedule}, stays inside the daily quotas`, async (t) => {
      const most = Math.max(...batchesByDay(configOf(schedule), rate, leastInterval))
      t.true(most > 0)
      for (const { loads } of [await askedOfOneLoad(), await askedOfOneAppend()]) {
        t.true(most * loads.size <= LOAD_JOBS_PER_DAY)
        t.true(most * Math.max(...loads.values()) < LOADS_PER_TABLE_AND_DAY)
      }
    })
  }
}

for (const mode of ['merge', 'append'] as const) {
  test(`in ${mode} mode each table is made once, described once, and then left alone`, async (t) => {
    const fake = await fakeFor(t)
    const changes = () => {
      const names = askedFor(fake, 'table insert', 'table patch').map(({ method, url, body }) =>
        method === 'PATCH' ? url.pathname : textAt(JSON.parse(body.toString()), 'tableReference', 'tableId'),
      )
      fake.requests.length = 0
      return names
    }
    await destinationOn(fake, { mode }).prepare()
    const made = changes()
    t.is(new Set(made).size, made.length)
    t.true(made.length >= tables.length)
    await destinationOn(fake, { mode }).prepare()
    t.deepEqual(changes(), [])
  })
}

test('the page tells what loading costs a month', (t) => {
  const page = readFileSync(new URL('../../docs/bigquery.md', import.meta.url), 'utf8')
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`
  const lines = RATES.map((rate) => {
    const prices = SCHEDULES.map((schedule) => {
      const days = batchesByDay(configOf(schedule), rate, leastInterval)
      const perDay = days.reduce((sum, count) => sum + count, 0) / days.length
      return dollars(monthlyDollars(leastBytesOfLoad(), perDay))
    })
    return row([rate.toLocaleString('en'), ...prices])
  })
  const [usual, ...others] = SCHEDULES.map((schedule) => `\`${schedule}\``)
  const table = [row(['events an hour', `${usual} (default)`, ...others]), '|---:|---:|---:|---:|', ...lines]
  t.true(page.includes(`\n\n${table.join('\n')}\n\n`), table.join('\n'))
  const least = leastBytesOfLoad()
  const limits = batchLimits(configOf(SCHEDULES[0] ?? ''), 'bigquery')
  for (const told of [
    `${least / 10 / 1024 ** 2} such references: ${least / 1024 ** 2} MB`,
    cents(monthlyDollars(least, 1 / 30)),
    `${limits.bytes / 1024 ** 2} MiB of events`,
    `once in ${leastInterval / 1000} seconds`,
  ])
    t.true(page.replaceAll('\n', ' ').includes(told), told)
})
