/**
 * SQLite's log beside the file. It is moved into the file when it is long, and then written from its start again; as long as someone reads
 * what is older, it can only grow.
 */
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { query } from '../transaction.ts'

/** Of 8 KiB: 32 MiB. Fewer make shorter pauses, more make fewer. */
const CHECKPOINT_PAGES = 4000
/** Bytes, with the head that each page has in it. What it grew beyond that is given back to the disk. */
const LONGEST_LOG = CHECKPOINT_PAGES * (8192 + 24)

export const LOG_SETTINGS = `PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${LONGEST_LOG}`

/** Gives the disk back what a log has grown to while someone read: without it, that takes two more commits. Waits for nobody. */
export function shortenLog(db: DatabaseSync, path: string): void {
  const size = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (size <= LONGEST_LOG) return
  const [{ timeout } = { timeout: 0 }] = query<{ timeout: number }>(db, 'PRAGMA busy_timeout').each()
  db.exec('PRAGMA busy_timeout = 0')
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch {
    // Another one is at it, or the disk is full: the next time does it.
  } finally {
    db.exec(`PRAGMA busy_timeout = ${timeout}`)
  }
}
