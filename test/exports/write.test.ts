import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile as put, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { exportSchema } from '../../src/config/exports.ts'
import { duckdbSource } from '../../src/destinations/duckdb/source.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { exportCsv } from '../../src/exports/export.ts'
import { writeFile } from '../../src/exports/write.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { folder, until } from '../support/process.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/export-csv.ts', import.meta.url))
/** Where there are /dev/full and /proc. */
const onLinux = process.platform === 'linux' ? test : test.skip
const ROWS = 100_000
/** Nothing comes of it for hours. */
const ENDLESS = 'SELECT count(*) FROM many AS a, many AS b, many AS c'

/** A warehouse with so many rows in `many`, and a folder to write to. */
async function places(t: ExecutionContext) {
  const dataDir = await folder(t)
  await withConnection(join(dataDir, 'warehouse.duckdb'), (connection) =>
    connection.run(`CREATE TABLE many AS SELECT range AS n, 'some text of row ' || range AS words FROM range(${ROWS})`),
  )
  const out = await folder(t)
  return { dataDir, out, file: join(out, 'many.csv') }
}

/** An export into a file, that is stopped or fails on the way. */
async function exportTo(dataDir: string, file: string, sql: string, stopping = new AbortController()) {
  const source = await duckdbSource(join(dataDir, 'warehouse.duckdb'))
  try {
    return await exportCsv(source, {
      options: exportSchema('UTC').parse({ sql }),
      signal: stopping.signal,
      write: (_, text) => writeFile(file, text, stopping.signal),
      onRows: () => stopping.abort(new Error('stopped by the test')),
    })
  } finally {
    await source.close()
  }
}

test('a query that fails in mid-stream leaves the old file as it was, and nothing beside it', async (t) => {
  const { dataDir, out, file } = await places(t)
  await put(file, 'the old one')
  const sql = `SELECT CASE WHEN n = ${ROWS - 1} THEN error('no such row') ELSE words END FROM many`
  const source = await duckdbSource(join(dataDir, 'warehouse.duckdb'))
  let seen = 0
  const failing = exportCsv(source, {
    options: exportSchema('UTC').parse({ sql }),
    signal: new AbortController().signal,
    write: (_, text) => writeFile(file, text, new AbortController().signal),
    onRows: (rows) => {
      seen = rows
    },
  })
  const error = await t.throwsAsync(failing, { instanceOf: PermanentError })
  t.regex(String(error.cause), /no such row/)
  t.true(seen > 0, 'rows were written before')
  await source.close()
  t.deepEqual(await readdir(out), ['many.csv'])
  t.is(await readFile(file, 'utf8'), 'the old one')
})

test('a stopped export leaves nothing, and lets go of the warehouse', async (t) => {
  const { dataDir, out, file } = await places(t)
  await t.throwsAsync(exportTo(dataDir, file, 'SELECT * FROM many'), { message: 'stopped by the test' })
  t.deepEqual(await readdir(out), [])
  await t.notThrowsAsync(
    withConnection(join(dataDir, 'warehouse.duckdb'), (connection) => connection.run('DROP TABLE many')),
  )
})

test('what is no regular file is not replaced, and a link stays one', async (t) => {
  const { out } = await places(t)
  const signal = new AbortController().signal
  const text = async function* () {
    yield 'a\r\n'
  }
  await t.throwsAsync(writeFile('/dev/null', text(), signal), { message: /it is no regular file; name a file, or -/ })
  await t.throwsAsync(writeFile(out, text(), signal), { message: /it is no regular file/ })
  await put(join(out, 'real.csv'), 'old')
  await symlink(join(out, 'real.csv'), join(out, 'link.csv'))
  await writeFile(join(out, 'link.csv'), text(), signal)
  t.is(await readFile(join(out, 'real.csv'), 'utf8'), 'a\r\n')
  await writeFile(join(out, 'new', 'folder', 'a.csv'), text(), signal)
  t.is(await readFile(join(out, 'new', 'folder', 'a.csv'), 'utf8'), 'a\r\n')
})

