/**
 * Whether everything that a load does is allowed and works here, tried out for real on a table of its own in the staging
 * dataset: for someone who sets it up, or wants to know what is wrong.
 */
import { randomUUID } from 'node:crypto'
import { PermanentError, reasonOf } from '../../errors.ts'
import { openClient } from './client.ts'
import { runJob } from './jobs.ts'
import type { BigqueryOptions } from './options.ts'
import { NEEDS, type Needs, takes } from './permissions.ts'
import { prepare, STAGING_EXPIRES } from './prepare.ts'
import { prepareAppend } from './prepare-append.ts'
import { pathOf } from './sql.ts'
import { STATE_TABLE } from './state.ts'

export interface Finding {
  readonly what: string
  /** `warn`: loading works, but not as someone may think. */
  readonly verdict: 'ok' | 'warn' | 'fail'
  /** What was found; else the reason and the way out. */
  readonly said: string
}

/** Milliseconds that this machine's clock may be off: times of arrival are ordered by it. */
const CLOCK_TOLERANCE = 5000

/** What the rest of the checks is done with: the mode's own preparations, and the dataset for a table of theirs. */
async function prepared(options: BigqueryOptions) {
  const { dataset, stagingDataset, mode } = options
  if (mode === 'append') return { client: (await prepareAppend(options)).client, into: dataset, names: dataset }
  const { client } = await prepare(options)
  return { client, into: stagingDataset, names: `${dataset} and ${stagingDataset}` }
}

type Prepared = Awaited<ReturnType<typeof prepared>>

/** Tries each step of a load. @param make whether a missing dataset is made; else it is a finding */
export async function* check(options: BigqueryOptions, { make }: { make: boolean }): AsyncGenerator<Finding> {
  let ready: Prepared | undefined
  if (!make) {
    const there = await finding('the dataset', NEEDS.dataset, () => requireDataset(options))
    yield there
    if (there.verdict === 'fail') return
  }
  yield await finding('datasets and tables', NEEDS.prepare, async () => {
    ready = await prepared(options)
    const { location } = (await ready.client.dataset(options.dataset)) ?? {}
    return `${ready.client.project}.${ready.names}, in ${location ?? 'the default location'}`
  })
  if (ready === undefined) return
  yield* warnings(options, ready)
  yield* tryOut(options, ready)
}

/** What no load fails of, and someone should know. */
async function* warnings(options: BigqueryOptions, { client }: Prepared): AsyncGenerator<Finding> {
  const { dataset, stagingDataset, location, mode } = options
  const found = (await client.dataset(dataset))?.location
  if (location !== undefined && found !== undefined && location.toLowerCase() !== found.toLowerCase()) {
    const said = `BIGQUERY_LOCATION is ${location}, and ${dataset} was made in ${found}, where it stays; unset it, or name another dataset in BIGQUERY_DATASET`
    yield { what: 'the location', verdict: 'warn', said }
  }
  if (mode === 'merge' && !(await client.dataset(stagingDataset))?.defaultTableExpirationMs) {
    const said =
      `its tables never expire, so what loads leave there when they die stays, and what people answered with it; run ` +
      `\`bq update --default_table_expiration ${STAGING_EXPIRES / 1000} ${stagingDataset}\``
    yield { what: `the dataset ${stagingDataset}`, verdict: 'warn', said }
  }
}

async function* tryOut(options: BigqueryOptions, ready: Prepared): AsyncGenerator<Finding> {
  const { client } = ready
  const path = {
    project: client.project,
    dataset: ready.into,
    table: `check_${randomUUID().replaceAll('-', '_')}`,
  }
  let off = 0
  const run = async (id: string, insert: (id: string) => Promise<void>) => {
    const plan = { action: 'check', id: `rw_check_${id}_${randomUUID()}`, insert, stillHolds: async () => true }
    const before = Date.now()
    const job = await runJob(client, plan, new AbortController().signal)
    off = before - Number(job.statistics?.creationTime ?? before)
  }
  const query = { labels: options.labels, maximumBytesBilled: options.maxBytesBilled }
  const fields = [{ name: 'one', type: 'INTEGER' }]

  const loaded = await finding('a load job', NEEDS.load, async () => {
    await run('load', (id) => client.insertLoad(id, path, { fields, pieces: [Buffer.from('{"one":1}\n')] }))
    return 'one row was loaded'
  })
  yield loaded
  if (loaded.verdict === 'fail') return
  yield await finding('changing a table', NEEDS.change, async () => {
    await client.updateTable(path, { description: 'A check of refiner-warehouse; it may be dropped' })
    return 'it was changed'
  })
  if (options.mode === 'append') {
    yield await finding('a query', NEEDS.select, async () => {
      const rows = await client.select('check', `SELECT one FROM ${pathOf(path)}`, query)
      return `it read ${rows.length} row`
    })
  } else {
    yield await finding('a transaction that updates', NEEDS.merge, async () => {
      const update = `UPDATE ${pathOf({ ...path, dataset: options.dataset, table: STATE_TABLE })} SET updated_at = updated_at WHERE FALSE`
      const sql = `BEGIN TRANSACTION;\n${update};\nDELETE FROM ${pathOf(path)} WHERE one = 1;\nCOMMIT TRANSACTION;\n`
      await run('merge', (id) => client.insertQuery(id, sql, query))
      return 'it was committed'
    })
  }
  yield await finding('dropping the table of this check', NEEDS.drop, async () => {
    await client.dropTable(path)
    return 'it is gone'
  })
  yield clock(off)
}

async function finding(what: string, needs: Needs, work: () => Promise<string>): Promise<Finding> {
  try {
    return { what, verdict: 'ok', said: await work() }
  } catch (error) {
    const reason = reasonOf(error)
    return {
      what,
      verdict: 'fail',
      said: reason.endsWith('(accessDenied)') ? `${reason}. It takes ${takes(needs)}` : reason,
    }
  }
}

async function requireDataset(options: BigqueryOptions): Promise<string> {
  const client = await openClient(options)
  if ((await client.dataset(options.dataset)) !== undefined) return `${client.project}.${options.dataset} is there`
  throw new PermanentError(
    `find ${client.project}.${options.dataset}: it is not there; \`npm run bigquery -- setup\` makes it`,
  )
}

/** @param off milliseconds that this machine is ahead of Google, the way there included */
export function clock(off: number): Finding {
  const ok = Math.abs(off) <= CLOCK_TOLERANCE
  const said = `this machine's clock is ${(Math.abs(off) / 1000).toFixed(1)} s ${off < 0 ? 'behind' : 'ahead of'} Google's`
  return {
    what: 'the clock',
    verdict: ok ? 'ok' : 'fail',
    said: ok ? said : `${said}; set it by NTP, as arrivals are ordered by it`,
  }
}
