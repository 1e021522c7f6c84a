import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { startProcess } from '../../scripts/processes.ts'
import { queryFile } from '../../src/destinations/duckdb/query.ts'
import { listen } from '../support/listen.ts'
import { ALWAYS, folder, NEVER, type Product, run, startProduct } from '../support/process.ts'

const SCRIPT = 'scripts/send-samples.ts'
const beside = ({ url }: Product) => ({ PORT: new URL(url).port, LOG_LEVEL: 'silent' })

test('samples are sent, loaded and asked about; they show months, and none is in the future', async (t) => {
  const dataDir = await folder(t)
  const env = beside(await startProduct(t, dataDir, NEVER))
  const { code, output, errors } = await run(t, SCRIPT, { args: ['--count', '300', '--seed', '1'], dataDir, env })
  t.is(code, 0, errors)
  t.regex(
    output,
    /^Sent 300 events: 300 accepted, 0 duplicate, 0 failed \(seed 1\)\.\nduckdb: 300 events loaded\n\nSELECT/,
  )
  t.regex(output, /\nNPS Survey +enterprise /)
  const ask = async (sql: string) => (await queryFile(join(dataDir, 'warehouse.duckdb'), sql)).rows
  t.true((await ask('SELECT month FROM nps_by_month')).length >= 3)
  const future = "greatest(last_shown_at, completed_at) > now() AT TIME ZONE 'UTC'"
  t.deepEqual(await ask(`SELECT count(*) FROM responses WHERE ${future}`), [[0]])
})

test('beside a receiver with another folder it is said so, and nothing is made in this one', async (t) => {
  const env = beside(await startProduct(t, await folder(t), ALWAYS))
  const dataDir = join(await folder(t), 'data')
  const { code, output, errors } = await run(t, SCRIPT, { args: ['--count', '10'], dataDir, env })
  t.is(code, 0, errors)
  t.true(output.includes(`The receiver has another warehouse than ${join(dataDir, 'warehouse.duckdb')}: set DATA_DIR`))
  t.false(existsSync(dataDir))
})

test('Ctrl-C ends the sending, and says how much was sent', async (t) => {
  let requests = 0
  const url = await listen(t, (_, response) => {
    if (++requests < 100) response.writeHead(202).end('{"status":"accepted"}')
    if (requests === 100) sending.kill('SIGINT')
  })
  const sending = startProcess(SCRIPT, ['--url', url], { env: {}, cwd: tmpdir() })
  t.teardown(() => sending.kill('SIGKILL'))
  const { code, output, errors } = await sending.ended
  t.is(code, 1)
  t.is(errors, '')
  t.regex(output, /^Sent \d+ of 1000 events, then stopped: \d+ accepted, 0 duplicate, 0 failed \(seed \d+\)\.\n$/)
})
