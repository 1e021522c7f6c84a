/**
 * BigQuery as someone sees it who follows docs/bigquery.md: the product and its commands as processes, from nothing to rows, and back from
 * what people do to datasets. It ends with the rows that DuckDB has of the same events.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Dataset } from '@google-cloud/bigquery'
import test, { type ExecutionContext } from 'ava'
import { tables } from '../../schemas/tables.ts'
import { sampleEvents } from '../../src/samples/samples.ts'
import { tablesOf } from '../support/bigquery-warehouse.ts'
import { tablesIn } from '../support/duckdb-warehouse.ts'
import { folder, run, startProduct } from '../support/process.ts'
import { byValue, withoutLoads } from '../support/rows.ts'
import { ask, emulated, emulatorClient, newName } from './with-emulator.ts'

const MODES = ['merge', 'append'] as const
type Mode = (typeof MODES)[number]

/** The lines that were run, by mode. */
const ran: Readonly<Record<Mode, Set<string>>> = { merge: new Set(), append: new Set() }

async function place(t: ExecutionContext, mode: Mode, destinations = 'bigquery') {
  const { endpoint, project } = emulated()
  const name = newName()
  const dataset = emulatorClient().dataset(name)
  const dataDir = await folder(t)
  const env = {
    LOAD_SCHEDULE: '30 3 * * *',
    DESTINATIONS: destinations,
    BIGQUERY_API_ENDPOINT: endpoint ?? '',
    BIGQUERY_PROJECT: project,
    BIGQUERY_DATASET: name,
    BIGQUERY_MODE: mode,
  }
  t.teardown(async () => {
    for (const each of [name, `${name}_staging`])
      await emulatorClient()
        .dataset(each)
        .delete({ force: true })
        .catch(() => {})
  })
  return {
    dataset,
    start: () => {
      ran[mode].add('npm start')
      return startProduct(t, dataDir, env)
    },
    /** @param script such as `load`. @param more settings */
    command: (script: string, args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) => {
      const [first = '-'] = args
      ran[mode].add(`npm run ${script}${first.startsWith('-') ? '' : ` -- ${first}`}`)
      return run(t, `scripts/${script}.ts`, { args, dataDir, env: { ...env, ...more } })
    },
    inDuckdb: async () => byValue(withoutLoads(await tablesIn(join(dataDir, 'warehouse.duckdb')))),
  }
}

type Place = Awaited<ReturnType<typeof place>>

const inBigquery = async (dataset: Dataset) => byValue(withoutLoads(await tablesOf(dataset)))

const bodies = (seed: number, count: number) =>
  [...sampleEvents({ seed, count, start: new Date('2026-03-01T00:00:00Z') })].map((body) => JSON.stringify(body))

async function sender(t: ExecutionContext, { start }: Place) {
  const product = await start()
  return async (seed: number, count: number) => {
    for (const body of bodies(seed, count)) t.is((await product.post(body)).status, 202)
  }
}

/** Loading is refused for what the pattern says; after a resync it goes on, and doctor has nothing to say. */
async function resyncs(t: ExecutionContext, { command }: Place, refusal: RegExp): Promise<void> {
  const refused = await command('load')
  t.is(refused.code, 1)
  t.regex(refused.output, refusal)
  t.is((await command('bigquery', ['doctor'])).code, 1)

  t.is((await command('bigquery', ['resync'])).code, 0)
  t.is((await command('load')).code, 0)
  const { code, output, errors } = await command('bigquery', ['doctor'])
  t.is(code, 0, `${output}${errors}`)
  t.notRegex(output, /^warn/m)
}

for (const mode of MODES) {
  test.serial(
    `${mode}: setup makes everything, and tells the price; the samples come in, and a query finds them`,
    async (t) => {
      const { dataset, command, start } = await place(t, mode)
      const before = await command('bigquery', ['doctor'])
      t.is(before.code, 1)
      t.regex(before.output, /^FAIL {2}the dataset: .*it is not there; `npm run bigquery -- setup` makes it/m)
      t.false((await dataset.exists())[0])

      const { code, output } = await command('bigquery', ['setup'])
      t.is(code, 0, output)
      t.regex(
        output,
        mode === 'merge' ? /at least 0\.\d\d cents, and 1 a day .* \$\d\.\d\d a month/ : /Loading is free/,
      )
      t.true((await dataset.table('responses').exists())[0])
      const well = await command('bigquery', ['doctor'])
      t.is(well.code, 0)
      t.regex(well.output, /^warn {2}what is pending: there is no buffer in .* yet; npm start/m)

      const { url } = await start()
      const samples = await command('send-samples', ['--count', '50'], { PORT: new URL(url).port })
      t.is(samples.code, 0, samples.errors)
      t.regex(samples.output, /Sent 50 events: 50 accepted.*\nbigquery: 50 events loaded/s)
      const [query = ''] = /(?<=bq query .*')SELECT.*(?=')/.exec(page()) ?? []
      t.true((await ask(dataset, query.replaceAll('refiner.', `${dataset.id}.`))).length > 0, query)
    },
  )

  test.serial(`${mode}: a dropped dataset is noticed, and resync fills it with what the buffer keeps`, async (t) => {
    const here = await place(t, mode, 'duckdb,bigquery')
    const send = await sender(t, here)
    await send(1, 40)
    t.is((await here.command('load')).code, 0)
    t.deepEqual(await inBigquery(here.dataset), await here.inDuckdb())

    await here.dataset.delete({ force: true })
    await send(2, 10)
    await resyncs(t, here, /what was loaded before is not there; .*resync/)
    t.deepEqual(await inBigquery(here.dataset), await here.inDuckdb())
  })
}

test.serial(
  'merge: a dataset that was set back is noticed, and resync fills it with what the buffer keeps',
  async (t) => {
    const here = await place(t, 'merge', 'duckdb,bigquery')
    const send = await sender(t, here)
    const names = [...tables.map(({ name }) => name), 'loader_state']
    await send(1, 20)
    await here.command('load')
    await ask(here.dataset, names.map((name) => `CREATE TABLE copy_of_${name} AS SELECT * FROM ${name};`).join('\n'))
    await send(2, 20)
    await here.command('load')
    await send(3, 5)

    const back = names.map(
      (name) => `DELETE FROM ${name} WHERE TRUE; INSERT INTO ${name} SELECT * FROM copy_of_${name};`,
    )
    await ask(here.dataset, back.join('\n'))
    await resyncs(t, here, /was loaded last, and not .*restored from a copy, .*resync/)
    t.deepEqual(await inBigquery(here.dataset), await here.inDuckdb())
  },
)

const page = () => readFileSync(fileURLToPath(new URL('../../docs/bigquery.md', import.meta.url)), 'utf8')

test.serial('every command that docs/bigquery.md gives was run here, in both modes', (t) => {
  const told = new Set(page().match(/npm (?:start|run (?!test:)[\w:-]+(?: -- \w+)?)/g))
  t.true(told.size >= 5)
  for (const mode of MODES)
    t.deepEqual(
      [...told].filter((line) => !ran[mode].has(line)),
      [],
      mode,
    )
})
