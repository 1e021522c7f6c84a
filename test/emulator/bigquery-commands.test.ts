/** `npm run bigquery` and the product itself, as someone sees them who sets BigQuery up, drops the dataset, and fills it again. */
import { randomUUID } from 'node:crypto'
import test, { type ExecutionContext } from 'ava'
import { sampleEvents } from '../../src/samples/samples.ts'
import { folder, run, startProduct } from '../support/process.ts'
import { ask, emulated, emulatorClient } from './with-emulator.ts'

async function place(t: ExecutionContext) {
  const { endpoint, project } = emulated()
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const dataset = emulatorClient().dataset(name)
  const dataDir = await folder(t)
  const env = {
    LOAD_SCHEDULE: '30 3 * * *',
    DESTINATIONS: 'bigquery',
    BIGQUERY_API_ENDPOINT: endpoint ?? '',
    BIGQUERY_PROJECT: project,
    BIGQUERY_DATASET: name,
  }
  t.teardown(async () => {
    for (const each of [name, `${name}_staging`])
      await emulatorClient()
        .dataset(each)
        .delete({ force: true })
        .catch(() => {})
  })
  const command = (script: string, ...args: string[]) => run(t, `scripts/${script}.ts`, { args, dataDir, env })
  return { dataset, dataDir, env, command }
}

test('setup makes everything, tries each step, and tells the price; doctor makes nothing', async (t) => {
  const { dataset, command } = await place(t)
  const before = await command('bigquery', 'doctor')
  t.is(before.code, 1)
  t.regex(before.output, /^FAIL {2}the dataset: .*it is not there; `npm run bigquery -- setup` makes it/m)
  t.false((await dataset.exists())[0])

  const { code, output } = await command('bigquery', 'setup')
  t.is(code, 0)
  t.is(output.match(/^ok/gm)?.length, 6)
  t.regex(output, /at least 0\.\d\d cents, and 1 a day .* \$\d\.\d\d a month/)
  t.true((await dataset.table('responses').exists())[0])
  t.is((await command('bigquery', 'doctor')).code, 0)
})

test('events come in and load; a dropped dataset is noticed, and resync fills it with what the buffer keeps', async (t) => {
  const { dataset, dataDir, env, command } = await place(t)
  const product = await startProduct(t, dataDir, env)
  const send = async (seed: number, count: number) => {
    for (const body of sampleEvents({ seed, count, start: new Date('2026-03-01T00:00:00Z') })) {
      t.is((await product.post(JSON.stringify(body))).status, 202)
    }
  }
  const counts =
    'SELECT (SELECT COUNT(*) FROM webhook_events) AS events, (SELECT COUNT(DISTINCT response_uuid) FROM responses) AS responses'
  await send(1, 40)
  t.is((await command('load')).code, 0)
  const [first] = await ask(dataset, counts)
  t.is(first?.['events'], 40)

  await dataset.delete({ force: true })
  await send(2, 10)
  const refused = await command('load')
  t.is(refused.code, 1)
  t.regex(refused.output, /what was loaded before is not there; .*resync/)
  t.is((await command('bigquery', 'doctor')).code, 1)

  t.is((await command('bigquery', 'resync')).code, 0)
  t.is((await command('load')).code, 0)
  t.is((await command('bigquery', 'doctor')).code, 0)
  const [after] = await ask(dataset, counts)
  t.is(after?.['events'], 50)
  t.true(Number(after?.['responses']) >= Number(first?.['responses']))
})
