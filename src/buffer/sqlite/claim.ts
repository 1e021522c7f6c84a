/**
 * The right to load for a consumer: a lock on a small file of its own, held by an open transaction. The operating system
 * frees it with the process, however that ends. SQLite keeps its locks apart within a process too.
 */
import { chmodSync, existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Claim } from '../buffer.ts'
import { resultCode } from './errors.ts'

const BUSY = 5

/** undefined, at once, when another has it. */
export function claimConsumer(path: string, consumer: string): Claim | undefined {
  const file = `${path}-${encodeURIComponent(consumer)}.lock`
  const fresh = !existsSync(file)
  const db = new DatabaseSync(file, { timeout: 0 })
  try {
    if (fresh) chmodSync(file, 0o600)
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (resultCode(error) === BUSY) return undefined
    throw error
  }
  return {
    release() {
      if (db.isOpen) db.close()
    },
  }
}
