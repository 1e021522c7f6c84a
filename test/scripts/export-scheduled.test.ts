import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { folder, run } from '../support/process.ts'

const CRON = '0 0 29 2 *'
const EXPORTS = [
  { name: 'Weekly', table: 'people', cron: CRON, columns: 'n', delimiter: ';', excel: true },
  { name: 'twice', sql: 'SELECT 1; SELECT 2', cron: CRON },
  { name: 'insert', sql: 'INSERT INTO people VALUES (2)', cron: CRON },
]

/** Runs `export-csv` where there is a warehouse, with these exports on the schedule. */
async function withExports(t: ExecutionContext, exports: readonly object[] = EXPORTS) {
  const dataDir = await folder(t)
  await withConnection(join(dataDir, 'warehouse.duckdb'), (connection) =>
    connection.run('CREATE TABLE people AS SELECT 1 AS n'),
  )
  const env = { EXPORTS: JSON.stringify(exports) }
  return { dataDir, exportCsv: (...args: string[]) => run(t, 'scripts/export-csv.ts', { args, dataDir, env }) }
}

test('export-csv --scheduled writes an export of EXPORTS now, as the schedule would', async (t) => {
  const { dataDir, exportCsv } = await withExports(t)
  const { code, output, errors } = await exportCsv('--scheduled', 'weekly')
  t.is(code, 0, errors)
  t.is(output, '')
  const [name = '', ...others] = await readdir(join(dataDir, 'exports'))
  t.regex(name, /^Weekly-\d{8}T\d{6}Z\.csv$/)
  t.deepEqual(others, [])
  t.is(errors, `1 row written to ${join(dataDir, 'exports', name)}\n`)
  t.is(await readFile(join(dataDir, 'exports', name), 'utf8'), '\uFEFFn\r\n1\r\n')
})

test('export-csv --scheduled tells what can never work', async (t) => {
  const { dataDir, exportCsv } = await withExports(t)
  for (const name of ['twice', 'insert']) {
    const { code, errors } = await exportCsv('--scheduled', name)
    t.is(code, 1, name)
    t.regex(errors, /SELECT/, name)
  }
  t.deepEqual(await readdir(dataDir), ['warehouse.duckdb'])
})

test('export-csv --scheduled takes a name of EXPORTS, and nothing else', async (t) => {
  const { exportCsv } = await withExports(t)
  for (const other of ['--out=x.csv', '--source=duckdb', '--table=people', '--excel']) {
    const { code, errors } = await exportCsv('--scheduled', 'weekly', other)
    t.is(code, 1, other)
    const [option] = other.split('=')
    t.is(errors, `export: --scheduled takes no ${option}, as EXPORTS says all of it; leave one of them out\n`)
  }
  t.is(
    (await exportCsv('--scheduled', 'weekley')).errors,
    'export weekley of EXPORTS: it has none of that name; did you mean Weekly?\n',
  )
  t.is(
    (await (await withExports(t, [])).exportCsv('--scheduled', 'weekly')).errors,
    'export weekly of EXPORTS: it is empty; docs/exports.md tells how to fill it\n',
  )
})

test('export-csv shows a value that is empty, and says what to give', async (t) => {
  const { exportCsv } = await withExports(t)
  const { errors } = await exportCsv('--table', 'people', '--columns', '')
  t.regex(errors, /^export: --columns "": give names of columns, with commas between\n/)
})
