/** The file is moved, deleted or replaced under the buffer that has it open: what was written then would be lost. */
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { openSqliteBuffer } from '../../src/buffer/sqlite.ts'
import { TransientError } from '../../src/errors.ts'
import { appendAll, arrival, batchOf, OPTIONS, recordOf, type SqlitePlace, sqlitePlace } from '../support/buffers.ts'
import { withBuffer } from './with-buffer.ts'

const LOST = { instanceOf: TransientError, message: /was moved or deleted while it was open; put it back, or start/ }

/** How a buffer gets lost, by what happened. */
const ways: Readonly<Record<string, (place: SqlitePlace) => void>> = {
  'the folder is moved': ({ folder }) => renameSync(folder, `${folder}-away`),
  'the folder is moved and another made': ({ folder }) => {
    renameSync(folder, `${folder}-away`)
    mkdirSync(folder)
  },
  'the folder is moved and a file has its name': ({ folder }) => {
    renameSync(folder, `${folder}-away`)
    writeFileSync(folder, '')
  },
  'the folder is deleted': ({ folder }) => rmSync(folder, { recursive: true }),
  'the file is deleted': ({ path }) => rmSync(path),
  'the file is replaced by a copy': ({ path }) => {
    renameSync(path, `${path}.moved`)
    copyFileSync(`${path}.moved`, path)
  },
  'its log is deleted': ({ path }) => rmSync(`${path}-wal`),
  'its index is deleted': ({ path }) => rmSync(`${path}-shm`),
}

for (const [way, lose] of Object.entries(ways)) {
  for (const written of [0, 3]) {
    const after = written === 0 ? 'before the first event' : 'between two events'
    withBuffer(`nothing is acknowledged once ${way}, ${after}`, sqlitePlace, async (t, open, place) => {
      const buffer = open()
      await appendAll(buffer, 1, written)
      lose(place)
      try {
        await t.throwsAsync(buffer.append(arrival(9)), LOST)
        await t.throwsAsync(buffer.quarantine(arrival(9), 'bad'), LOST)
        await t.throwsAsync(buffer.stats(), LOST)
        await t.throwsAsync(buffer.nextBatch('duckdb', { events: 9, bytes: 99, values: 99 }), LOST)
      } finally {
        rmSync(`${place.folder}-away`, { recursive: true, force: true })
      }
    })
  }
}

withBuffer(
  'put back, it goes on, and has what was acknowledged and nothing else',
  sqlitePlace,
  async (t, open, place) => {
    const buffer = open()
    await appendAll(buffer, 1, 3)
    for (let round = 0; round < 3; round++) {
      renameSync(place.folder, `${place.folder}-away`)
      await t.throwsAsync(buffer.append(arrival(9)), LOST)
      renameSync(`${place.folder}-away`, place.folder)
    }
    t.is(await buffer.append(arrival(4)), 'accepted')
    await buffer.close()
    t.like(await openSqliteBuffer(place.path, OPTIONS).stats(), { received: 4, kept: 4 })
  },
)

withBuffer('a batch of a buffer that is lost is not committed', sqlitePlace, async (t, open, { path }) => {
  const buffer = open()
  await appendAll(buffer, 1, 3)
  const batch = await batchOf(buffer, 'duckdb', 2)
  rmSync(path)
  await t.throwsAsync(buffer.commit('duckdb', batch, recordOf('duckdb', batch)), LOST)
})

withBuffer('a right whose lock is deleted is lost, and put back it is held', sqlitePlace, async (t, open, { path }) => {
  const claim = await open().claim('duckdb')
  t.is(claim?.lost(), undefined)
  renameSync(`${path}-duckdb.lock`, `${path}-away`)
  t.regex(claim?.lost() ?? '', LOST.message)
  renameSync(`${path}-away`, `${path}-duckdb.lock`)
  t.is(claim?.lost(), undefined)
})