function start(t: ExecutionContext, dataDir: string, ...args: string[]) {
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    cwd: tmpdir(),
    env: { DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  t.teardown(() => void child.kill('SIGKILL'))
  return { child, ended: once(child, 'close').then(([code]) => ({ code, errors })) }
}

test('a reader that has enough ends it without an error', async (t) => {
  const { dataDir } = await places(t)
  const { child, ended } = start(t, dataDir, '--table', 'many', '--out', '-')
  const [begun] = await once(child.stdout, 'data')
  child.stdout.destroy()
  t.true(String(begun).startsWith('n,words\r\n'))
  t.deepEqual(await ended, { code: 0, errors: '' })
})

onLinux('standard output that takes no more is told as a file is', async (t) => {
  const { dataDir } = await places(t)
  const args = ['-c', '"$0" "$@" >/dev/full', process.execPath, SCRIPT, '--table', 'many', '--out', '-']
  const error = await t.throwsAsync(promisify(execFile)('sh', args, { cwd: tmpdir(), env: { DATA_DIR: dataDir } }))
  t.regex(
    String(Reflect.get(error, 'stderr')),
    /^write standard output: the disk is full; make room there, then try again: ENOSPC/,
  )
})

onLinux('where no folder can be made it is said, and not tried for ever', async (t) => {
  const text = async function* () {
    yield 'a\r\n'
  }
  const writing = writeFile('/proc/none/of/these.csv', text(), new AbortController().signal)
  await t.throwsAsync(writing, {
    instanceOf: PermanentError,
    message: 'make /proc/none: no folder can be made there; choose another directory',
  })
})

onLinux('a folder that takes no files is told from one that was removed', async (t) => {
  const text = async function* () {
    yield 'a\r\n'
  }
  const writing = writeFile('/proc/none.csv', text(), new AbortController().signal)
  await t.throwsAsync(writing, {
    instanceOf: PermanentError,
    message: 'write /proc/none.csv: no file can be made there; choose another directory',
  })
  const { out } = await places(t)
  const removing = async function* () {
    await rm(out, { recursive: true })
    yield 'a\r\n'
  }
  const removed = writeFile(join(out, 'a.csv'), removing(), new AbortController().signal)
  await t.throwsAsync(removed, {
    instanceOf: TransientError,
    message: /it is gone; it is made again, then export again/,
  })
})

test('a signal ends it, and no file is left', async (t) => {
  const { dataDir, out } = await places(t)
  const { child, ended } = start(t, dataDir, '--sql', ENDLESS, '--out', join(out, 'never.csv'))
  const begun = await until(async () => ((await readdir(out)).length > 0 ? readdir(out) : undefined))
  t.true(begun.every((name) => /^never\.csv\.\d+-\w+\.tmp$/.test(name)))
  child.kill('SIGINT')
  const { code, errors } = await ended
  t.is(code, 1)
  t.regex(errors, /^stopped; nothing is left behind/)
  t.deepEqual(await readdir(out), [])
})

/** An export that never ends, once it has its file. @returns the file's name */
async function endless(t: ExecutionContext, dataDir: string, file: string) {
  const before = await readdir(dirname(file))
  const { child, ended } = start(t, dataDir, '--sql', ENDLESS, '--out', file)
  const name = await until(async () => (await readdir(dirname(file))).find((each) => !before.includes(each)))
  return {
    name,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

test('what a killed export left is removed by the next one to the same file, and nothing of one under way', async (t) => {
  const { dataDir, out, file } = await places(t)
  const others = ['other.csv.1-0123abcd.tmp', 'many.csv.tmp', 'many.csv.0123abcd.tmp', 'my-many.csv', 'a.many.csv']
  for (const name of others) await put(join(out, name), "the user's")
  const killed = await endless(t, dataDir, file)
  await killed.kill()
  t.true((await readdir(out)).includes(killed.name), 'killed, it could not remove it')

  const running = await endless(t, dataDir, file)
  t.false((await readdir(out)).includes(killed.name))
  const { code, errors } = await start(t, dataDir, '--sql', 'SELECT 1 AS one', '--out', file).ended
  t.is(code, 0, errors)
  t.deepEqual((await readdir(out)).toSorted(), ['many.csv', running.name, ...others].toSorted())
  await running.kill()
})
