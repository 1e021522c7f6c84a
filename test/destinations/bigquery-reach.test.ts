import { tmpdir } from 'node:os'
import test from 'ava'
import { startProcess } from '../../scripts/processes.ts'
import { destinationOn, fakeFor } from '../support/bigquery/loading.ts'
import { folder, startProduct, until } from '../support/process.ts'

test('whether BigQuery can be reached is looked at without changing anything there', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  await t.notThrowsAsync(async () => destination.reach?.())
  t.deepEqual(
    fake.requests.map(({ step }) => step),
    ['dataset get'],
  )
  fake.inject('dataset get', 'reject')
  await t.throwsAsync(async () => destination.reach?.(), { message: /the credentials may not do this/ })
})

test('a server that cannot reach BigQuery warns before there is anything to load, and goes on receiving', async (t) => {
  const product = await startProduct(t, await folder(t), {
    DESTINATIONS: 'bigquery',
    BIGQUERY_PROJECT: 'a-project-1',
    BIGQUERY_API_ENDPOINT: 'http://127.0.0.1:9',
  })
  const REASON = /BigQuery cannot be reached/
  const health = await until(async () => {
    const { status, body } = await product.get('/health')
    t.is(status, 200)
    return REASON.test(body) ? body : undefined
  })
  t.regex(health, /"destination bigquery","ok":true/)
  await product.said(/BigQuery cannot be reached.*destination is out of reach, events are kept/)
})

test('setting up BigQuery where it cannot be reached says so in a line, and promises nothing', async (t) => {
  const env = { BIGQUERY_PROJECT: 'a-project-1', BIGQUERY_API_ENDPOINT: 'http://127.0.0.1:9', DATA_DIR: tmpdir() }
  const { code, output, errors } = await startProcess('scripts/bigquery.ts', ['setup'], { env, cwd: tmpdir() }).ended
  t.is(code, 1)
  t.is(errors, '')
  t.is(
    output,
    'FAIL  datasets and tables: look up dataset refiner: BigQuery cannot be reached; check the network (network)\n',
  )
})
