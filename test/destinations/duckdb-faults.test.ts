/** What happens to a DuckDB file when processes, disks and people get in the way. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { memoryDestination } from '../../src/destinations/memory.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { bigBatch } from '../support/big-batch.ts'
import { tablesIn } from '../support/duckdb-warehouse.ts'
import { sorted, withoutLoads } from '../support/rows.ts'

const CHILD = fileURLToPath(new URL('../support/duckdb-child.ts', import.meta.url))
const quiet = () => ({ signal: new AbortController().signal })

/** A file that is not there yet, in a folder of its own. */
async function newFile(): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'duckdb-faults-'))
  return { path: join(folder, 'w.duckdb'), remove: () => rm(folder, { recursive: true, force: true }) }
}

/** The tables after the first so many batches, by the reference. */
async function reference(batches: number) {
  const memory = memoryDestination()
  for (let number = 0; number < batches; number += 1) await memory.load(bigBatch(number), quiet())
  return withoutLoads(sorted(memory.tables()))
}

async function loadAll(path: string, batches: number): Promise<void> {
  const destination = duckdbDestination({ path })
  for (let number = 0; number < batches; number += 1) await destination.load(bigBatch(number), quiet())
  await destination.close()
}

/** Resolves with the first line of the process that starts so; with '' when it ends without one. */
async function lineOf(child: ChildProcess, start: string): Promise<string> {
  if (child.stdout === null) return ''
  for await (const line of createInterface(child.stdout)) if (line.startsWith(start)) return line
  return ''
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

test('a file that another process holds is told with its process, and loads once it is free', async (t) => {
  const { path, remove } = await newFile()
  const child = spawn(process.execPath, [CHILD, 'hold', path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await lineOf(child, 'holding')
  const destination = duckdbDestination({ path })
  const error = await t.throwsAsync(destination.prepare(), { instanceOf: TransientError })
  t.regex(
    error?.message ?? '',
    new RegExp(`^open ${path}: another process holds it .*PID ${child.pid}.*close it there`),
  )
  await kill(child)
  await destination.prepare()
  await destination.load(bigBatch(0), quiet())
  await destination.close()
  t.deepEqual(withoutLoads(await tablesIn(path)), await reference(1))
  await remove()
})

test('what a crash left to be read again is read once, and closing leaves none of it', async (t) => {
  const { path, remove } = await newFile()
  const destination = duckdbDestination({ path })
  await destination.load(bigBatch(0), quiet())
  const crashed = `${path}-crashed`
  for (const end of ['', '.wal']) await copyFile(`${path}${end}`, `${crashed}${end}`)
  await destination.close()
  t.false(existsSync(`${path}.wal`))
  t.true(statSync(`${crashed}.wal`).size > 0)

  const afterwards = duckdbDestination({ path: crashed })
  await afterwards.prepare()
  t.is(statSync(`${crashed}.wal`, { throwIfNoEntry: false })?.size ?? 0, 0)
  await afterwards.close()
  t.deepEqual(withoutLoads(await tablesIn(crashed)), await reference(1))
  await remove()
})

test('a second destination of the same process on the file has to wait', async (t) => {
  const { path, remove } = await newFile()
  const [first, second] = [duckdbDestination({ path }), duckdbDestination({ path })]
  await first.prepare()
  await t.throwsAsync(second.prepare(), { instanceOf: TransientError, message: /this process has it open/ })
  await first.close()
  await second.prepare()
  await second.close()
  await remove()
  t.pass()
})

test('a full disk is told, keeps nothing half, and loading goes on when there is room', async (t) => {
  const { path, remove } = await newFile()
  // In blocks of 512 bytes (POSIX): files of this process cannot grow beyond 6 MB.
  const child = spawn('sh', ['-c', `ulimit -f 12288; exec "$0" "$@"`, process.execPath, CHILD, 'load', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const line = await lineOf(child, 'failed')
  await ended
  t.regex(line, /^failed TransientError .*the disk is full; make room there/)
  const { loads } = await tablesIn(path)
  const loaded = loads?.length ?? 0
  t.true(loaded > 0)
  t.deepEqual(withoutLoads(await tablesIn(path)), await reference(loaded))
  await loadAll(path, loaded + 2)
  t.deepEqual(withoutLoads(await tablesIn(path)), await reference(loaded + 2))
  await remove()
})

test('a process killed in the middle of a load leaves whole batches, and loading again completes them', async (t) => {
  const { path, remove } = await newFile()
  for (let kills = 0; kills < 4; kills += 1) {
    const child = spawn(process.execPath, [CHILD, 'load', path], { stdio: ['ignore', 'pipe', 'inherit'] })
    await lineOf(child, `loading ${kills * 2 + 1}`)
    await kill(child)
    const state = await tablesIn(path)
    t.deepEqual(withoutLoads(state), await reference(state['loads']?.length ?? 0))
  }
  await loadAll(path, 12)
  t.deepEqual(withoutLoads(await tablesIn(path)), await reference(12))
  await remove()
})

test('a load whose reply was lost gives the same record again and changes nothing', async (t) => {
  const { path, remove } = await newFile()
  const destination = duckdbDestination({ path })
  const lost = await destination.load(bigBatch(0), quiet())
  await destination.close()
  const state = await tablesIn(path)
  t.deepEqual(await destination.load(bigBatch(0), quiet()), lost)
  await destination.close()
  t.deepEqual(await tablesIn(path), state)
  await remove()
})

test('a signal stops a load while DuckDB works, and the load can follow', async (t) => {
  const { path, remove } = await newFile()
  const destination = duckdbDestination({ path })
  const reason = new Error('stop')
  let stopped = 0
  for (let turns = 1; ; turns *= 2) {
    await destination.prepare()
    const controller = new AbortController()
    const load = destination.load(bigBatch(0), { signal: controller.signal }).then(
      () => undefined,
      (error: unknown) => error,
    )
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    controller.abort(reason)
    const outcome = await load
    await destination.close()
    if (outcome === undefined) break
    t.is(outcome, reason)
    t.deepEqual((await tablesIn(path))['loads'], [])
    stopped += 1
  }
  t.true(stopped > 0)
  await loadAll(path, 1)
  t.deepEqual(withoutLoads(await tablesIn(path)), await reference(1))
  await remove()
})

test('a file that is no DuckDB file is told and left alone', async (t) => {
  const { path, remove } = await newFile()
  await writeFile(path, 'a list of groceries, long enough to be something'.repeat(1000))
  const error = await t.throwsAsync(duckdbDestination({ path }).prepare(), { instanceOf: PermanentError })
  t.is(error?.message, `open ${path}: it is no DuckDB file; move it away, or choose another place`)
  await remove()
})

test('a batch that the tables refuse stops the destination, and the next one loads', async (t) => {
  const { path, remove } = await newFile()
  const destination = duckdbDestination({ path })
  const good = bigBatch(0)
  const bad = { ...good, id: 'bad', rows: { ...good.rows, webhook_events: good.rows.webhook_events.map(() => [null]) } }
  await t.throwsAsync(destination.load(bad, quiet()), {
    instanceOf: PermanentError,
    message: /load into .*: this was not expected/,
  })
  await destination.prepare()
  await destination.load(good, quiet())
  await destination.close()
  t.deepEqual(withoutLoads(await tablesIn(path)), await reference(1))
  await remove()
})

const ways: Readonly<Record<string, (path: string) => Promise<void>>> = {
  moved: (path) => rename(path, `${path}.away`),
  deleted: (path) => rm(path),
  'moved with its folder': (path) => rename(dirname(path), `${dirname(path)}.away`),
  'replaced by a copy': (path) => rename(path, `${path}.away`).then(() => copyFile(`${path}.away`, path)),
}

for (const [way, lose] of Object.entries(ways)) {
  test(`a batch is not loaded when the file is ${way} while it is open, and the next try loads it where it belongs`, async (t) => {
    const { path, remove } = await newFile()
    t.teardown(async () => {
      await remove()
      await rm(`${dirname(path)}.away`, { recursive: true, force: true })
    })
    const destination = duckdbDestination({ path })
    await destination.prepare()
    await lose(path)
    await t.throwsAsync(destination.load(bigBatch(0), quiet()), { instanceOf: TransientError })
    await destination.prepare()
    await destination.load(bigBatch(0), quiet())
    await destination.close()
    t.deepEqual(withoutLoads(await tablesIn(path)), await reference(1))
  })
}
