/** A BigQuery to test against: bqemulator, a real SQL engine, as a process of its own. What it mends: see its Python. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { emulatorPython } from './python.ts'

const LAUNCHER = fileURLToPath(new URL('./launcher.py', import.meta.url))
const PROJECT = 'emulated-project'

export interface Emulator {
  /** The endpoint, such as `http://127.0.0.1:40123`. */
  readonly url: string
  readonly project: string
}

/**
 * Installs the emulator if it is not there, and starts it, empty. It ends with this thread, which it does not keep from ending.
 * @param say is told what takes long
 * @throws Error that says the way out
 */
export async function startEmulator(say: (line: string) => void = () => {}): Promise<Emulator> {
  const python = await emulatorPython(say)
  // -B: no compiled files beside our sources. -W: its advice to its authors. Its errors are for whoever runs the tests.
  const child = spawn(python, ['-B', '-W', 'ignore', LAUNCHER], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const url = `http://127.0.0.1:${await portOf(child)}`
    await until200(`${url}/bigquery/v2/projects/${PROJECT}/datasets`, child)
    return { url, project: PROJECT }
  } finally {
    letGo(child)
  }
}

type Child = ChildProcessByStdio<Writable, Readable, null>

/** It ends with its input, which ends with us. */
function letGo(child: Child): void {
  child.unref()
  for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref()
}

async function portOf(child: Child): Promise<number> {
  for await (const line of createInterface({ input: child.stdout })) {
    const said: unknown = JSON.parse(line)
    if (typeof said === 'object' && said !== null && 'port' in said && typeof said.port === 'number') return said.port
  }
  throw notStarted()
}

async function until200(url: string, child: Child): Promise<void> {
  for (;;) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    if (child.exitCode !== null) throw notStarted()
    await pause(20)
  }
}

const notStarted = () =>
  new Error(
    'start the emulator: it ended before it served; see above, or remove .emulator/ to have it installed afresh',
  )
