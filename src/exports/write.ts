/** Where an export goes: a file that is there whole or not at all, or standard output. */
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PermanentError } from '../errors.ts'
import { codeOf, fileError } from '../files/errors.ts'
import { removeLeftovers } from '../files/temporary.ts'
import { makeFolder, syncFolder, writeWhole } from '../files/whole.ts'

/** Replaces the file, and makes its folder. @returns its absolute path @throws leaving what was there, and nothing else */
export async function writeFile(
  path: string,
  text: AsyncIterable<string | Uint8Array>,
  signal: AbortSignal,
): Promise<string> {
  const target = resolve(path)
  await makeFolder(dirname(target))
  // A link stays one: what it points to is replaced.
  const file = await realpath(target).catch(async () => join(await realpath(dirname(target)), basename(target)))
  const there = await stat(file).catch(() => undefined)
  if (there !== undefined && !there.isFile()) {
    throw new PermanentError(`write ${path}: it is no regular file; name a file, or - for standard output`)
  }
  // Of an export that was killed: people's data, under a name that nobody looks for. Another user's stay in a shared folder.
  await removeLeftovers(dirname(file), (name) => name === basename(file)).catch(() => {})
  await writeWhole(file, Readable.from(text), signal, 'then export again').catch(async (error: unknown) => {
    const cause = error instanceof Error ? error.cause : undefined
    if (!(await isRefused(dirname(file), cause))) throw error
    throw new PermanentError(`write ${path}: no file can be made there; choose another directory`, { cause })
  })
  await syncFolder(dirname(file))
  return target
}

/** Whether it is a folder that takes no files, as /proc is. One that was removed meanwhile is made again. */
async function isRefused(folder: string, cause: unknown): Promise<boolean> {
  if (codeOf(cause) !== 'ENOENT' || !(cause instanceof Error && 'syscall' in cause && cause.syscall === 'open'))
    return false
  return (await stat(folder).catch(() => undefined)) !== undefined
}

/** @returns false when the reader had enough, as `head` has, which is no error. The stream stays open. */
export async function writeStream(
  out: Writable,
  text: AsyncIterable<string | Uint8Array>,
  signal: AbortSignal,
): Promise<boolean> {
  // What was written before is told to be broken after it.
  out.on('error', () => {})
  try {
    await pipeline(Readable.from(text), out, { signal, end: false })
    return true
  } catch (error) {
    signal.throwIfAborted()
    if (codeOf(error) === 'EPIPE') return false
    // Else it is of what was to be written.
    if (error instanceof Error && 'syscall' in error)
      throw fileError('write', 'standard output', error, 'then try again')
    throw error
  }
}
