/** Whether a name may be that of an export or a report: what is there under it will be replaced. Asked before anything is read. */
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { PermanentError } from '../errors.ts'
import { identityOf } from '../files/opened.ts'

export interface Target {
  /** Absolute: the product's own folder. */
  readonly dataDir: string
  /** What is written: also how its name ends best. */
  readonly kind: 'csv' | 'html'
}

/** @throws PermanentError where a folder, another format, or what is no export is named */
export async function checkTarget(path: string, { dataDir, kind }: Target): Promise<void> {
  if (path === '') throw new PermanentError('write to "": it is no name; name a file, or - for standard output')
  if (await isSettings(resolve(path))) {
    throw new PermanentError(`write ${path}: it holds settings; name another file, such as nps.${kind}`)
  }
  if (await isOwn(resolve(path), dataDir)) {
    const elsewhere = join(dataDir, EXPORTS, `nps.${kind}`)
    throw new PermanentError(
      `write ${path}: the product has its own files there; name one elsewhere, such as ${elsewhere}`,
    )
  }
  const there = await stat(path).catch(() => undefined)
  if (/(?:^|\/)\.{0,2}$/.test(path) || there?.isDirectory()) {
    throw new PermanentError(
      `write ${path}: it names a folder; name a file in it, such as ${join(path, `nps.${kind}`)}`,
    )
  }
  const mistake = otherFormat(path, kind)
  if (mistake !== undefined) throw new PermanentError(`write ${path}: ${mistake}`)
  if (there?.isFile() && (await isDatabase(path))) {
    throw new PermanentError(
      `write ${path}: it is a database of SQLite or DuckDB; name another file, or move that one away`,
    )
  }
}

/** In any case: on many disks `.ENV` is the file `.env`. */
const SETTINGS = /^(?:\.env(?:\..*)?|refiner-warehouse\.config\.json)$/is

/** By its name, or as the same file as one of such a name beside it: disks take two names for one in more ways than by case. */
async function isSettings(target: string): Promise<boolean> {
  if (SETTINGS.test(basename(target))) return true
  const identity = identityOf(target)
  if (identity === undefined) return false
  const folder = dirname(target)
  const names = await readdir(folder).catch(() => [])
  return names.some((name) => SETTINGS.test(name) && identityOf(join(folder, name)) === identity)
}

/** Ends of names by which programs would take it for something else. */
const OTHER = { csv: /^\.(?:xlsx?|ods|parquet|json|html?|pdf)$/i, html: /^\.(?:pdf|docx?|xlsx?|ods|csv|json)$/i }

/** @returns what is wrong with the end of the name, and the way out */
function otherFormat(path: string, kind: Target['kind']): string | undefined {
  const end = extname(path).toLowerCase()
  const stem = path.slice(0, path.length - end.length)
  const better = stem.endsWith(`.${kind}`) ? stem : `${stem}.${kind}`
  if (end === '.gz') return `it would not be compressed; name it ${better}, or pipe it: --out - | gzip > ${path}`
  if (end === '.zip') return `it would not be compressed; name it ${better}, and compress that`
  if (!OTHER[kind].test(end)) return undefined
  const then = kind === 'html' && end === '.pdf' ? ', and print it from a browser' : ''
  return `it would be ${kind.toUpperCase()} all the same; name it ${better}${then}`
}

/** In DATA_DIR, where people have this folder. */
const EXPORTS = 'exports'

async function isOwn(target: string, dataDir: string): Promise<boolean> {
  const own = await real(dataDir)
  const folders = [own, await real(join(dataDir, 'csv'))]
  const exports = join(own, EXPORTS)
  // A link is replaced where it points to, and may be one that the product has in its folder.
  const places = [await real(target), join(await real(dirname(target)), basename(target))]
  return places.some((place) => {
    for (const each of upwards(place)) {
      if (folders.some((folder) => isSame(each, folder))) return true
      // The folder itself is no place for a file.
      if (isSame(each, exports)) return each === place
    }
    return false
  })
}

/** The path and those above it. */
function* upwards(path: string): Generator<string> {
  for (let each = path; ; each = dirname(each)) {
    yield each
    if (dirname(each) === each) return
  }
}

/** Also where the disk takes two names for one, as for their case. */
function isSame(path: string, other: string): boolean {
  if (path === other) return true
  const identity = identityOf(path)
  return identity !== undefined && identity === identityOf(other)
}

/** The path without links, as far as it is there. */
async function real(path: string): Promise<string> {
  const above = dirname(path)
  return realpath(path).catch(async () => (above === path ? path : join(await real(above), basename(path))))
}

/** https://www.sqlite.org/fileformat.html, https://duckdb.org/docs/stable/internals/storage */
async function isDatabase(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return false
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(16) })
    const start = buffer.toString('latin1')
    return start === 'SQLite format 3\0' || start.startsWith('DUCK', 8)
  } finally {
    await file.close()
  }
}
