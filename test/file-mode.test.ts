/** FILE_MODE: who may read what the product makes, also in a folder that someone else made for all to read. */
import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { folderMode, grant } from '../src/files/mode.ts'
import { openBuffer } from '../src/stores.ts'
import { arrivalOf } from './support/buffers.ts'
import { event } from './support/flattening.ts'
import { configOf, folder, NEVER, run, startProduct } from './support/process.ts'

const EXPORTS = JSON.stringify([{ name: 'all', table: 'responses', cron: NEVER['LOAD_SCHEDULE'] }])
const ENV = { ...NEVER, DESTINATIONS: 'duckdb,csv', EXPORTS }
/** What is never for others to read. */
const PRIVATE = /^(?:buffer\.sqlite|server\.)/

/** Path and mode of all that is in a folder. */
async function modesIn(path: string): Promise<[string, string][]> {
  const modes: [string, string][] = []
  for (const name of await readdir(path, { recursive: true })) {
    const stats = await stat(join(path, name))
    modes.push([name, `${stats.isDirectory() ? 'd' : '-'}${(stats.mode & 0o777).toString(8)}`])
  }
  return modes
}

/** Where the product has run, loaded, and exported. */
async function used(t: ExecutionContext, mode?: string): Promise<string> {
  const dataDir = join(await folder(t), 'data')
  await mkdir(dataDir, { mode: 0o755 })
  const env = mode === undefined ? ENV : { ...ENV, FILE_MODE: mode }
  const product = await startProduct(t, dataDir, env)
  t.is((await product.post(JSON.stringify(event({}, {})))).status, 202)
  t.is((await run(t, 'scripts/load.ts', { dataDir, env })).code, 0)
  t.is((await run(t, 'scripts/export-csv.ts', { args: ['--scheduled', 'all'], dataDir, env })).code, 0)
  return dataDir
}

test('by default all is for its user alone', async (t) => {
  const modes = await modesIn(await used(t))
  for (const start of ['buffer.sqlite', 'server.lock', 'warehouse.duckdb', 'csv/users/', 'exports/all-']) {
    t.true(
      modes.some(([name]) => name.startsWith(start)),
      start,
    )
  }
  t.deepEqual(
    modes.filter(([, mode]) => mode !== '-600' && mode !== 'd700'),
    [],
  )
})

test('with FILE_MODE others read the warehouse, the CSV files and exports, and never the buffer', async (t) => {
  for (const [name, mode] of await modesIn(await used(t, '0640'))) {
    if (PRIVATE.test(name)) t.is(mode, '-600', name)
    else t.is(mode, mode.startsWith('d') ? 'd750' : '-640', name)
  }
})

test('a warehouse and folders that are there get the rights that FILE_MODE adds, and lose none', async (t) => {
  const dataDir = join(await folder(t), 'new', 'data')
  const load = async (mode: string) => {
    const env = { ...ENV, FILE_MODE: mode }
    const buffer = openBuffer(configOf(dataDir, env))
    await buffer.append(arrivalOf(JSON.stringify(event({ remote_id: mode }, {}))))
    await buffer.close()
    t.is((await run(t, 'scripts/load.ts', { dataDir, env })).code, 0)
    const modes = new Map(await modesIn(join(dataDir, '..')))
    return ['data', 'data/warehouse.duckdb', 'data/csv', 'data/csv/users'].map((name) => modes.get(name))
  }
  t.deepEqual(await load('0600'), ['d700', '-600', 'd700', 'd700'])
  t.deepEqual(await load('0644'), ['d755', '-644', 'd755', 'd755'])
  t.deepEqual(await load('0600'), ['d755', '-644', 'd755', 'd755'])
})

test('what DuckDB keeps beside the file while it loads is for nobody else either', async (t) => {
  const path = join(await folder(t), 'w.duckdb')
  // A process of its own, as only a main thread may say how its files are made.
  const code = `
    import { readdirSync, statSync } from 'node:fs'
    const { makeFilesWith } = await import(${JSON.stringify(new URL('../src/files/mode.ts', import.meta.url).href)})
    const { duckdbDestination } = await import(${JSON.stringify(new URL('../src/destinations/duckdb/duckdb.ts', import.meta.url).href)})
    const { flattened, event } = await import(${JSON.stringify(new URL('./support/flattening.ts', import.meta.url).href)})
    makeFilesWith(0o600)
    const path = ${JSON.stringify(path)}
    await duckdbDestination({ path }).load(flattened(event()), { signal: new AbortController().signal })
    for (const end of ['', '.wal']) console.log((statSync(path + end).mode & 0o777).toString(8))
    process.exit()`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
  t.is(stdout, '600\n600\n')
})

test('who may read a folder may enter it', (t) => {
  t.deepEqual([0o600, 0o640, 0o604, 0o644].map(folderMode), [0o700, 0o750, 0o705, 0o755])
})

test('rights are added to what is there, and what is not there is left', async (t) => {
  const path = join(await folder(t), 'file')
  t.notThrows(() => grant(path, 0o640))
  await writeFile(path, '')
  await chmod(path, 0o604)
  grant(path, 0o640)
  t.is((await stat(path)).mode & 0o777, 0o644)
})
