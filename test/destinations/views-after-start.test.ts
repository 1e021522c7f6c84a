/** After a start all views are planned once, and then what the warehouse has is no news, in either dialect. */
import test, { type ExecutionContext } from 'ava'
import { destinationOn, fakeFor, idOf, unstopped } from '../support/bigquery/loading.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { flattened } from '../support/flattening.ts'
import { answer } from '../support/survey-answers.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

const OTHER = { form: { uuid: '44780fd0-2c11-11ec-8f58-7bd83b655011', name: 'Other' } }
const BEFORE = [answer(0, { q: 1, m: { speed: 1 } }, { attributes: { plan: 'free' } }), answer(1, { why: 'x' }, OTHER)]

/** A process that has loaded the first answer. Then: whether a load of these has views planned. */
type Started = (t: ExecutionContext) => Promise<(...bodies: readonly object[]) => Promise<boolean>>

const duckdb: Started = async (t) => {
  const { path, load } = await viewWarehouse(t)
  await load(...BEFORE)
  const started = await viewWarehouse(t, {}, path)
  await started.load(answer(2, { q: 2 }))
  return async (...bodies) => {
    // A plan gives names again.
    await withConnection(path, async (connection) => void (await connection.run('DELETE FROM column_names')))
    await started.load(...bodies)
    return (await started.ask('SELECT * FROM column_names')).length > 0
  }
}

const bigquery: Started = async (t) => {
  const fake = await fakeFor(t)
  let number = 0
  const load = async (destination: ReturnType<typeof destinationOn>, ...bodies: readonly object[]) => {
    number += 1
    const follows = number === 1 ? null : idOf(number - 1)
    const batch = { ...flattened(...bodies), id: idOf(number), follows, firstSeq: number, lastSeq: number }
    await destination.prepare()
    await destination.load(batch, unstopped())
    await destination.refreshViews?.(unstopped())
  }
  await load(destinationOn(fake), ...BEFORE)
  const started = destinationOn(fake)
  await load(started, answer(2, { q: 2 }))
  return async (...bodies) => {
    const before = fake.requests.length
    await load(started, ...bodies)
    return fake.requests.slice(before).some(({ step }) => step === 'query')
  }
}

for (const [name, start] of [
  ['DuckDB', duckdb],
  ['BigQuery', bigquery],
] as const) {
  test(`in ${name} what was loaded before the start is no news, and what is new is`, async (t) => {
    const isPlanned = await start(t)
    t.false(await isPlanned(answer(3, { why: 'y' }, OTHER)))
    t.false(await isPlanned(answer(4, { m: { speed: 2 } }, { attributes: { plan: 'pro' } })))
    t.true(await isPlanned(answer(5, { why: 'y', new: 1 }, OTHER)))
  })
}
