/** A disk that is too small for a batch: it is loaded in parts, and told what is needed. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { statfsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { createMemoryBuffer } from '../../src/buffer/memory.ts'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { NoRoomError } from '../../src/errors.ts'
import { load } from '../../src/load/load.ts'
import { arrivalOf, LIMITS, OPTIONS } from '../support/buffers.ts'
import { tablesIn } from '../support/duckdb-warehouse.ts'
import { answerAt } from '../support/flattening.ts'
import { NO_PAUSE } from '../support/loading.ts'

const EVENTS = 120

/** A disk of so many megabytes, which ends with the test; undefined where none can be mounted. */
async function disk(t: ExecutionContext, megabytes: number) {
  const folder = await mkdtemp(join(tmpdir(), 'room-'))
  const mount = (options: string) =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
  try {
    mount(`size=${megabytes}m`)
  } catch {
    await rm(folder, { recursive: true })
    t.log('not tested: a small disk cannot be mounted here')
    return undefined
  }
  t.teardown(async () => {
    execFileSync('umount', [folder])
    await rm(folder, { recursive: true })
  })
  return { folder, grow: (to: number) => mount(`remount,size=${to}m`) }
}

/** Events that cannot be compressed: 6 MB of them. */
async function largeEvents() {
  const buffer = createMemoryBuffer({ ...OPTIONS, consumers: ['duckdb'] })
  for (let at = 0; at < EVENTS; at += 1) {
    await buffer.append(arrivalOf(JSON.stringify(answerAt({ reason: randomBytes(25_000).toString('hex') }, at))))
  }
  return buffer
}

test('a batch that a small disk has no room for is loaded in parts, and the rest when there is room', async (t) => {
  const small = await disk(t, 24)
  if (small === undefined) return
  const buffer = await largeEvents()
  const path = join(small.folder, 'w.duckdb')
  const destination = duckdbDestination({ path })
  const loaded: number[] = []
  const told: string[] = []
  let least = Number.POSITIVE_INFINITY
  await load({
    buffer,
    destination,
    limits: { ...LIMITS, events: EVENTS, bytes: 1e8, values: 1e8 },
    backoff: NO_PAUSE,
    signal: new AbortController().signal,
    onTakenOut: ({ reason }) => t.fail(reason),
    onLoaded: ({ events }) => loaded.push(events),
    onRetry(error) {
      t.true(error instanceof NoRoomError, error.message)
      told.push(error.message)
      const { bavail, bsize } = statfsSync(small.folder)
      least = Math.min(least, bavail * bsize)
      // One event alone finds none.
      if (told.at(-2) === error.message) small.grow(200)
    },
  })
  await destination.close()
  t.regex(
    told[0] ?? '',
    /^load into .*w\.duckdb: it takes up to 40 MB, and the disk has 23 MB free; make room there, loading goes on/,
  )
  t.true(loaded.length > 2 && (loaded[0] ?? 0) < EVENTS, loaded.join())
  t.is((await tablesIn(path))['webhook_events']?.length, EVENTS)
  // What is acknowledged meanwhile finds room.
  t.true(least > 1e6, `${least}`)
})
