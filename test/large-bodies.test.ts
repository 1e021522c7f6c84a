/** Bodies that become far more rows than their bytes promise are loaded like any others, and block nothing. */
import { join } from 'node:path'
import test from 'ava'
import { queryFile } from '../src/destinations/duckdb/query.ts'
import { event } from './support/flattening.ts'
import { ALWAYS, folder, startProduct, until } from './support/process.ts'

const BODIES = 3
const CHOICES = 480_000

test('bodies of a megabyte that are one long list each are loaded, though the loader dies of the first', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, ALWAYS)
  for (let n = 1; n <= BODIES; n++) {
    const data = { choices: Array.from({ length: CHOICES }, () => n) }
    t.is((await product.post(JSON.stringify(event({}, { uuid: `response-${n}`, data })))).status, 202)
  }
  // The loader starts with a heap that one of these does not fit into; each death doubles it.
  await product.said(/starts again with more/)
  await until(async () => {
    const { pending, state } = JSON.parse((await product.get('/stats')).body).destinations.duckdb
    if (state === 'stopped') t.fail('the destination stopped')
    return pending === 0 && state === 'idle' ? true : undefined
  })
  const { rows } = await queryFile(
    join(dataDir, 'warehouse.duckdb'),
    'SELECT count(*), sum(value_number) FROM response_answers',
  )
  t.deepEqual(rows, [[BODIES * CHOICES, CHOICES * (1 + 2 + 3)]])
})
