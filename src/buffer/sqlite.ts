/**
 * The buffer in a SQLite file. Appends go through a writer thread; everything else runs on a connection of the caller's
 * thread. Several threads and processes may have it open at once: they share nothing but the file.
 */
import { TransientError } from '../errors.ts'
import { requireOpened } from '../files/opened.ts'
import type { BufferOptions, EventBuffer } from './buffer.ts'
import { createBatches } from './sqlite/batches.ts'
import { claimantOf, claimConsumer } from './sqlite/claim.ts'
import { shortenLog } from './sqlite/disk/log.ts'
import { bufferError } from './sqlite/errors.ts'
import type { Outcome } from './sqlite/keep.ts'
import { keptBatches } from './sqlite/kept.ts'
import { openDatabase } from './sqlite/open.ts'
import { createPruner } from './sqlite/prune.ts'
import { createQuarantine } from './sqlite/quarantine.ts'
import { createQueue } from './sqlite/queue.ts'
import { createStats } from './sqlite/stats.ts'
import { createTakeOut } from './sqlite/take-out.ts'

/**
 * Opens the file at `path`, making it if there is none; its folder must be there. Lock files of the claims stand beside it.
 * @throws PermanentError for a file that is no buffer, damaged, or written by a newer version
 */
export function openSqliteBuffer(path: string, options: BufferOptions): EventBuffer {
  const { db, name, files } = openDatabase(path)
  const queue = createQueue({ path, options, files })
  const batches = createBatches(db, name)
  const quarantine = createQuarantine(db, options)
  const prune = createPruner(db, options)
  const takeOut = createTakeOut(db, options)
  const stats = createStats(db, options.consumers)
  let closing: Promise<void> | undefined

  async function attempt<T>(doing: string, work: () => T | Promise<T>): Promise<T> {
    if (closing !== undefined) throw new TransientError(`${doing}: the buffer is closed`)
    requireOpened(files, doing)
    try {
      return await work()
    } catch (error) {
      throw bufferError(doing, path, error)
    }
  }

  return {
    append: async (event) => only(await queue.put(event, null), 'accepted', 'duplicate'),
    nextBatch: (consumer, limits) => attempt('read the next batch', () => batches.next(consumer, limits)),
    commit: (consumer, batch, load) => attempt('commit the batch', () => batches.commit(consumer, batch, load)),
    divide: (consumer, batch) => attempt('divide the batch', () => batches.divide(consumer, batch)),
    claim: (consumer) => attempt(`claim ${consumer}`, () => claimConsumer(path, consumer)),
    claimant: async (consumer) => claimantOf(path, consumer),
    async *kept(range, name, limits) {
      requireOpened(files, 'read kept events')
      try {
        yield* keptBatches(db, range, name, limits)
      } catch (error) {
        throw bufferError('read kept events', path, error)
      }
    },
    quarantine: async (event, reason) => only(await queue.put(event, reason), 'quarantined', 'duplicate', 'overflowed'),
    takeOut: (seq, reason) => attempt('take an event out', () => takeOut(seq, reason)),
    listQuarantined: () => attempt('list the quarantine', () => quarantine.list()),
    readQuarantined: (id) => attempt('read the quarantine', () => quarantine.read(id)),
    release: (id, as) => attempt(`release ${id}`, () => quarantine.release(id, as)),
    dropQuarantined: (id) => attempt(`drop ${id}`, () => quarantine.drop(id)),
    prune: (now) =>
      attempt('drop old events', async () => {
        const dropped = await prune(now)
        shortenLog(db, path)
        return dropped
      }),
    stats: () => attempt('read the counters', stats),
    close() {
      closing ??= queue.close().then(() => db.close())
      return closing
    },
  }
}

/** Narrows an outcome to those that the call can have. */
function only<O extends Outcome>(outcome: Outcome, ...possible: readonly O[]): O {
  const found = possible.find((each) => each === outcome)
  if (found === undefined) throw new Error(`store the event: the outcome ${outcome} cannot be`)
  return found
}
