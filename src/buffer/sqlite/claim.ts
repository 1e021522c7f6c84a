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
import { forgetHolder, holderOf, noteHolder } from './holder.ts'

const BUSY = 5

/** The right to load. undefined, at once, when another has it. */
export const claimConsumer = (path: string, consumer: string): Claim | undefined => claimFile(lockOf(path, consumer), 0)

/** Who has it, such as `PID 4788 (npm run load)`; undefined where it cannot be told. */
export const claimantOf = (path: string, consumer: string): string | undefined => holderOf(lockOf(path, consumer))

const lockOf = (path: string, consumer: string) => `${path}-${encodeURIComponent(consumer)}.lock`

/** @param patience milliseconds that it waits, with all else in its thread; then undefined, when another still has it */
export function claimFile(file: string, patience: number): Claim | undefined {
  makeEmpty(file)
  const db = lock(file, patience)
  if (db === undefined) return undefined
  const files = openedFiles([file])
  noteHolder(file)
  return {
    lost() {
      const path = lostFile(files)
      return path && lostReason(path)
    },
    release() {
      if (!db.isOpen) return
      forgetHolder(file)
      db.close()
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
