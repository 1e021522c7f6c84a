/** `npm run test:bigquery`: the promises of every destination, on Google's BigQuery itself. It makes datasets and drops them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const AVA = join(createRequire(import.meta.url).resolve('ava'), '../cli.js')
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const HELP = `BIGQUERY_TEST_PROJECT=my-project npm run test:bigquery

Runs the conformance suite of destinations on BigQuery, by the Application Default Credentials of this machine, in datasets
named test_… that it makes and drops. The project needs billing; a run costs less than a dollar and takes some minutes.
The authors could not run it: what is known of BigQuery here comes from its documentation and from an emulator.
`

if (process.env['BIGQUERY_TEST_PROJECT'] === undefined) {
  process.stderr.write(HELP)
  process.exitCode = 1
} else {
  const args = [AVA, '--config', 'test/emulator/ava.config.js', '--timeout', '30m', 'test/emulator/bigquery.test.ts']
  const ava = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
  await once(ava, 'close')
  process.exitCode = ava.exitCode ?? 1
}
