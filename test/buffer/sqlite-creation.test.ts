/** Files that were left unfinished, or damaged where nothing is kept in them, keep nothing from starting. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { claimFile } from '../../src/buffer/sqlite/claim.ts'
import { openSqliteBuffer } from '../../src/buffer/sqlite.ts'
import { PermanentError } from '../../src/errors.ts'
import { appendAll, arrival, OPTIONS, sqlitePlace } from '../support/buffers.ts'
import { bufferChild } from '../support/children.ts'
import { unaccounted, withBuffer } from './with-buffer.ts'

/** An event is acknowledged after about so many. */
const CHANGES = 10

/** The first page of a database that has nothing else yet. */
function firstPage(path: string): Buffer {
  const db = new DatabaseSync(path)
  db.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL')
  db.close()
  return readFileSync(path)
}

withBuffer('a file that ends within its first page is made again', sqlitePlace, async (t, open, { folder, path }) => {
  const page = firstPage(`${folder}/page`)
  t.is(page.length, 8192)
  const zeros = Buffer.alloc(8192)
  const lefts = [page.subarray(0, 100), page.subarray(0, 4096), page.subarray(0, 8191), page, zeros, zeros.subarray(1)]
  for (const left of lefts) {
    writeFileSync(path, left)
    const buffer = open()
    await appendAll(buffer, 1, 3)
    t.is((await buffer.stats()).kept, 3)
    await buffer.close()
  }
})

withBuffer('a buffer that was cut short is no unfinished one', sqlitePlace, async (t, open, { path }) => {
  const buffer = open()
  await appendAll(buffer, 1, 3)
  await buffer.close()
  const whole = readFileSync(path)
  for (const length of [100, 4096, 8192]) {
    writeFileSync(path, whole.subarray(0, length))
    t.throws(() => openSqliteBuffer(path, OPTIONS), { instanceOf: PermanentError }, `${length}`)
    t.is(statSync(path).size, length)
  }
  writeFileSync(path, whole.subarray(0, 50))
  writeFileSync(`${path}-wal`, 'something')
  t.throws(() => openSqliteBuffer(path, OPTIONS), { instanceOf: PermanentError })
  t.is(statSync(path).size, 50)
})

withBuffer('whatever is in the file of a lock, it is held by one', sqlitePlace, async (t, _, { folder }) => {
  const page = firstPage(`${folder}/page`)
  const damaged = Buffer.concat([page.subarray(0, 100), Buffer.alloc(8092, 7)])
  const contents = ['', 'x', 'no database at all '.repeat(500), page, page.subarray(0, 4096), damaged, Buffer.alloc(99)]
  for (const [at, content] of contents.entries()) {
    const file = `${folder}/${at}.lock`
    writeFileSync(file, content)
    const claim = claimFile(file, 0)
    t.truthy(claim, `${at}`)
    t.is(claimFile(file, 0), undefined, `${at}`)
    claim?.release()
    const next = claimFile(file, 0)
    t.truthy(next, `${at}`)
    next?.release()
  }
})

withBuffer(
  'killed at each change of its folder while it makes the file, it can open it again',
  sqlitePlace,
  async (t) => {
    let kept = 0
    for (let change = 1; change <= CHANGES; change += 1) {
      const { path, remove } = sqlitePlace()
      const child = bufferChild('make', path, String(change))
      const acknowledged = await child.line().then(
        () => 1,
        () => 0,
      )
      await child.kill()
      if (existsSync(path)) t.is(statSync(path).mode & 0o777, 0o600)
      const buffer = openSqliteBuffer(path, OPTIONS)
      const stats = await buffer.stats()
      t.deepEqual(unaccounted(stats), [])
      t.true(stats.kept >= acknowledged)
      t.is(await buffer.append(arrival(2)), 'accepted')
      await buffer.close()
      remove()
      kept += acknowledged
    }
    t.log(`${CHANGES} kills, ${kept} of them after the event was acknowledged`)
    t.true(kept < CHANGES - 3)
  },
)
