/** The bytes on disk before SQLite has them: made for their user alone, and emptied where they are the beginning of a database only. */
import { closeSync, fsyncSync, openSync, readSync, statSync, truncateSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** What people answered, whoever may read the warehouse. SQLite gives it to the files that it makes beside it. */
const PRIVATE = 0o600

/** An empty file, which SQLite takes for an empty database, unless there is one. Its names on the way to it are durable then. */
export function makeEmpty(path: string): void {
  try {
    closeSync(openSync(path, 'wx', PRIVATE))
  } catch {
    // It is there, or SQLite says what is wrong.
    return
  }
  const folder = dirname(resolve(path))
  for (const each of [folder, dirname(folder)]) sync(each)
}

function sync(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** https://www.sqlite.org/fileformat.html#the_database_header */
const HEADER = { magic: 'SQLite format 3\0', pageSize: 16, pages: 28, length: 100 }
/** Bytes: as long as the first page may be. */
const LONGEST_PAGE = 65_536

/**
 * Empties a file that was to be a database and ends within its first page, or that is zeros, as a power cut leaves it. Not where there is
 * more to it: further pages, by its own count, or a log beside it.
 * @returns whether it was such a file
 */
export function emptyUnfinished(path: string): boolean {
  const logs = ['-wal', '-journal'].map((end) => statSync(`${path}${end}`, { throwIfNoEntry: false })?.size ?? 0)
  if (logs.some((size) => size > 0) || !isUnfinished(path)) return false
  truncateSync(path)
  return true
}

function isUnfinished(path: string): boolean {
  const size = statSync(path).size
  if (size >= LONGEST_PAGE) return false
  const bytes = Buffer.alloc(size)
  const file = openSync(path, 'r')
  try {
    readSync(file, bytes, 0, size, 0)
  } finally {
    closeSync(file)
  }
  if (bytes.every((byte) => byte === 0)) return true
  if (size < HEADER.length || bytes.toString('latin1', 0, HEADER.magic.length) !== HEADER.magic) return false
  return size < bytes.readUInt16BE(HEADER.pageSize) && bytes.readUInt32BE(HEADER.pages) <= 1
}
