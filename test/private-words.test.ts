/** What someone answered reaches no log, no health and no statistics, whatever chokes on it. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DuckDBInstance } from '@duckdb/node-api'
import test from 'ava'
import { QUOTED } from './support/bigquery/answers.ts'
import { fakeFor } from './support/bigquery/loading.ts'
import { event } from './support/flattening.ts'
import { ALWAYS, folder, type Product, startProduct, until } from './support/process.ts'

/** Someone's, and nobody is to read it. The fake of BigQuery quotes it in each message. */
const DATUM = QUOTED
const body = (n: number) => JSON.stringify(event({ uuid: `user-${n}`, remote_id: `user-${n}`, email: DATUM }))

/** Everything that it said, once its health says what the pattern finds. */
async function saidOnce(product: Product, pattern: RegExp): Promise<string> {
  const health = await until(async () => {
    const told = (await product.get('/health')).body
    return pattern.test(told) ? told : undefined
  })
  const stats = (await product.get('/stats')).body
  product.kill('SIGTERM')
  const { output, errors } = await product.ended
  return [health, stats, output, errors].join('\n')
}

const isLoaded = (product: Product) =>
  until(async () => {
    const { pending, state, last_load } = JSON.parse((await product.get('/stats')).body).destinations.duckdb
    return pending === 0 && state === 'idle' && last_load !== null ? true : undefined
  })

test('a constraint of DuckDB that fails is told without the value', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, { ...ALWAYS, LOG_LEVEL: 'debug' })
  await product.post(body(1))
  await isLoaded(product)
  const instance = await until(() => DuckDBInstance.create(join(dataDir, 'warehouse.duckdb')).catch(() => undefined))
  const connection = await instance.connect()
  await connection.run('CREATE UNIQUE INDEX one_email ON users (email)')
  connection.closeSync()
  instance.closeSync()
  await product.post(body(2))
  const said = await saidOnce(product, /load into .*: this was not expected/)
  t.false(said.includes(DATUM), said)
})

test('a value that an export cannot convert is told without it', async (t) => {
  const EXPORTS = JSON.stringify([
    { name: 'numbers', cron: '* * * * * *', sql: 'SELECT CAST(email AS INTEGER) AS n FROM users' },
  ])
  const product = await startProduct(t, await folder(t), { ...ALWAYS, LOG_LEVEL: 'debug', EXPORTS })
  await product.post(body(1))
  await isLoaded(product)
  const said = await saidOnce(product, /export numbers failed/)
  t.false(said.includes(DATUM), said)
})

test('a stored body that is no JSON any more is told without a word of it', async (t) => {
  const dataDir = await folder(t)
  const first = await startProduct(t, dataDir, { LOAD_SCHEDULE: '0 0 29 2 *' })
  await first.post(body(1))
  first.kill('SIGTERM')
  await first.ended
  const db = new DatabaseSync(join(dataDir, 'buffer.sqlite'))
  db.exec(`UPDATE events SET body = CAST(replace(CAST(body AS TEXT), '"${DATUM}"', 'x${DATUM}') AS BLOB)`)
  db.close()
  const product = await startProduct(t, dataDir, { ...ALWAYS, LOG_LEVEL: 'debug' })
  const said = await saidOnce(product, /cannot be loaded/)
  t.false(said.includes(DATUM), said)
})

for (const fault of ['done with invalid', 'reject'] as const) {
  test(`a row that BigQuery refuses is told without its value: ${fault}`, async (t) => {
    const fake = await fakeFor(t)
    const product = await startProduct(t, await folder(t), {
      ...ALWAYS,
      LOG_LEVEL: 'debug',
      DESTINATIONS: 'bigquery',
      BIGQUERY_PROJECT: 'test-project',
      BIGQUERY_API_ENDPOINT: fake.endpoint,
    })
    fake.inject('upload', fault)
    await product.post(body(1))
    const said = await saidOnce(
      product,
      /BigQuery takes the rows or the request for invalid|the credentials may not do this/,
    )
    t.false(said.includes(DATUM), said)
  })
}
