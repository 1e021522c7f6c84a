/** Where DuckDB puts what does not fit into memory, and what killed processes left of that. People's answers are in it. */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A name of its own for each opening of the file: readers would use the same names in it. */
export const temporaryFolder = (file: string): string => `${file}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`

/** After the name of the file. Earlier versions called it by the process alone, and that of a load by nothing. */
const LEFT = /^(?:\.[1-9]\d{0,8}(?:-[0-9a-f]{8})?)?\.tmp(?:\.wal)?$/

/**
 * Removes what readers and loads that were killed left beside the file, half-made files included. Only for the one process that has the file
 * open for writing: then no other one is using any of it.
 * @param own the folder of this opening
 */
export async function removeLeft(file: string, own: string): Promise<void> {
  const [folder, name] = [dirname(file), basename(file)]
  // What was left is no reason not to load.
  const entries = await readdir(folder).catch(() => [])
  for (const entry of entries) {
    if (!entry.startsWith(name) || !LEFT.test(entry.slice(name.length)) || entry === basename(own)) continue
    await rm(join(folder, entry), { recursive: true, force: true }).catch(() => {})
  }
}

/** With all in it, if it is there. */
export function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // The next load does.
  }
}
