import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { loads } from '../schemas/tables/log.ts'
import { readState } from '../scripts/torture/cells.ts'
import { verify } from '../scripts/torture/verify.ts'
import { queryFile } from '../src/destinations/duckdb/query.ts'
import { identifier } from '../src/destinations/sql.ts'
import { sampleEvents } from '../src/samples/samples.ts'
import { openBuffer } from '../src/stores.ts'
import { ALWAYS, configOf, folder, NEVER, run, startProduct, until } from './support/process.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url))
const SAMPLE = fixture('refiner-sample.json')
const BOTH = { DESTINATIONS: 'duckdb,csv' }

const bodies = (count: number) =>
  [...sampleEvents({ seed: 1, count, start: new Date(Date.UTC(2026, 0, 5)) })].map((event) => JSON.stringify(event))

async function load(t: ExecutionContext, dataDir: string, env = {}): Promise<void> {
  const { code, errors } = await run(t, 'scripts/load.ts', { dataDir, env })
  t.is(code, 0, errors)
}

test('the sample as the vendor prints it is refused, and the place of its trailing comma told', async (t) => {
  const product = await startProduct(t, await folder(t), NEVER)
  const { status, body } = await product.post(fixture('refiner-sample-as-printed.json.txt'))
  t.is(status, 400)
  t.like(JSON.parse(body), { line: 13, column: 29, kept: true })
  t.regex(body, /line 13, column 29/)
})

test("the vendor's sample is loaded as rows, and sent again changes nothing", async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, NEVER)
  const first = await product.post(SAMPLE)
  t.is(first.status, 202)
  t.like(JSON.parse(first.body), { status: 'accepted' })
  await load(t, dataDir)

  const path = join(dataDir, 'warehouse.duckdb')
  const rows = async (sql: string) => (await queryFile(path, sql)).rows
  t.deepEqual(await rows('SELECT status FROM responses'), [['partial']])
  t.deepEqual(await rows("SELECT value_number FROM response_answers WHERE question = 'nps'"), [[9]])
  const counts = {
    responses: 1,
    respondents: 1,
    response_answers: 2,
    response_tags: 1,
    users: 1,
    user_segments: 4,
    respondent_segments: 4,
    user_attributes: 5,
    accounts: 1,
    forms: 1,
    webhook_events: 1,
  }
  for (const [name, count] of Object.entries(counts))
    t.deepEqual(await rows(`SELECT count(*) FROM ${name}`), [[count]], name)
  t.deepEqual(await rows('SELECT count(*) FROM user_segments WHERE length(segment_uuid) = 35'), [[1]])
  t.deepEqual(await rows('SELECT count(*) FROM respondent_segments WHERE length(segment_uuid) = 35'), [[1]])

  const before = await readState(path, ({ name }) => identifier(name))
  const again = await product.post(SAMPLE)
  t.is(again.status, 202)
  t.deepEqual(JSON.parse(again.body), { ...JSON.parse(first.body), status: 'duplicate' })
  await load(t, dataDir)
  const replayed = await run(t, 'scripts/replay.ts', { dataDir })
  t.regex(replayed.output, /duckdb: 1 events loaded/)
  const after = await readState(path, ({ name }) => identifier(name))
  t.deepEqual({ ...after, [loads.name]: [] }, { ...before, [loads.name]: [] })
})

test('the statistics add up at any instant while events come in and load into both destinations', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, { ...BOTH, ...ALWAYS, BATCH_MAX_EVENTS: '20' })
  let sent = false
  const sending = (async () => {
    for (const body of bodies(300)) {
      await product.post(body)
      if (body.length % 5 === 0) await product.post(body)
      if (body.length % 50 === 0) await product.post(body.slice(1))
    }
    sent = true
  })()
  let seen = 0
  const last = await until(async () => {
    const over = sent
    const stats = JSON.parse((await product.get('/stats')).body)
    for (const name of ['duckdb', 'csv']) {
      const { pending, loaded, missed } = stats.destinations[name]
      t.is(stats.received, stats.duplicate + stats.quarantined + pending + loaded + missed, name)
    }
    seen++
    const { duckdb, csv } = stats.destinations
    return over && duckdb.pending === 0 && csv.pending === 0 ? stats : undefined
  })
  await sending
  t.true(seen > 1)
  t.is(last.destinations.duckdb.loaded, 300)
  t.is(last.destinations.csv.loaded, 300)
  t.true(last.duplicate > 0)
  t.is((await product.get('/health/ready')).status, 200)
  product.kill('SIGTERM')
  t.is((await product.ended).code, 0)

  const config = configOf(dataDir, BOTH)
  const buffer = openBuffer(config)
  try {
    t.deepEqual(await verify(config, buffer, []), { events: 300 })
  } finally {
    await buffer.close()
  }
})
