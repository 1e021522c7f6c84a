import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { createPatience } from '../../scripts/patience.ts'
import { HeldError, TransientError } from '../../src/errors.ts'
import { event } from '../support/flattening.ts'
import { folder, NEVER, run, start, startProduct, until } from '../support/process.ts'

const CHILD = fileURLToPath(new URL('../support/duckdb-child.ts', import.meta.url))

async function hold(t: ExecutionContext, path: string) {
  const holder = spawn(process.execPath, [CHILD, 'hold', path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  return holder
}

const HELD = new HeldError('open w: held', 'PID 7 (python3) to close w')

test('what is waited for is said once, until something else is', (t) => {
  const said: string[] = []
  const patience = createPatience('load into w', 60, (text) => void said.push(text))
  const full = new TransientError('load into w: the disk is full; make room there, loading goes on by itself')
  for (const error of [HELD, HELD, full, full, HELD]) t.is(patience.wait(error), undefined)
  t.deepEqual(said, [
    'waiting for PID 7 (python3) to close w',
    'trying again: load into w: the disk is full; make room there',
    'waiting for PID 7 (python3) to close w',
  ])
})

test('who is to wait for nothing is told at once what to do, and so is who would have to wait for too long', (t) => {
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  t.is(
    createPatience('load into w', 0, say).wait(HELD)?.message,
    'load into w: it would have to wait for PID 7 (python3) to close w; end that and run it again, or wait longer by --wait SECONDS',
  )
  const later = new TransientError('load: the quota is used up; loading goes on by itself', { after: 61_000 })
  t.is(
    createPatience('load into w', 60, say).wait(later)?.message,
    'load: the quota is used up; then run it again, or wait longer by --wait SECONDS',
  )
  t.deepEqual(said, [])
})

test('commands that find the warehouse held say by whom in a line, wait for as long as they are told to, and end with 75', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, NEVER)
  t.is((await product.post(JSON.stringify(event({ remote_id: 'one' })))).status, 202)
  const path = join(dataDir, 'warehouse.duckdb')
  const holder = await hold(t, path)
  const held = `PID ${holder.pid} (node) to close ${path}`

  for (const [script, ...args] of [['load'], ['replay'], ['query', 'SELECT 1']]) {
    const all = { args: ['--wait', '1', ...args], dataDir, env: { LOG_LEVEL: 'silent' } }
    const { code, output, errors } = await run(t, `scripts/${script}.ts`, all)
    t.is(code, 75, errors)
    const [waiting, end = '', ...others] = errors.split('\n')
    t.is(waiting, `waiting for ${held}`)
    t.true(end.includes(`it waited 1 s for ${held}; end that and run it again, or wait longer by --wait SECONDS`), end)
    t.deepEqual(others, [''])
    t.notRegex(output + errors, /goes on by itself|\{/)
  }
  const { code, errors } = await run(t, 'scripts/load.ts', { args: ['--wait', '0'], dataDir })
  t.is(code, 75)
  t.notRegex(errors, /^waiting/)

  const loading = start(t, 'scripts/load.ts', ['--wait', '600'], dataDir, { LOG_LEVEL: 'silent' })
  await hasTurn(dataDir)
  holder.kill('SIGKILL')
  t.like(await loading.ended, { code: 0, output: 'duckdb: 1 events loaded\n' })
})

/** Resolves once some process has the turn to load into DuckDB. */
const hasTurn = (dataDir: string) =>
  until(async () => (existsSync(join(dataDir, 'buffer.sqlite-duckdb.holder')) ? true : undefined))

test('while a command has the turn and waits for a file, the server waits for the command, and is not ready once that takes too long', async (t) => {
  const dataDir = await folder(t)
  const first = await startProduct(t, dataDir, NEVER)
  t.is((await first.post(JSON.stringify(event({ remote_id: 'one' })))).status, 202)
  first.kill('SIGTERM')
  await first.ended
  const holder = await hold(t, join(dataDir, 'warehouse.duckdb'))
  const loading = start(t, 'scripts/load.ts', ['--wait', '600'], dataDir, { LOG_LEVEL: 'silent' })
  await hasTurn(dataDir)

  const product = await startProduct(t, dataDir, { LOAD_SCHEDULE: '*/2 * * * * *', MAX_LAG: '3s' })
  const destination = async () => JSON.parse((await product.get('/stats')).body).destinations.duckdb
  const { reason, next_load_at } = await until(async () => {
    const its = await destination()
    return its.state === 'waiting' ? its : undefined
  })
  t.regex(reason, /^PID \d+ \(npm run load\) has the turn to load into duckdb; it is waited for/)
  t.true(Date.parse(next_load_at) > Date.now() - 1000, next_load_at)
  const health = await until(async () => {
    const { status, body } = await product.get('/health')
    return status === 503 ? body : undefined
  })
  t.regex(health, /\(npm run load\) has the turn.*should have been loaded .* ago/)

  holder.kill('SIGKILL')
  t.is((await loading.ended).code, 0)
  await until(async () => ((await product.get('/health')).status === 200 ? true : undefined))
  await until(async () => {
    const { pending, state, reason: why } = await destination()
    return pending === 0 && state === 'idle' && why === null ? true : undefined
  })
  t.pass()
})
