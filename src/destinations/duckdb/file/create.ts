/**
 * The file is made whole or not at all: under another name beside it, with its tables, made durable, and only then given its name. So a
 * crash or a full disk leaves no file that DuckDB refuses. Versions before this one left such files; they are known by their bytes.
 */
import { readFileSync, statSync } from 'node:fs'
import { link, open, readlink, rename, rm } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { codeOf } from '../../../files/errors.ts'
import { removeLeftovers, withTemporary } from '../../../files/temporary.ts'
import { makeFolder, syncFolder } from '../../../files/whole.ts'

/** Bytes: three headers come before all data (https://duckdb.org/docs/stable/internals/storage). */
const HEADER = 4096
const HEADERS = 3 * HEADER
const MAGIC = { at: 8, text: 'DUCK' }
/** In the second and the third one: how many blocks of data there are. */
const BLOCKS = 32
/** What file systems without hard links answer. */
const NO_LINKS = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']

/**
 * Whether a file is the beginning of one that DuckDB was making: by its length and its headers it holds no rows. Any other file, however
 * short, may be someone's.
 */
export function isUnfinished(path: string): boolean {
  const bytes = shortFile(path)
  if (bytes === undefined) return false
  const isDuckdb = bytes.toString('latin1', MAGIC.at, MAGIC.at + MAGIC.text.length) === MAGIC.text
  const hasBlocks = [HEADER, 2 * HEADER].some((at) => !isEmpty(bytes.subarray(at + BLOCKS, at + BLOCKS + 8)))
  return isEmpty(bytes) || (isDuckdb && !hasBlocks && (bytes.length < HEADERS || isEmpty(bytes.subarray(2 * HEADER))))
}

/** The bytes of a file that is no longer than the headers; undefined for anything else, also for what this user may not read. */
function shortFile(path: string): Buffer | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isFile() || stats.size > HEADERS) return undefined
  try {
    return readFileSync(path)
  } catch {
    // Opening it says why.
    return undefined
  }
}

/** As a power cut leaves what was not written yet. */
const isEmpty = (bytes: Buffer) => bytes.every((byte) => byte === 0)

/**
 * Makes the file, and its folder if missing; replaces only one that is unfinished. Where another process has made it meanwhile, that one stays.
 * @param fill makes a closed database at the path that it is given
 * @returns what was found in the way, in words; undefined when nothing was
 */
export async function makeFile(path: string, fill: (path: string) => Promise<void>): Promise<string | undefined> {
  const file = await pointedTo(resolve(path))
  await makeFolder(dirname(file))
  await removeLeftovers(dirname(file), (name) => name === basename(file)).catch(() => {})
  let found: string | undefined
  await withTemporary(file, async (temporary) => {
    try {
      await fill(temporary)
      await sync(temporary)
      found = await clearWay(path, file)
      await giveName(temporary, file)
    } finally {
      for (const each of [temporary, `${temporary}.wal`]) await rm(each, { force: true }).catch(() => {})
    }
  })
  await syncFolder(dirname(file))
  return found
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A link to a file that is not there leads where it is made. */
async function pointedTo(path: string): Promise<string> {
  const target = await readlink(path).catch(() => undefined)
  return target === undefined ? path : pointedTo(resolve(dirname(path), target))
}

/** DuckDB would read the log of another file into a new one. It may hold the only copy of something, so it is kept. */
async function clearWay(path: string, file: string): Promise<string | undefined> {
  const unfinished = isUnfinished(file)
  if (!unfinished && statSync(file, { throwIfNoEntry: false }) !== undefined) return undefined
  const log = `${resolve(path)}.wal`
  const aside = `${log}.${Date.now()}.left`
  const hasLog = (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 0
  if (hasLog) await rename(log, aside)
  else await rm(log, { force: true })
  if (unfinished) await rm(file)
  const found = [
    ...(unfinished ? [`${path} was not finished when it was made, and held nothing`] : []),
    ...(hasLog ? [`${log} was left without its file, and is kept as ${aside}`] : []),
  ]
  return found.length === 0
    ? undefined
    : `${found.join('; ')}; if events had been loaded into it, npm run replay loads them again`
}

/** Unlike a rename, a link never replaces what another process has made meanwhile. */
async function giveName(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    if (!NO_LINKS.includes(codeOf(error))) throw error
    await rename(temporary, file)
  }
}
