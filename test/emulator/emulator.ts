/** A BigQuery to test against: bqemulator, a real SQL engine, as a process of its own. What it mends: see its Python. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
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
  /** Ends it; everything in it is gone. */
  stop(): Promise<void>
}

/**
 * Installs the emulator if it is not there, and starts it, empty. It ends with this process at the latest.
 * @param say is told what takes long
 * @throws Error that says the way out
 */
export async function startEmulator(say: (line: string) => void = () => {}): Promise<Emulator> {
  const python = await emulatorPython(say)
  // -B: no compiled files beside our sources. -W: its advice to its authors. Its errors are for whoever runs the tests.
  const child = spawn(python, ['-B', '-W', 'ignore', LAUNCHER], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const stop = async () => {
    // Closing its input ends it.
    child.stdin.end()
    await ended
  }
  try {
    const url = `http://127.0.0.1:${await portOf(child)}`
    await until200(`${url}/bigquery/v2/projects/${PROJECT}/datasets`, child)
    return { url, project: PROJECT, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Child = ChildProcessByStdio<Writable, Readable, null>

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
