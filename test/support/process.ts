/** The real product, and its commands, as processes of their own on real files. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { type Ended, type Running, startProcess, webhookUrl } from '../../scripts/processes.ts'
import { type Config, loadConfig } from '../../src/config.ts'

type Settings = Readonly<Record<string, string>>

/** Loads nothing by itself. */
export const NEVER: Settings = { LOAD_SCHEDULE: '0 0 29 2 *' }
/** Loads at each second. */
export const ALWAYS: Settings = { LOAD_SCHEDULE: '* * * * * *' }

export interface Answer {
  readonly status: number
  readonly body: string
}

export interface Product extends Running {
  readonly url: string
  /** Sends a webhook. */
  readonly post: (body: string | Uint8Array<ArrayBuffer>) => Promise<Answer>
  /** @param path such as `/stats` */
  readonly get: (path: string) => Promise<Answer>
}

/** A folder that is removed when the test has ended. */
export async function folder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'product-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}

/** Starts `npm start` and waits until it listens; it is killed when the test has ended. */
export async function startProduct(t: ExecutionContext, dataDir: string, env: Settings): Promise<Product> {
  const running = start(t, 'src/main.ts', [], dataDir, env)
  const url = await webhookUrl(running)
  const ask = async (target: string, init?: RequestInit) => {
    const response = await fetch(new URL(target, url), init)
    return { status: response.status, body: await response.text() }
  }
  return { ...running, url, post: (body) => ask(url, { method: 'POST', body }), get: (path) => ask(path) }
}

/** Runs a program of the project to its end. @param script such as `scripts/load.ts` */
export function run(
  t: ExecutionContext,
  script: string,
  { args = [], dataDir, env = {} }: { args?: readonly string[]; dataDir: string; env?: Settings },
): Promise<Ended> {
  return start(t, script, args, dataDir, env).ended
}

/** Starts a program of the project; it is killed when the test has ended. */
export function start(
  t: ExecutionContext,
  script: string,
  args: readonly string[],
  dataDir: string,
  env: Settings,
): Running {
  // In a working directory without .env or a config file, and with nothing of this process's environment.
  const running = startProcess(script, args, { env: settings(dataDir, env), cwd: tmpdir() })
  t.teardown(async () => {
    running.kill('SIGKILL')
    await running.ended
  })
  return running
}

const settings = (dataDir: string, env: Settings): Settings => ({ PORT: '0', DATA_DIR: dataDir, ...env })

/** The settings that such a process has. */
export const configOf = (dataDir: string, env: Settings = {}): Config =>
  loadConfig({ env: settings(dataDir, env), cwd: tmpdir() })

/** Looks again and again until there is something to see. A test's own time limit ends it. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    await pause(20)
  }
}
