/** The emulator's Python: a virtual environment in `.emulator/`, which git ignores, made when it is missing. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../../.emulator/', import.meta.url))
const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url))

interface Ran {
  readonly code: number | null
  readonly output: string
}

/**
 * The path of a Python that has the emulator. What stands under its final name is whole: it is made under another name,
 * and renamed. The name holds the requirements and the Python, so that a change of either makes a new one.
 * @param say is told what takes long
 * @throws Error that says the way out
 */
export async function emulatorPython(say: (line: string) => void): Promise<string> {
  const version = await pythonVersion()
  const requirements = await readFile(REQUIREMENTS)
  const name = createHash('sha256').update(version).update(requirements).digest('hex').slice(0, 12)
  const ready = join(FOLDER, `venv-${name}`)
  if (!(await exists(ready))) {
    say(`Installing the emulator with ${version}, once, into ${ready}: 500 MB on disk, a minute or so.`)
    await make(ready)
    say('Installed.')
  }
  return join(ready, 'bin', 'python')
}

async function pythonVersion(): Promise<string> {
  const wayOut = 'install Python 3.11 or newer, so that `python3` is on the PATH'
  const script = 'import sys; print("Python", sys.version.split()[0]); sys.exit(sys.version_info < (3, 11))'
  const { code, output } = await run('python3', ['-c', script]).catch((cause: unknown) => {
    throw new Error(`look for python3: not found; ${wayOut}`, { cause })
  })
  if (code !== 0) throw new Error(`look for python3: ${output.trim()} is too old; ${wayOut}`)
  return output.trim()
}

async function make(ready: string): Promise<void> {
  await removeLeft()
  const making = join(FOLDER, `making-${process.pid}`)
  await mkdir(FOLDER, { recursive: true })
  try {
    const made = await run('python3', ['-m', 'venv', making])
    if (made.code !== 0) {
      throw new Error(
        `make a virtual environment: ${lastLines(made.output)}; install the venv module, such as apt install python3-venv`,
      )
    }
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '-r', REQUIREMENTS]
    const installed = await run(join(making, 'bin', 'python'), pip)
    if (installed.code !== 0) {
      throw new Error(
        `install the emulator: ${lastLines(installed.output)}; it needs PyPI, or the index that PIP_INDEX_URL names; run it again when it is in reach`,
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

/** What a killed set-up left, and what other requirements or another Python have made. */
async function removeLeft(): Promise<void> {
  const names = await readdir(FOLDER).catch(() => [])
  for (const name of names) {
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

/** @throws when the program cannot be started */
async function run(program: string, args: readonly string[]): Promise<Ran> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
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
