/** GoogleSQL's server, and what speaks to it: npm packages in `.googlesql/`, which git ignores, installed when they are missing. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { access, copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { requirePlatform, thisPlatform } from './platform.ts'

const FOLDER = fileURLToPath(new URL('../../../.googlesql/', import.meta.url))
const PACKAGE = fileURLToPath(new URL('./package/', import.meta.url))
const FILES = ['package.json', 'package-lock.json']

/**
 * The folder whose `node_modules` has the packages. What stands under its final name is whole: it is made under another name, and
 * renamed. The name holds the lock file, so that a change of it makes a new one.
 * @param say is told what takes long
 * @throws Error that says the way out
 */
export async function installed(say: (line: string) => void): Promise<string> {
  requirePlatform(thisPlatform())
  const lock = await readFile(join(PACKAGE, 'package-lock.json'))
  const ready = join(FOLDER, `server-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`)
  if (!(await exists(ready))) {
    say(`Installing GoogleSQL's server, once, into ${ready}: 350 MB on disk, some seconds.`)
    await make(ready)
    say('Installed.')
  }
  return ready
}

async function make(ready: string): Promise<void> {
  await removeLeft(basename(ready))
  const making = join(FOLDER, `making-${process.pid}`)
  await mkdir(making, { recursive: true })
  try {
    for (const file of FILES) await copyFile(join(PACKAGE, file), join(making, file))
    // Scripts of packages have nothing to do here.
    const { code, output } = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], making)
    if (code !== 0) {
      throw new Error(
        `install GoogleSQL's server: ${lastLines(output)}; it needs npm and a registry in reach, and 350 MB on disk; run it again when they are there`,
      )
    }
    await rename(making, ready).catch(async (error: unknown) => {
      // Another set-up of the same was faster.
      if (!(await exists(ready))) throw error
    })
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

/** What a killed set-up left, and what another lock file has made. */
async function removeLeft(wanted: string): Promise<void> {
  const names = await readdir(FOLDER).catch(() => [])
  for (const name of names) {
    if (name === wanted) continue
    const pid = /^making-(\d+)$/.exec(name)?.[1]
    if (pid === undefined || !runs(Number(pid))) await rm(join(FOLDER, name), { recursive: true, force: true })
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function run(program: string, args: readonly string[], cwd: string) {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const hear = (text: string) => {
    output += text
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  await once(child, 'close')
  return { code: child.exitCode, output }
}

const lastLines = (output: string): string => output.trim().split('\n').slice(-5).join(' / ')

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
