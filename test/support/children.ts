/** Processes that a test starts and kills, and the lines that they say. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const BUFFER_CHILD = fileURLToPath(new URL('./buffer-child.ts', import.meta.url))

export interface Child {
  readonly process: ChildProcess
  /** The next whole line. @throws Error when it has ended */
  line(): Promise<string>
  ask(line: string): Promise<string>
  /** By SIGKILL. Resolves to the lines that were said and not read. */
  kill(): Promise<string[]>
}

export function bufferChild(...args: readonly string[]): Child {
  const child = spawn(process.execPath, [BUFFER_CHILD, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = once(child, 'close')
  const line = async () => {
    const next = await lines.next()
    if (next.done === true) throw new Error(`${args.join(' ')} ended by itself`)
    return next.value
  }
  return {
    process: child,
    line,
    ask(question) {
      child.stdin.write(`${question}\n`)
      return line()
    },
    async kill() {
      child.kill('SIGKILL')
      const rest: string[] = []
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) rest.push(next.value)
      await ended
      return rest
    },
  }
}
