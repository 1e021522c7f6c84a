import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { startProcess } from '../../scripts/processes.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { folder, run } from '../support/process.ts'
import { response } from '../support/reports.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

/** DATA_DIR with a warehouse that has this table. */
async function dataDirWith(t: ExecutionContext, table: string) {
  const dataDir = await folder(t)
  await withConnection(join(dataDir, 'warehouse.duckdb'), (connection) =>
    connection.run(`CREATE TABLE "${table}" AS SELECT 1 AS one`),
  )
  return dataDir
}

/** Exports it in the working directory, under the name that the command gives it. */
async function exportIn(t: ExecutionContext, cwd: string, dataDir: string, table: string) {
  const running = startProcess('scripts/export-csv.ts', ['--table', table], { env: { DATA_DIR: dataDir }, cwd })
  t.teardown(() => running.kill('SIGKILL'))
  return running.ended
}

test("export-csv replaces no file of the product's, and says so before it reads", async (t) => {
  const dataDir = await folder(t)
  for (const name of ['buffer.sqlite', 'warehouse.duckdb']) {
    const path = join(dataDir, name)
    await writeFile(path, 'what people said')
    const { code, errors } = await run(t, 'scripts/export-csv.ts', {
      args: ['--table', 'tags', '--out', path],
      dataDir,
    })
    t.is(code, 1)
    const wayOut = join(dataDir, 'exports', 'nps.csv')
    t.is(errors, `write ${path}: the product has its own files there; name one elsewhere, such as ${wayOut}\n`)
    t.is(await readFile(path, 'utf8'), 'what people said')
  }
})

test('export-csv writes below DATA_DIR/exports, and to no name of its own among the files beside it', async (t) => {
  const dataDir = await dataDirWith(t, 'buffer')
  const out = join(dataDir, 'exports', 'new', 'one.csv')
  const { code, errors } = await run(t, 'scripts/export-csv.ts', { args: ['--table', 'buffer', '--out', out], dataDir })
  t.is(code, 0, errors)
  t.is(await readFile(out, 'utf8'), 'one\r\n1\r\n')
  const among = await exportIn(t, dataDir, dataDir, 'buffer')
  t.is(among.code, 1)
  t.regex(among.errors, /^write buffer\.csv: the product has its own files there; name one elsewhere, such as /)
  t.deepEqual((await readdir(dataDir)).toSorted(), ['exports', 'warehouse.duckdb'])
})

test('export-csv finds a name that the disk takes for a table with the longest', async (t) => {
  const table = '\u00fc'.repeat(500)
  const [dataDir, cwd] = [await dataDirWith(t, table), await folder(t)]
  const { code, errors } = await exportIn(t, cwd, dataDir, table)
  t.is(code, 0, errors)
  const [name = '', ...others] = await readdir(cwd)
  t.regex(name, /^\u00fc{100,}_[0-9a-f]{8}\.csv$/)
  t.deepEqual(others, [])
})

test('export-csv --list takes no choice, but what is read', async (t) => {
  const dataDir = await dataDirWith(t, 'many')
  const list = (...args: string[]) => run(t, 'scripts/export-csv.ts', { args: ['--list', ...args], dataDir })
  t.is((await list('--survey', 'nps')).errors, 'export: --list takes no --survey; leave one of them out\n')
  t.is((await list('--out', 'list.txt')).errors, 'export: --list takes no --out; leave one of them out\n')
  const { code, output } = await list('--source', 'duckdb')
  t.is(code, 0)
  t.regex(output, /table +many +1/)
})

test('export-csv of a former name says how the survey is called now, beside the CSV', async (t) => {
  const warehouse = await viewWarehouse(t)
  const dataDir = dirname(warehouse.path)
  await warehouse.load(response(1, { nps: 9 }, { uuid: 'f1', name: 'NPS Survey' }))
  await warehouse.load(response(2, { nps: 3 }, { uuid: 'f1', name: 'NPS 2026' }, '2026-04-01'))
  const note =
    '"NPS Survey" is called "NPS 2026" now (its former name last came on 2025-01-01); its view is survey_nps_survey\n'
  const args = ['--survey', 'NPS Survey', '--columns', 'nps', '--from', '2026-04-01', '--out', '-']
  const { output, errors } = await run(t, 'scripts/export-csv.ts', { args, dataDir })
  t.is(output, 'nps\r\n3\r\n')
  t.is(errors, `${note}1 row written to standard output\n`)

  const EXPORTS = JSON.stringify([{ name: 'weekly', survey: 'NPS Survey', cron: '0 6 * * 1' }])
  const now = await run(t, 'scripts/export-csv.ts', { args: ['--scheduled', 'weekly'], dataDir, env: { EXPORTS } })
  t.true(now.errors.startsWith(`${note}2 rows written to `), now.errors)
})

test('export-csv takes days as those of TIME_ZONE, and refuses a period that ends before it begins there', async (t) => {
  const dataDir = await folder(t)
  const times = "(VALUES (TIMESTAMP '2026-11-01 03:59:59'), ('2026-11-01 04:00:00')) AS shown (first_shown_at)"
  await withConnection(join(dataDir, 'warehouse.duckdb'), (connection) =>
    connection.run(`CREATE TABLE shown AS FROM ${times}`),
  )
  const env = { TIME_ZONE: 'America/New_York' }
  const exported = (...args: string[]) =>
    run(t, 'scripts/export-csv.ts', { args: ['--table', 'shown', '--out', '-', ...args], dataDir, env })
  t.is((await exported('--from', '2026-11-01')).output, 'first_shown_at\r\n2026-11-01T04:00:00.000000Z\r\n')
  const { code, errors } = await exported('--from', '2026-11-01', '--to', '2026-11-01T04:00:00Z')
  t.is(code, 1)
  t.regex(errors, /from 2026-11-01T04:00:00\.000Z is not before to 2026-11-01T04:00:00\.000Z; to is where it ends/)
})
