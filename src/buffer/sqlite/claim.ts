/**
 * A right that one holds at a time, to load for a consumer or to be the server: a lock on a small file of its own, held by an open
 * transaction. The operating system frees it with the process, however that ends. SQLite keeps its locks apart within a process too.
 */
import { truncateSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { lostFile, lostReason, openedFiles } from '../../files/opened.ts'
import type { Claim } from '../buffer.ts'
import { makeEmpty } from './disk/file.ts'
import { isNoDatabase, resultCode } from './errors.ts'

const BUSY = 5

/** The right to load. undefined, at once, when another has it. */
export const claimConsumer = (path: string, consumer: string): Claim | undefined =>
  claimFile(`${path}-${encodeURIComponent(consumer)}.lock`, 0)

/** @param patience milliseconds that it waits, with all else in its thread; then undefined, when another still has it */
export function claimFile(file: string, patience: number): Claim | undefined {
  makeEmpty(file)
  const db = lock(file, patience)
  if (db === undefined) return undefined
  const files = openedFiles([file])
  return {
    lost() {
      const path = lostFile(files)
      return path && lostReason(path)
    },
    release() {
      if (db.isOpen) db.close()
    },
  }
}

function lock(file: string, patience: number): DatabaseSync | undefined {
  const db = new DatabaseSync(file, { timeout: patience })
  try {
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return db
  } catch (error) {
    db.close()
    if (resultCode(error) === BUSY) return undefined
    if (!isNoDatabase(error)) throw error
  }
  // Nothing is ever written into it, so that what is in it is damage. As the same file: another may be about to lock it as well.
  truncateSync(file)
  return lock(file, patience)
}
