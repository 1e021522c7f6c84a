/** The file itself: what it is set to, what is refused, how much one commit holds. */

import { once } from 'node:events'
import { closeSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { EventBuffer } from '../../src/buffer/buffer.ts'
import { openDatabase } from '../../src/buffer/sqlite/open.ts'
import { openSqliteBuffer } from '../../src/buffer/sqlite.ts'
import { PermanentError } from '../../src/errors.ts'
import { appendAll, arrival, arrivalOf, DAY, drain, LIMITS, OPTIONS, START, sqlitePlace } from '../support/buffers.ts'
import { unaccounted, withBuffer } from './with-buffer.ts'

const settingOf = (db: DatabaseSync, pragma: string) => Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]

withBuffer('each commit is synced: WAL with synchronous=FULL', sqlitePlace, async (t, open, { path }) => {
  open()
  const { db } = openDatabase(path)
  t.is(settingOf(db, 'journal_mode'), 'wal')
  t.is(settingOf(db, 'synchronous'), 2)
  t.is(settingOf(db, 'page_size'), 8192)
  db.close()
})

withBuffer('the files can be read by nobody else', sqlitePlace, async (t, open, { folder }) => {
  const buffer = open()
  await buffer.append(arrival(1))
  await buffer.claim('duckdb')
  const modes = readdirSync(folder).map((file) => [file, statSync(join(folder, file)).mode & 0o777])
  t.true(modes.length >= 3)
  t.deepEqual(
    modes.filter(([, mode]) => mode !== 0o600),
    [],
  )
})

withBuffer('a file that is no database is refused and left as it is', sqlitePlace, async (t, _, { path }) => {
  writeFileSync(path, 'no database'.repeat(1000))
  t.throws(() => openSqliteBuffer(path, OPTIONS), { instanceOf: PermanentError, message: /no SQLite database.*folder/ })
  t.is(statSync(path).size, 11_000)
})

