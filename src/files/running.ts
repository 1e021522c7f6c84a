/** Whether a process of this host still runs. */
import { readFileSync } from 'node:fs'
import { codeOf } from './errors.ts'

export function isRunning(pid: number): boolean {
  try {
    // 0 is no signal; it only asks.
    process.kill(pid, 0)
  } catch (error) {
    // It is there, and another user's.
    return codeOf(error) === 'EPERM'
  }
  return !hasEnded(pid)
}

/** Z and X in the field behind the program's name: it has ended, and its parent has not asked for the outcome yet (proc_pid_stat(5)). */
const ENDED = /\) [ZX] [^)]*$/

/** false where the system has no /proc. */
function hasEnded(pid: number): boolean {
  try {
    return ENDED.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
