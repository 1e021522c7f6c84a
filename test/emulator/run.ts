/** `npm run test:emulator`: starts one emulator, runs the tests that need it, and stops it. Arguments go to ava. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Emulator, startEmulator } from './emulator.ts'

const AVA = join(createRequire(import.meta.url).resolve('ava'), '../cli.js')
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

async function runTests(emulator: Emulator): Promise<number> {
  const args = [AVA, '--config', 'test/emulator/ava.config.js', ...process.argv.slice(2)]
  const env = { ...process.env, BIGQUERY_EMULATOR_URL: emulator.url, BIGQUERY_EMULATOR_PROJECT: emulator.project }
  const ava = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' })
  await once(ava, 'close')
  return ava.exitCode ?? 1
}

async function main(): Promise<number> {
  const emulator = await startEmulator((line) => console.log(line))
  try {
    console.log(`The emulator serves at ${emulator.url}.`)
    return await runTests(emulator)
  } finally {
    await emulator.stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
