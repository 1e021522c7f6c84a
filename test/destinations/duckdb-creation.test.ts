/** The file is made whole or not at all; what was left unfinished, and holds nothing, is made again. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { duckdbSource } from '../../src/destinations/duckdb/source.ts'
import { NotYetError, PermanentError, TransientError } from '../../src/errors.ts'
import { tablesIn, withConnection } from '../support/duckdb-warehouse.ts'
import { event, flattened } from '../support/flattening.ts'
import { folder } from '../support/process.ts'

const CHILD = fileURLToPath(new URL('../support/duckdb-child.ts', import.meta.url))
/** So many kills at random moments; CREATE_KILLS=100 has more of them. */
const KILLS = Number(process.env['CREATE_KILLS'] ?? 8)
const quiet = () => ({ signal: new AbortController().signal })

const newFile = async (t: ExecutionContext) => join(await folder(t), 'w.duckdb')

/** Opens as a run of loads does, and loads a batch. @returns what was noticed */
async function loadInto(path: string): Promise<string[]> {
  const noticed: string[] = []
  const destination = duckdbDestination({ path, onNotice: (text) => noticed.push(text) })
  try {
    await destination.prepare()
    await destination.load(flattened(event()), quiet())
  } finally {
    await destination.close()
  }
  return noticed
}

const eventsIn = async (path: string) => (await tablesIn(path))['webhook_events']?.length

/** The bytes of a database that has nothing in it yet, as DuckDB makes it. */
async function emptyDatabase(t: ExecutionContext): Promise<Buffer> {
  const path = await newFile(t)
  await withConnection(path, async () => {})
  return readFile(path)
}

test('what DuckDB left of a file that it was making is made again, with a notice, and is no warehouse before', async (t) => {
  const whole = await emptyDatabase(t)
  t.is(whole.length, 12_288)
  const zeros = Buffer.alloc(whole.length)
  const lefts = [
    ...[0, 100, 4096, 8192, 12_287].map((length) => whole.subarray(0, length)),
    ...[1, 4096, 12_288].map((length) => zeros.subarray(0, length)),
    ...[4096, 8192].map((length) => Buffer.concat([whole.subarray(0, length), zeros.subarray(length)])),
  ]
  for (const left of lefts) {
    const path = await newFile(t)
    await writeFile(path, left)
    await writeFile(`${path}.wal`, '')
    await t.throwsAsync(duckdbSource(path), { instanceOf: NotYetError }, `${left.length}`)
    const noticed = await loadInto(path)
    t.is(noticed.length, 1)
    t.regex(noticed[0] ?? '', /w\.duckdb was not finished when it was made, and held nothing; .*npm run replay/)
    t.is(await eventsIn(path), 1)
    t.deepEqual(await readdir(dirname(path)), ['w.duckdb'])
    t.deepEqual(await loadInto(path), [])
  }
})

test('a log without its file is read into no new one, and kept', async (t) => {
  const crashed = await newFile(t)
  await withConnection(crashed, async (connection) => {
    await connection.run('CREATE TABLE mine AS SELECT 1 AS one')
    await copyFile(`${crashed}.wal`, `${crashed}-other.wal`)
  })
  const log = await readFile(`${crashed}-other.wal`)
  for (const left of [undefined, Buffer.alloc(0)]) {
    const path = await newFile(t)
    await writeFile(`${path}.wal`, log)
    if (left) await writeFile(path, left)
    const [noticed] = await loadInto(path)
    t.regex(noticed ?? '', /w\.duckdb\.wal was left without its file, and is kept as .*w\.duckdb\.wal\.\d+\.left/)
    const [kept = '', ...others] = (await readdir(dirname(path))).filter((name) => name !== 'w.duckdb')
    t.deepEqual(others, [])
    t.deepEqual(await readFile(join(dirname(path), kept)), log)
    t.is(await eventsIn(path), 1)
  }
})

test('what may be the data of someone stays: other files, however short, and databases, also with all of it in the log', async (t) => {
  for (const text of ['x', 'short', 'DUCK', 'a list of groceries', 'no DUCKs here '.repeat(900).slice(0, 12_288)]) {
    const path = await newFile(t)
    await writeFile(path, text)
    await t.throwsAsync(loadInto(path), { instanceOf: PermanentError, message: /it is no DuckDB file/ }, text)
    t.is(await readFile(path, 'utf8'), text)
  }
  const directory = await newFile(t)
  await mkdir(directory)
  await t.throwsAsync(loadInto(directory), { instanceOf: PermanentError, message: /a folder stands there/ })
  await t.throwsAsync(duckdbSource(directory), { instanceOf: PermanentError, message: /a folder stands there/ })
  const source = await newFile(t)
  const [path, empty] = [await newFile(t), await newFile(t)]
  await withConnection(source, async (connection) => {
    await connection.run('CREATE TABLE mine AS SELECT 7 AS seven')
    for (const end of ['', '.wal']) await copyFile(`${source}${end}`, `${path}${end}`)
  })
  t.is((await readFile(path)).length, 12_288)
  await writeFile(empty, await emptyDatabase(t))
  for (const each of [path, empty]) {
    t.deepEqual(await loadInto(each), [])
    t.is(await eventsIn(each), 1)
  }
  await withConnection(path, async (connection) => {
    t.deepEqual((await connection.runAndReadAll('SELECT seven FROM mine')).getRowsJS(), [[7]])
  })
})