withBuffer("another program's database is refused", sqlitePlace, async (t, _, { path }) => {
  const db = new DatabaseSync(path)
  db.exec('CREATE TABLE theirs (a)')
  db.close()
  t.throws(() => openSqliteBuffer(path, OPTIONS), { instanceOf: PermanentError, message: /another program's/ })
})

withBuffer('a file of a newer version is refused', sqlitePlace, async (t, open, { path }) => {
  await open().close()
  const db = new DatabaseSync(path)
  db.exec('PRAGMA user_version = 3')
  db.close()
  t.throws(() => openSqliteBuffer(path, OPTIONS), { instanceOf: PermanentError, message: /newer version.*3 > 2/ })
})

withBuffer('a file of version 1 is taken over, with all that is in it', sqlitePlace, async (t, open, { path }) => {
  const first = open()
  await appendAll(first, 1, 3)
  await first.close()
  const db = new DatabaseSync(path)
  db.exec('DROP TABLE taken_out; PRAGMA user_version = 1')
  db.close()
  const buffer = open()
  t.true(await buffer.takeOut(2, 'damaged'))
  t.like(await buffer.stats(), { received: 3, kept: 2, quarantined: 1 })
  t.is((await drain(buffer, 'duckdb')).length, 3)
})

withBuffer('a damaged file is told as such', sqlitePlace, async (t, open, { path }) => {
  const buffer = open()
  await appendAll(buffer, 1, 200, 1000)
  await buffer.close()
  const head = Buffer.alloc(statSync(path).size, 0xa5)
  const { db } = openDatabase(path)
  const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").get()?.['rootpage']
  db.close()
  const file = openSync(path, 'r+')
  writeSync(file, head, 0, 8192, (Number(root) - 1) * 8192)
  closeSync(file)
  await t.throwsAsync(open().nextBatch('duckdb', LIMITS), { instanceOf: PermanentError, message: /damaged/ })
})

withBuffer('a folder that is not there is told as such', sqlitePlace, async (t, _, { folder }) => {
  t.throws(() => openSqliteBuffer(join(folder, 'none', 'buffer.sqlite'), OPTIONS), {
    instanceOf: PermanentError,
    message: /folder must exist/,
  })
})

withBuffer('bodies come out byte for byte, up to a megabyte', sqlitePlace, async (t, open) => {
  const buffer = open()
  const bodies = [
    '{"a":"\\u0000\\u0007"}',
    '{"😀":"é\u2028"}',
    `{"a":"${'ü😀x'.repeat(150_000)}"}`,
    '\ufeff{}',
    ' {}\n',
  ]
  for (const body of bodies) await buffer.append(arrivalOf(body))
  const batch = await buffer.nextBatch('duckdb', LIMITS)
  t.true(batch?.events.every(({ body }, index) => body === bodies[index]))
  t.is(batch?.events.length, bodies.length)
})

/** A reader of what is in it now, while 48 MB are appended. @returns what ends it */
async function readerOf(path: string, buffer: EventBuffer): Promise<() => void> {
  await buffer.append(arrival(0))
  const { db } = openDatabase(path)
  db.exec('BEGIN')
  db.prepare('SELECT count(*) FROM events').get()
  await Promise.all(Array.from({ length: 48 }, (_, n) => buffer.append(arrival(n + 1, 1024 ** 2))))
  return () => db.close()
}

const LONGEST_LOG = 33 * 1024 ** 2

withBuffer(
  'the log that a reader has made long is short again when it has ended',
  sqlitePlace,
  async (t, open, { path }) => {
    const buffer = open()
    const log = () => statSync(`${path}-wal`).size
    const end = await readerOf(path, buffer)
    t.true(log() > 48e6)
    end()
    for (let n = 100; n < 103; n++) await buffer.append(arrival(n))
    t.true(log() < LONGEST_LOG, `${log()}`)
    t.is((await drain(buffer, 'duckdb')).length, 52)
  },
)

withBuffer('the log is short again also where nothing more arrives', sqlitePlace, async (t, open, { path }) => {
  const buffer = open()
  const end = await readerOf(path, buffer)
  // The reader is waited for by nobody.
  await buffer.prune(START)
  t.true(statSync(`${path}-wal`).size > 48e6)
  end()
  await buffer.prune(START)
  t.is(statSync(`${path}-wal`).size, 0)
  t.is((await buffer.stats()).kept, 49)
  t.is(await buffer.append(arrival(100)), 'accepted')
})

withBuffer('what arrives together shares commits', sqlitePlace, async (t, open, { path }) => {
  const buffer = open()
  await buffer.append(arrival(0))
  // A commit of its own for each would write three pages or more: its event, its id, the counters.
  const before = statSync(`${path}-wal`).size
  await Promise.all(Array.from({ length: 10_000 }, (_, n) => buffer.append(arrival(n + 1))))
  const pages = (statSync(`${path}-wal`).size - before) / 8216
  t.true(pages < 2000, `${pages} pages were written for 10,000 events`)
  t.is((await buffer.stats()).kept, 10_001)
})

withBuffer('too much waiting for the disk is refused, and nothing of it is counted', sqlitePlace, async (t, open) => {
  const buffer = open()
  const settled = await Promise.allSettled(Array.from({ length: 70 }, (_, n) => buffer.append(arrival(n, 1024 ** 2))))
  t.is(settled.filter(({ status }) => status === 'fulfilled').length, 64)
  t.like(await buffer.stats(), { received: 64, kept: 64 })
  t.is(await buffer.append(arrival(69, 1024 ** 2)), 'accepted')
})

withBuffer('events are dropped in steps, between which others are appended', sqlitePlace, async (t, open) => {
  const buffer = open({ ...OPTIONS, consumers: ['duckdb'] })
  await Promise.all(Array.from({ length: 9000 }, (_, n) => buffer.append(arrival(n))))
  await drain(buffer, 'duckdb')
  const pruned = buffer.prune(START + 40 * DAY)
  const { kept } = await buffer.stats()
  t.is(await buffer.append(arrival(9000)), 'accepted')
  t.is(await pruned, 9000)
  t.true(kept > 0)
  const stats = await buffer.stats()
  t.is(stats.kept, 1)
  t.deepEqual(unaccounted(stats), [])
})

withBuffer('stats hold together while another thread appends and loads', sqlitePlace, async (t, open) => {
  const reader = open()
  const writer = open()
  const progress = { rounds: 0 }
  const work = (async () => {
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 100 }, (_, n) => writer.append(arrival(round * 80 + n))))
      await writer.quarantine(arrival(100_000 + round), 'bad')
      await drain(writer, 'duckdb', { ...LIMITS, events: 30 })
      progress.rounds++
    }
  })()
  let count = 0
  while (progress.rounds < 20) {
    t.deepEqual(unaccounted(await reader.stats()), [])
    count++
    await new Promise((resolve) => setImmediate(resolve))
  }
  await work
  t.true(count > 10)
})

withBuffer('many threads may open a new file at once', sqlitePlace, async (t, open, { path }) => {
  const url = new URL('../../src/buffer/sqlite/open.ts', import.meta.url).href
  const opening = async (file: string) => {
    const code = `import(${JSON.stringify(url)}).then(({ openDatabase }) => {
      const { db, name } = openDatabase(${JSON.stringify(file)})
      require('node:worker_threads').parentPort.postMessage(name)
      db.close()
    })`
    const [name] = await once(new Worker(code, { eval: true }), 'message')
    return String(name)
  }
  for (const file of [path, ...Array.from({ length: 9 }, (_, at) => `${path}-${at}`)]) {
    const names = await Promise.all(Array.from({ length: 16 }, () => opening(file)))
    t.is(new Set(names).size, 1)
  }
  await appendAll(open(), 1, 1)
})

withBuffer('a quarantine that outgrew RETAIN_BYTES closes the door to no event', sqlitePlace, async (t, open) => {
  const bytes = 400_000
  const buffer = open({ ...OPTIONS, retention: { days: 30, bytes }, quarantine: { items: 100, bytes: 1e7 } })
  for (let n = 0; n < 10; n++) await buffer.quarantine(arrival(n, bytes / 5), 'no event')
  t.true((await buffer.stats()).bytes > bytes)
  t.is(await buffer.append(arrival(100)), 'accepted')
  t.is(await buffer.append(arrival(101)), 'accepted')
})
