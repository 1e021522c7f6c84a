/** The product as `npm start` runs it, in a process and a folder of its own, with the settings that a benchmark needs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Config, loadConfig } from '../src/config.ts'

export const SECRET = 'a-secret-of-the-benchmark'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What `npm run <name>` gives to Node, for any folder. */
export function argumentsOf(name: string): string[] {
  const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  const [, ...args] = scripts[name]?.split(' ') ?? []
  return args.map((arg) => (arg.startsWith('-') ? arg : join(ROOT, arg)))
}

/** Nothing is loaded but on request: the schedule has no time soon, and no backlog is large enough. */
const NEVER = { LOAD_SCHEDULE: '0 0 29 2 *', LOAD_WHEN_PENDING: '1000000000' }

export function environment(directory: string, settings: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { DATA_DIR: directory, PORT: '0', WEBHOOK_SECRET: SECRET, ...NEVER, ...settings }
}

export function configOf(directory: string): Config {
  return loadConfig({ env: environment(directory), cwd: directory })
}

export interface Server {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

export interface Product extends Server {
  destination(): Promise<{
    readonly pending: number
    readonly loaded: number
    readonly state: string
    readonly reason: string | null
  }>
}

export async function startProduct(directory: string, settings?: Readonly<Record<string, string>>): Promise<Product> {
  const server = await startServer(argumentsOf('start'), { cwd: directory, env: environment(directory, settings) })
  return {
    ...server,
    async destination() {
      const response = await fetch(new URL('/stats', server.url), { headers: { authorization: `Bearer ${SECRET}` } })
      const { destinations }: { destinations: { duckdb: Awaited<ReturnType<Product['destination']>> } } = JSON.parse(
        await response.text(),
      )
      return destinations.duckdb
    },
  }
}

/** Starts Node with a script that prints a line of JSON with its `url` once it listens. Its output is read to the end. */
export async function startServer(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Server> {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = /"url":"([^"]+)"/.exec(line)?.[1]
      if (told !== undefined) resolve(told)
    })
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`start ${args.join(' ')}: it ended with ${code}; its output says why`)),
    )
  })
  return { url, pid: child.pid ?? 0, stop: () => stop(child) }
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** The most memory that a process and those that it started have held so far, each by itself, in MB. */
export function peakMemory(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  const started = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  return started.reduce((sum, child) => sum + peakMemory(Number(child)), Number(kilobytes) / 1024)
}
