import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { ConfigError, type ExportJob, loadConfig } from '../../src/config.ts'
import { duckdbSource } from '../../src/destinations/duckdb/source.ts'
import { clearScheduled, runScheduled } from '../../src/exports/scheduled.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { event } from '../support/flattening.ts'
import { folder, NEVER, run, startProduct, until } from '../support/process.ts'

const AT = new Date('2026-11-24T06:00:00.123Z')

function configured(EXPORTS: string, env: Readonly<Record<string, string>> = {}): readonly ExportJob[] {
  const cwd = mkdtempSync(join(tmpdir(), 'exports-'))
  try {
    return loadConfig({ env: { EXPORTS, DATA_DIR: '/data', ...env }, cwd }).exports
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

function mistakes(exports: unknown, env: Readonly<Record<string, string>> = {}): string[] {
  try {
    configured(typeof exports === 'string' ? exports : JSON.stringify(exports), env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n  - ').slice(1)
  }
  return []
}

const WEEKLY = { name: 'weekly', table: 'people', cron: '0 6 * * 1' }

test('an export is written by its name and the time that it was due at', async (t) => {
  const dataDir = await folder(t)
  const path = join(dataDir, 'warehouse.duckdb')
  await withConnection(path, (connection) => connection.run("CREATE TABLE people AS SELECT 'ä' AS name, 1 AS n"))
  const [job] = configured(
    JSON.stringify([{ ...WEEKLY, columns: ['n', 'name'], delimiter: ';', folder: join(dataDir, 'weekly') }]),
  )
  if (job === undefined) return t.fail()
  const { rows, written } = await runScheduled(job, AT, () => duckdbSource(path), new AbortController().signal)
  t.is(rows, 1)
  t.is(written, join(dataDir, 'weekly', 'weekly-20261124T060000Z.csv'))
  t.is(await readFile(written, 'utf8'), 'n;name\r\n1;ä\r\n')
  t.deepEqual(await readdir(job.folder), ['weekly-20261124T060000Z.csv'])
})

test('a server exports on the schedule between loads, and a failing export is told and holds nothing up', async (t) => {
  const dataDir = await folder(t)
  const exports = [
    { name: 'users', table: 'users', columns: 'remote_id', cron: '* * * * * *' },
    { name: 'wrong', table: 'usres', cron: '* * * * * *' },
  ]
  const product = await startProduct(t, dataDir, { LOAD_SCHEDULE: '*/3 * * * * *', EXPORTS: JSON.stringify(exports) })
  t.is((await product.post(JSON.stringify(event({ remote_id: 'user-1' })))).status, 202)
  const out = join(dataDir, 'exports')
  await until(async () => {
    const names = await readdir(out).catch(() => [])
    for (const name of names.filter((each) => /^users-\d{8}T\d{6}Z\.csv$/.test(each))) {
      if ((await readFile(join(out, name), 'utf8')) === 'remote_id\r\nuser-1\r\n') return name
    }
    return undefined
  })
  const warning = await until(async () => {
    const { status, body } = await product.get('/health/ready')
    return status === 200 && body.includes('usres') ? body : undefined
  })
  t.regex(warning, /export wrong failed: export usres: there is no such table or view; did you mean users/)
  product.kill('SIGTERM')
  const { code, output } = await product.ended
  t.is(code, 0)
  t.regex(output, /"export":"users","rows":1,"file":"[^"]+\.csv","msg":"exported"/)
  t.regex(output, /"export":"wrong".*"msg":"export failed, its next time tries again"/)
  t.deepEqual(
    (await readdir(out)).filter((name) => !/^users-\d{8}T\d{6}Z\.csv$/.test(name)),
    [],
  )
})

test('a server tells its exports when it starts, and takes it calmly that the first load is still to come', async (t) => {
  const dataDir = await folder(t)
  const EXPORTS = JSON.stringify([{ name: 'users', table: 'users', columns: 'remote_id', cron: '* * * * * *' }])
  const product = await startProduct(t, dataDir, { ...NEVER, EXPORTS, DESTINATIONS: 'duckdb,csv' })
  const out = join(dataDir, 'exports')
  await product.said(new RegExp(`"export":"users","folder":"${out}","next":"\\d{4}-[^"]+Z","msg":"export planned"`))
  await product.said(
    /"level":30,[^\n]*no warehouse yet[^\n]*"next":"\d{4}-[^"]+Z","msg":"nothing to export before the first/,
  )
  const { status, body } = await product.get('/health/ready')
  t.is(status, 200)
  t.notRegex(body, /warehouse/)
  const stats = (await product.get('/stats')).body
  t.is(stats.match(/"next_exports_at":\{"users":"\d{4}-[^"]+Z"\}/g)?.length, 1, stats)
  t.is((await product.post(JSON.stringify(event({ remote_id: 'user-1' })))).status, 202)
  t.is((await run(t, 'scripts/load.ts', { dataDir })).code, 0)
  await product.said(/"export":"users","rows":1,[^\n]*"msg":"exported"/)
  product.kill('SIGTERM')
  t.notRegex((await product.ended).output, /"level":50/)
})

test('a warehouse that is gone after a load is no calm matter', async (t) => {
  const dataDir = await folder(t)
  const EXPORTS = JSON.stringify([{ name: 'users', table: 'users', cron: '* * * * * *' }])
  const product = await startProduct(t, dataDir, { ...NEVER, EXPORTS })
  t.is((await product.post(JSON.stringify(event({ remote_id: 'user-1' })))).status, 202)
  t.is((await run(t, 'scripts/load.ts', { dataDir })).code, 0)
  await product.said(/"msg":"exported"/)
  rmSync(join(dataDir, 'warehouse.duckdb'))
  await product.said(/"level":50,[^\n]*what was loaded is gone; npm run replay/)
  await until(async () => /what was loaded is gone/.exec((await product.get('/health/ready')).body)?.[0])
  product.kill('SIGTERM')
  t.is((await product.ended).code, 0)
})

test('what an export left when the server was killed is removed when it starts again, and nothing else', async (t) => {
  const dataDir = await folder(t)
  await withConnection(join(dataDir, 'warehouse.duckdb'), (connection) =>
    connection.run('CREATE TABLE many AS SELECT range AS n FROM range(100000)'),
  )
  // Nothing comes of it for hours.
  const sql = 'SELECT count(*) FROM many AS a, many AS b, many AS c'
  const settings = (cron: string) => ({ ...NEVER, EXPORTS: JSON.stringify([{ name: 'endless', sql, cron }]) })
  const product = await startProduct(t, dataDir, settings('* * * * * *'))
  const out = join(dataDir, 'exports')
  const left = await until(async () => (await readdir(out).catch(() => [])).find((name) => name.endsWith('.tmp')))
  t.regex(left, /^endless-\d{8}T\d{6}Z\.csv\.\d+-[0-9a-f]{8}\.tmp$/)
  product.kill('SIGKILL')
  await product.ended
  t.deepEqual(await readdir(out), [left])

  const others = [left.replace('endless', 'other'), left.replace('Z.csv', '.csv'), `endless-${left}`, 'endless.csv.tmp']
  for (const name of others) await writeFile(join(out, name), "the user's")
  const again = await startProduct(t, dataDir, settings('0 0 29 2 *'))
  await again.said(/"files":1,"msg":"removed what exports that were killed had left unfinished"/)
  t.deepEqual((await readdir(out)).toSorted(), others.toSorted())
})

test('a folder that cannot be cleared is told, and the others are', async (t) => {
  const here = await folder(t)
  await writeFile(join(here, 'file'), '')
  // No process has that number.
  const left = 'a-20260101T000000Z.csv.999999999-00000000.tmp'
  await writeFile(join(here, left), 'left')
  const folders = [join(here, 'file', 'in'), here]
  const exports = folders.map((into, at) => ({ ...WEEKLY, name: at === 0 ? 'b' : 'a', folder: into }))
  const jobs = configured(JSON.stringify(exports))
  await t.throwsAsync(clearScheduled(jobs), { message: /^clear .*file\/in/ })
  t.deepEqual(await readdir(here), ['file'])
})

test('days in EXPORTS are those of TIME_ZONE', (t) => {
  const job = { ...WEEKLY, from: '2026-11-01', to: '2026-11-02T12:00' }
  const period = (env: Readonly<Record<string, string>>) => configured(JSON.stringify([job]), env)[0]
  t.like(period({}), {
    from: { instant: '2026-11-01T00:00:00.000Z', day: '2026-11-01' },
    to: { instant: '2026-11-02T12:00:00.000Z', day: '2026-11-03' },
  })
  t.like(period({ TIME_ZONE: 'America/New_York' }), {
    from: { instant: '2026-11-01T04:00:00.000Z', day: '2026-11-01' },
    to: { instant: '2026-11-02T17:00:00.000Z', day: '2026-11-03' },
  })
  t.deepEqual(
    mistakes([WEEKLY, { ...job, name: 'b', to: '2026-11-01T04:00:00Z' }], { TIME_ZONE: 'America/New_York' }),
    [
      'EXPORTS[1] from the environment is not allowed: from 2026-11-01T04:00:00.000Z is not before to 2026-11-01T04:00:00.000Z; to is where it ends, exclusive',
    ],
  )
})

test('EXPORTS is JSON, and goes into the data folder unless it says where', (t) => {
  const [job] = configured(JSON.stringify([WEEKLY]))
  t.like(job, { name: 'weekly', source: 'duckdb', folder: '/data/exports', delimiter: ',', excel: false })
  t.deepEqual(configured('[]', { DESTINATIONS: 'csv' }), [])
})

for (const [option, values, allowed] of [
  ['name', ['', 5], /^letters, digits, ., _ and -, as/],
  ['cron', ['', 5], /^a cron expression/],
  ['table', ['', 5], /^a name$/],
  ['from', ['', 5], /^a day or a time/],
  ['status', [[], '', ['other']], /^completed, dismissed, partial or seen$/],
  ['columns', [[], '', ['n', '']], /^names of columns, with commas between$/],
  ['columns', [5, [5]], /^words with commas between, or a JSON array of texts$/],
  ['delimiter', ['', 5], /^one character/],
  ['excel', ['maybe', 5], /^true or false \(also/],
  ['folder', ['', 5], /^a folder, such as/],
] as const) {
  test(`a wrong ${option} in EXPORTS is told what is allowed: ${allowed}`, (t) => {
    for (const value of values) {
      const [mistake = '', ...others] = mistakes([{ ...WEEKLY, [option]: value }])
      t.regex(mistake.replace(/^EXPORTS\[0\]\.\w+(?:\[\d\])? from the environment is not allowed: /, ''), allowed)
      t.deepEqual(others, [])
    }
  })
}

test('an export that is none is told what one is', (t) => {
  for (const value of [5, null, []]) {
    t.regex(
      mistakes([value]).join(),
      /^EXPORTS\[0\] from .* is not allowed: an object with name, cron and what to export$/,
    )
  }
})

test('each mistake in EXPORTS is told by its place, with what is allowed', (t) => {
  t.deepEqual(
    mistakes([
      { ...WEEKLY, cron: 'often', name: 'a/b' },
      { ...WEEKLY, survye: 'x' },
      { name: 'none', cron: '0 6 * * 1' },
      { ...WEEKLY, status: ['complete'] },
    ]),
    [
      'EXPORTS[0].name from the environment is not allowed: letters, digits, ., _ and -, as it becomes part of the name of a file',
      'EXPORTS[0].cron from the environment is not allowed: a cron expression of five fields, or of six with seconds first, that has a next time',
      'EXPORTS[1].survye from the environment is no option; did you mean survey?',
      'EXPORTS[2] from the environment is not allowed: say what to export by exactly one of survey, table, view, sql; there is none',
      'EXPORTS[3].status[0] from the environment is not allowed: completed, dismissed, partial or seen; did you mean completed?',
    ],
  )
  t.regex(
    mistakes([WEEKLY, WEEKLY]).join(),
    /EXPORTS\[1\]\.name from the environment is not allowed: another name than that of an earlier one$/,
  )
  t.regex(
    mistakes([WEEKLY, { ...WEEKLY, name: 'Weekly' }]).join(),
    /EXPORTS\[1\]\.name .*: another name than that of an earlier one, weekly: on some disks their files are the same$/,
  )
  t.regex(
    mistakes('weekly').join(),
    /^EXPORTS: "weekly" from the environment is not allowed; allowed: a JSON array of exports, .* such as \[/,
  )
  t.regex(
    mistakes([{ name: 'a' }]).join(),
    /^EXPORTS\[0\]\.cron from the environment is not allowed: a cron expression of five .* next time; there is none$/,
  )
  t.regex(mistakes([WEEKLY], { DESTINATIONS: 'csv' }).join(), /^EXPORTS: weekly is read from duckdb, .* add duckdb/)
})
