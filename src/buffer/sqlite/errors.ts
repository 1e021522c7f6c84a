/** SQLite's errors as ours, by its result codes (https://sqlite.org/rescode.html). */
import { PermanentError, reasonOf, TransientError } from '../../errors.ts'

const BUSY = 5
const LOCKED = 6
const NOMEM = 7
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const NOTADB = 26

const PASSING: Readonly<Record<number, string>> = {
  [BUSY]: 'another process keeps writing to it; it is tried again',
  [LOCKED]: 'another process keeps writing to it; it is tried again',
  [NOMEM]: 'memory is short; it is tried again',
  [IOERR]: 'check the disk; it is tried again',
  [FULL]: 'make room on the disk; it is tried again',
}

const LASTING: Readonly<Record<number, string>> = {
  [READONLY]: 'let this user write to the file and its folder',
  [CANTOPEN]: 'the folder must exist and let this user write',
  [CORRUPT]: 'the file is damaged; move it away and restore a copy, or start with a new one',
  [NOTADB]: 'the file is no SQLite database; move it away or choose another folder',
}

/** SQLite's primary result code; undefined for an error that is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

/** Whether the bytes are none of a database, or not those of a whole one. */
export const isNoDatabase = (error: unknown): boolean => [CORRUPT, NOTADB].includes(resultCode(error) ?? 0)

/** The disk was full or the file locked: the transaction is undone, and the connection is as good as before. */
export function leavesConnectionWell(error: unknown): boolean {
  const code = resultCode(error)
  return error instanceof TransientError || code === FULL || code === BUSY
}

/** @param doing what was tried, such as `store the event` */
export function bufferError(doing: string, path: string, error: unknown): unknown {
  const code = resultCode(error)
  if (code === undefined) return error
  const passing = PASSING[code]
  if (passing !== undefined) return new TransientError(`${doing} in ${path}: ${reasonOf(error)}; ${passing}`)
  const lasting = LASTING[code]
  return new PermanentError(`${doing} in ${path}: ${reasonOf(error)}${lasting === undefined ? '' : `; ${lasting}`}`)
}
