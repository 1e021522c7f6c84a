/** Kills its own process when files appear, grow or go: in the middle of work that leaves no turn to anything else. */
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

interface Watch {
  readonly folder: string
  readonly changes: number
}

/** Resolves when a thread is watching the folder, which kills the process when it has seen so many changes of it. */
export async function killAtChange(folder: string, changes: number): Promise<void> {
  const watch: Watch = { folder, changes }
  const worker = new Worker(new URL(import.meta.url), { workerData: watch })
  worker.unref()
  await once(worker, 'message')
}

function spin({ folder, changes }: Watch): void {
  let seen = filesIn(folder)
  parentPort?.postMessage('watching')
  for (let left = changes; ; ) {
    const now = filesIn(folder)
    if (now === seen) continue
    seen = now
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  }
}

/** Names and sizes. */
function filesIn(folder: string): string {
  const size = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.size
  return readdirSync(folder)
    .toSorted()
    .map((name) => `${name} ${size(name)}`)
    .join('\n')
}

if (!isMainThread) spin(workerData)
