/**
 * Files that are being written, and what a crash leaves of them. The name has the process that writes the file, by which whoever comes
 * next tells a leftover from what another process writes just now. Its age would not do: a file has to be told for left at once,
 * when the product starts again, and while a long question is answered nothing is written for hours. Processes are those of this
 * host: two in containers of their own that write one file at once take each other's for left, whereupon the rename of one
 * fails, and no wrong file comes of it.
 */
import { randomUUID } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { codeOf, fileError } from './errors.ts'
import { isRunning } from './running.ts'

export const TEMPORARY = '.tmp'

const NAME = /^(?<file>.+)\.(?<pid>[1-9]\d{0,8})-[0-9a-f]{8}\.tmp$/s
/** Milliseconds. After so long without a write it is taken for left, and its process for one that was given the number since. */
const DAY = 86_400_000

/** Names that this process writes to: it may have the number of one that died, as the first in a container always has. */
const writing = new Set<string>()

/** Calls back with a temporary name beside the path, which counts as being written until what is returned has ended. */
export async function withTemporary(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  // Also of its own: two exports of one process that write the same file at once must not write into one another.
  const temporary = `${path}.${process.pid}-${randomUUID().slice(0, 8)}${TEMPORARY}`
  const name = basename(temporary)
  writing.add(name)
  try {
    await write(temporary)
  } finally {
    writing.delete(name)
  }
}

/**
 * Removes temporary files that processes which are gone have left in a folder; if there is no such folder, nothing.
 * @param isWanted whether to remove those of a file of this name
 * @returns how many it were
 */
export async function removeLeftovers(folder: string, isWanted: (file: string) => boolean): Promise<number> {
  try {
    let removed = 0
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const { file, pid } = NAME.exec(entry.name)?.groups ?? {}
      if (file === undefined || !entry.isFile() || !isWanted(file)) continue
      const path = join(folder, entry.name)
      if (!(await isLeft(path, Number(pid)))) continue
      await rm(path, { force: true })
      removed += 1
    }
    return removed
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw fileError('clear', folder, error)
  }
}

async function isLeft(path: string, pid: number): Promise<boolean> {
  if (pid === process.pid) return !writing.has(basename(path))
  if (!isRunning(pid)) return true
  const there = await stat(path).catch(() => undefined)
  return there !== undefined && Date.now() - there.mtimeMs > DAY
}
