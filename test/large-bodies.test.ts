/** Bodies that hold far more than a survey does are kept like any others, and hold up nothing. */
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { queryFile } from '../src/destinations/duckdb/query.ts'
import { event } from './support/flattening.ts'
import { ALWAYS, folder, type Product, startProduct, until } from './support/process.ts'

interface Stats {
  readonly quarantined: number
  readonly destinations: { readonly duckdb: { readonly pending: number; readonly state: string } }
}

async function loaded(t: ExecutionContext, product: Product): Promise<Stats> {
  return until(async () => {
    const stats: Stats = JSON.parse((await product.get('/stats')).body)
    const { pending, state } = stats.destinations.duckdb
    if (state === 'stopped') t.fail('the destination stopped')
    return pending === 0 && state === 'idle' ? stats : undefined
  })
}

const ask = async (dataDir: string, sql: string) => (await queryFile(join(dataDir, 'warehouse.duckdb'), sql)).rows

const list = (n: number, choices: number) =>
  JSON.stringify(event({}, { uuid: `response-${n}`, data: { choices: Array.from({ length: choices }, () => n) } }))

test('bodies of a megabyte that are one long list each become JSON, and hold up nothing', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, ALWAYS)
  for (let n = 1; n <= 3; n++) t.is((await product.post(list(n, 480_000))).status, 202)
  t.is((await product.post(list(4, 2))).status, 202)
  await loaded(t, product)
  t.deepEqual(await ask(dataDir, 'SELECT count(*), sum(value_number) FROM response_answers'), [[2, 8]])
  t.deepEqual(await ask(dataDir, 'SELECT count(*) FROM rejected_values'), [[3]])
  t.deepEqual(
    await ask(
      dataDir,
      "SELECT min(json_array_length(answers, '$.choices')) FROM responses WHERE response_uuid <> 'response-4'",
    ),
    [[480_000]],
  )
  product.kill('SIGTERM')
  const { output } = await product.ended
  t.notRegex(output, /starts again/)
})

test('where all of them are to become rows, they do, though the loader dies of the first', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, { ...ALWAYS, MAX_VALUES_PER_EVENT: '1000000' })
  for (let n = 1; n <= 3; n++) t.is((await product.post(list(n, 480_000))).status, 202)
  // The loader starts with a heap that one of these does not fit into; each death doubles it.
  await product.said(/needed more memory than it has/)
  await loaded(t, product)
  t.deepEqual(await ask(dataDir, 'SELECT count(*), sum(value_number) FROM response_answers'), [[1_440_000, 2_880_000]])
})

test('an event that takes hundreds of megabytes to read never ends the server', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, { ...ALWAYS, BODY_LIMIT: '17mb' })
  t.is((await product.post(list(1, 8_000_000))).status, 202)
  t.is((await product.post(list(2, 2))).status, 202)
  await loaded(t, product)
  t.is((await product.get('/health')).status, 200)
  t.deepEqual(await ask(dataDir, 'SELECT count(*) FROM webhook_events'), [[2]])
  t.deepEqual(await ask(dataDir, 'SELECT count(*) FROM response_answers'), [[2]])
})
