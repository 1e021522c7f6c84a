/**
 * Files that are there whole or not at all: written under a temporary name in the same folder, made durable, then
 * renamed. What `writeWhole` has resolved for survives a power cut once its folder is synced.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PermanentError } from '../errors.ts'
import { codeOf, fileError } from './errors.ts'
import { TEMPORARY, withTemporary } from './temporary.ts'

/**
 * Puts the content under the final name, replacing what is there. A failure or an abort leaves nothing new behind.
 * @param then what happens once an error has passed, for its text
 */
export async function writeWhole(path: string, content: Readable, signal: AbortSignal, then?: string): Promise<void> {
  await withTemporary(path, async (temporary) => {
    try {
      // `flush` syncs the file before it is closed.
      await pipeline(content, createWriteStream(temporary, { flush: true }), { signal })
      await rename(temporary, path)
    } catch (error) {
      // The first failure is the one to tell; what stays here is removed by whoever comes next (temporary.ts).
      await rm(temporary, { force: true }).catch(() => {})
      signal.throwIfAborted()
      throw fileError('write', path, error, then)
    }
  })
}

/** Makes the names in a folder durable. */
export function syncFolder(path: string): Promise<void> {
  return attempt('sync', path, async () => {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  })
}

/**
 * Makes the folder and those above it, durably. One level at a time: `mkdir` by itself tries for ever, and cannot be stopped, where a
 * folder that is there takes none, as in /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return
  const above = dirname(path)
  await makeFolder(above)
  try {
    await mkdir(path)
  } catch (error) {
    // Another process may have made it.
    if (await isFolder(path)) return
    if (codeOf(error) === 'ENOENT' && (await isFolder(above))) {
      throw new PermanentError(`make ${path}: no folder can be made there; choose another directory`, { cause: error })
    }
    throw fileError('make', path, error)
  }
  await syncFolder(above)
}

const isFolder = (path: string) =>
  stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  )

/** Makes folders in a folder, durably, and clears them of temporary files that a crash left. */
export async function makeFoldersIn(path: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const folder = join(path, name)
    await attempt('make', folder, () => mkdir(folder, { recursive: true }))
    await attempt('clear', folder, async () => {
      for (const file of await readdir(folder)) if (file.endsWith(TEMPORARY)) await rm(join(folder, file))
    })
  }
  await syncFolder(path)
}

/** The text of a file; undefined when there is none. */
export function readIfThere(path: string): Promise<string | undefined> {
  return attempt('read', path, async () => {
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  })
}

/** Removes a file if it is there. */
export function remove(path: string): Promise<void> {
  return attempt('remove', path, () => rm(path, { force: true }))
}

async function attempt<T>(action: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fileError(action, path, error)
  }
}
