/** The project's programs as processes of their own: started, watched line by line, ended. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Ended {
  /** null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  readonly errors: string
}

export interface Running {
  /** Waits for what the pattern finds in the output, also if it is there already. @throws when the process ends without it */
  said(pattern: RegExp): Promise<RegExpExecArray>
  /** SIGKILL ends its own children as well. */
  kill(signal: NodeJS.Signals): void
  /** Resolves once the process is gone and its output is read. */
  readonly ended: Promise<Ended>
}

interface Surroundings {
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** How long a file may get, in blocks of 512 bytes; as the system has it if not given. */
  readonly blocks?: number
}

/** @param script from the root of the project, such as `src/main.ts` */
export function startProcess(script: string, args: readonly string[], { env, cwd, blocks }: Surroundings): Running {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url))
  const command = [process.execPath, path, ...args]
  const [program = '', ...rest] =
    blocks === undefined ? command : ['/bin/sh', '-c', `ulimit -f ${blocks}; exec "$0" "$@"`, ...command]
  const child = spawn(program, rest, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  let heard = new Set<() => void>()
  const tell = () => {
    const listeners = heard
    heard = new Set()
    for (const listener of listeners) listener()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    tell()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  let gone = false
  const { promise: ended, resolve, reject } = Promise.withResolvers<Ended>()
  child.once('error', reject)
  child.once('close', (code, signal) => {
    gone = true
    resolve({ code, signal, output, errors })
    tell()
  })

  return {
    async said(pattern) {
      for (;;) {
        const found = pattern.exec(output)
        if (found !== null) return found
        if (gone) throw new Error(`wait for ${pattern} of ${script}: it ended without; it said: ${errors}${output}`)
        await new Promise<void>((next) => heard.add(next))
      }
    },
    kill(signal) {
      // A machine that dies takes all with it, the loader as well.
      const others = signal === 'SIGKILL' ? childrenOf(child.pid) : []
      child.kill(signal)
      for (const pid of others) killIfThere(pid)
    },
    ended,
  }
}

/** None where the system does not tell. */
function childrenOf(pid: number | undefined): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** Where a started product receives webhooks. @throws when it ends before it does */
export async function webhookUrl(product: Running): Promise<string> {
  const [, url = ''] = await product.said(/"url":"([^"]+)".*"receiving webhooks"/)
  return url
}
