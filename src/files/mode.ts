/** Who may read what is made: the setting FILE_MODE. Folders take the right to enter for whoever may read. */
import { chmodSync, statSync } from 'node:fs'

export const folderMode = (mode: number): number => mode | ((mode & 0o444) >> 2)

/** From here on this process makes its files and folders with no more rights than these, also those that a library makes. */
export function makeFilesWith(mode: number): void {
  process.umask(0o777 & ~folderMode(mode))
}

/**
 * Adds the rights to a file or folder that is there, and takes none away: they may have been given by hand. What belongs to another user
 * stays as it is.
 */
export function grant(path: string, mode: number): void {
  try {
    const stats = statSync(path)
    const wanted = stats.isDirectory() ? folderMode(mode) : mode
    if ((stats.mode & wanted) !== wanted) chmodSync(path, (stats.mode | wanted) & 0o7777)
  } catch {
    // Whoever may not read it is told so when they try.
  }
}
