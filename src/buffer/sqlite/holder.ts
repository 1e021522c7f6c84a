/**
 * Who has a right that is marked by a lock: told by a small file beside it. Not by the lock's own file, as whoever closes that loses its
 * locks on it. A file that a crash left tells of a process that is gone, and so tells nothing.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isRunning } from '../../files/running.ts'

const fileOf = (lock: string) => lock.replace(/\.lock$/, '.holder')

/** Writes the holder file; call it right after taking the lock. If the file cannot be written, others do not learn the PID. */
export function noteHolder(lock: string): void {
  try {
    writeFileSync(fileOf(lock), `${process.pid} ${programName(process.argv[1] ?? '')}`, { mode: 0o600 })
  } catch {
    // The disk is full: the lock still holds, and only the PID is unknown.
  }
}

/** To be called just before the right is given back. */
export function forgetHolder(lock: string): void {
  try {
    rmSync(fileOf(lock), { force: true })
  } catch {
    // The next one writes over it.
  }
}

/** Such as `PID 4788 (npm run load)`; undefined where it cannot be told. */
export function holderOf(lock: string): string | undefined {
  try {
    const [, pid, program] = /^(\d+) ([\w .:-]+)$/.exec(readFileSync(fileOf(lock), 'utf8')) ?? []
    return pid !== undefined && isRunning(Number(pid)) ? `PID ${pid} (${program})` : undefined
  } catch {
    return undefined
  }
}

/** @param script of the project, such as `/opt/refiner-warehouse/scripts/load.ts` */
function programName(script: string): string {
  const name = basename(script, '.ts')
  if (name === 'main' || name === 'worker') return 'npm start'
  return script.endsWith(`/scripts/${name}.ts`) ? `npm run ${name}` : 'node'
}
