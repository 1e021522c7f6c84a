/** `npm run test:googlesql`: installs GoogleSQL's server if it is not there, and runs the tests that start it. Arguments go to ava. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installed } from './engine/install.ts'

const AVA = join(createRequire(import.meta.url).resolve('ava'), '../cli.js')
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

async function main(): Promise<number> {
  await installed(console.log)
  const args = [AVA, '--config', 'test/googlesql/ava.config.js', ...process.argv.slice(2)]
  const ava = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
  await once(ava, 'close')
  return ava.exitCode ?? 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
