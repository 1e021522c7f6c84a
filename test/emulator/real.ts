/** `npm run test:bigquery`: the promises of every destination, on Google's BigQuery itself. It makes datasets and drops them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const AVA = join(createRequire(import.meta.url).resolve('ava'), '../cli.js')
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const HELP = `BIGQUERY_TEST_PROJECT=my-project npm run test:bigquery
BIGQUERY_TEST_PROJECT=my-project BIGQUERY_TEST_MODE=append npm run test:bigquery

Runs the conformance suite of destinations on BigQuery, by the Application Default Credentials of this machine. Each test makes
one or two datasets named test_… and drops them; there are about fifty, and each takes from half a minute to some, so it takes an
hour or so. Of merge mode, which needs billing, a run costs less than a dollar; append mode needs none, a sandbox will do.
The authors could not run it: what is known of BigQuery here comes from its documentation and from an emulator.
`

/** By BIGQUERY_TEST_MODE. */
const TESTS: Readonly<Record<string, string>> = { merge: 'bigquery.test.ts', append: 'bigquery-append.test.ts' }

async function main(): Promise<number> {
  const {
    BIGQUERY_TEST_PROJECT: project,
    BIGQUERY_TEST_MODE: mode = 'merge',
    BIGQUERY_EMULATOR_HOST: host,
  } = process.env
  const file = TESTS[mode]
  if (project === undefined || file === undefined) {
    process.stderr.write(HELP)
    return 1
  }
  if (host) {
    process.stderr.write("BIGQUERY_EMULATOR_HOST is set, which takes Google's client elsewhere; unset it\n")
    return 1
  }
  const args = [AVA, '--config', 'test/emulator/ava.config.js', '--timeout', '30m', `test/emulator/${file}`]
  const ava = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
  await once(ava, 'close')
  return ava.exitCode ?? 1
}

process.exitCode = await main()
