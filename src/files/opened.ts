/**
 * Whether paths still lead to the files that were opened under them. A folder that is moved or deleted, a volume that is unmounted: whoever has
 * a file open writes on without an error, into a file that nobody finds again.
 */
import { statSync } from 'node:fs'
import { TransientError } from '../errors.ts'

/** Device and inode of files that are open, by path. Threads may hand it to each other. */
export type OpenedFiles = ReadonlyMap<string, string>

/** @param paths of files that are open now; those that are not there are left out */
export function openedFiles(paths: readonly string[]): OpenedFiles {
  const opened = new Map<string, string>()
  for (const path of paths) {
    const identity = identityOf(path)
    if (identity !== undefined) opened.set(path, identity)
  }
  return opened
}

/** The first path that leads to another file, or to none; undefined while all lead to theirs. Costs a stat each. */
export function lostFile(opened: OpenedFiles): string | undefined {
  for (const [path, identity] of opened) if (identityOf(path) !== identity) return path
  return undefined
}

/** @throws TransientError when a path leads elsewhere: it may be put back, and then all goes on */
export function requireOpened(opened: OpenedFiles, doing: string): void {
  const path = lostFile(opened)
  if (path !== undefined) throw new TransientError(`${doing}: ${lostReason(path)}`)
}

export const lostReason = (path: string): string =>
  `${path} was moved or deleted while it was open; put it back, or start again to use what is there now`

/** Device and inode: what makes a file or folder the same one under any name. undefined when there is none. */
export function identityOf(path: string): string | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats && `${stats.dev}:${stats.ino}`
  } catch {
    // A part of the path is no folder any more, or may not be entered.
    return undefined
  }
}