test('a warehouse that was cut short is no unfinished one', async (t) => {
  const path = await newFile(t)
  await loadInto(path)
  await loadInto(path)
  const whole = await readFile(path)
  for (const length of [8192, 12_287, 12_288]) {
    await writeFile(path, whole.subarray(0, length))
    await t.throwsAsync(loadInto(path), { instanceOf: PermanentError, message: /damaged; move it away/ }, `${length}`)
    t.is((await readFile(path)).length, length)
  }
})

test('a file that another process is making is waited for', async (t) => {
  const path = await newFile(t)
  const child = spawn(process.execPath, [CHILD, 'hold', path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  // As between its first steps: its lock is there, its bytes are not.
  await writeFile(path, '')
  await t.throwsAsync(loadInto(path), { instanceOf: TransientError, message: /another process holds it/ })
  t.deepEqual(await readdir(dirname(path)), ['w.duckdb'])
  child.kill('SIGKILL')
  await once(child, 'exit')
})

test('a reader keeps what it needs for itself, and takes it along; what a killed one left goes with the next load', async (t) => {
  const path = await newFile(t)
  await loadInto(path)
  const beside = async () => (await readdir(dirname(path))).filter((name) => name !== 'w.duckdb')
  const source = await duckdbSource(path)
  const [own = ''] = await beside()
  t.is((await stat(join(dirname(path), own))).mode & 0o777, 0o700)
  await source.close()
  t.deepEqual(await beside(), [])
  const child = spawn(process.execPath, [CHILD, 'read', path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.is((await beside()).length, 1)
  await loadInto(path)
  t.deepEqual(await beside(), [])
})

test('what killed processes of this and earlier versions left beside the file goes with the next load, and nothing else', async (t) => {
  const path = await newFile(t)
  await loadInto(path)
  for (const end of ['.tmp', '.999999999.tmp', `.${process.ppid}.tmp`, '.999999999-0123abcd.tmp']) {
    await mkdir(`${path}${end}`)
    await writeFile(join(`${path}${end}`, 'duckdb_temp_storage_DEFAULT-0.tmp'), 'what people answered')
  }
  for (const end of ['.7-0123abcd.tmp', '.7-0123abcd.tmp.wal']) await writeFile(`${path}${end}`, '')
  const others = ['w.duckdb.notes.tmp', 'w.duckdb.tmp.csv', 'other.duckdb.7.tmp', 'w.duckdb.0123abcd.tmp']
  for (const name of others) await writeFile(join(dirname(path), name), '')
  await loadInto(path)
  t.deepEqual((await readdir(dirname(path))).toSorted(), ['w.duckdb', ...others].toSorted())
})

test('a link to a file that is not there leads where it is made', async (t) => {
  const path = await newFile(t)
  const target = join(dirname(path), 'large-disk', 'warehouse')
  await mkdir(dirname(target))
  await symlink('large-disk/warehouse', path)
  await loadInto(path)
  t.is(await eventsIn(target), 1)
  t.deepEqual((await readdir(dirname(path))).toSorted(), ['large-disk', 'w.duckdb'])
})

/** What is there after a kill: nothing under the file's name, or a database with all tables. Then a load goes on from it. */
async function isWhole(t: ExecutionContext, path: string, kill: string): Promise<void> {
  const names = await readdir(dirname(path))
  if (names.includes('w.duckdb')) t.is(await eventsIn(path), 0, kill)
  t.deepEqual(await loadInto(path), [], kill)
  t.is(await eventsIn(path), 1, kill)
  t.deepEqual(await readdir(dirname(path)), ['w.duckdb'], kill)
}

/** @returns whether the kill came before it was done */
async function isKilled(path: string, mode: 'create' | 'upgrade', moment: number): Promise<boolean> {
  const child = spawn(process.execPath, [CHILD, mode, path, String(moment)], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  return code !== 0
}

test('killed at each change of its folder while it makes the file, it leaves none or a whole one', async (t) => {
  let kills = 0
  for (let change = 1; ; change += 1) {
    const path = await newFile(t)
    const killed = await isKilled(path, 'create', change)
    await isWhole(t, path, `at change ${change}`)
    if (!killed) break
    kills += 1
  }
  t.log(`${kills} kills`)
  t.true(kills >= 4)
})

test('killed at any moment while it makes the file, it leaves none or a whole one', async (t) => {
  let turns = 1024
  while (await isKilled(await newFile(t), 'upgrade', turns)) turns *= 2
  let kills = 0
  for (let tries = 0; tries < KILLS; tries += 1) {
    const path = await newFile(t)
    const moment = Math.floor(Math.random() * turns)
    if (await isKilled(path, 'upgrade', moment)) kills += 1
    await isWhole(t, path, `after ${moment} turns`)
  }
  t.log(`${kills} kills in ${KILLS} tries, of ${turns} turns`)
  t.true(kills > 0)
})

test('a disk that is full while the file is made leaves none, and it is made when there is room', async (t) => {
  // In blocks of 512 bytes (POSIX), at each length of what it makes.
  for (const blocks of [0, 8, 16, 24, 64, 1024]) {
    const path = await newFile(t)
    const limited = `ulimit -f ${blocks}; exec "$0" "$@"`
    const child = spawn('sh', ['-c', limited, process.execPath, CHILD, 'upgrade', path, '1000000000'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    const [code] = await once(child, 'close')
    if (code !== 0) {
      t.regex(errors, /TransientError: open .*w\.duckdb: the disk is full; make room there/, `${blocks}`)
      t.deepEqual(await readdir(dirname(path)), [], `${blocks}`)
    }
    await isWhole(t, path, `${blocks} blocks`)
  }
})
