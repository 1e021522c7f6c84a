import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { queryFile } from '../src/destinations/duckdb/query.ts'
import { event } from './support/flattening.ts'
import { ALWAYS, folder, startProduct, until } from './support/process.ts'

const CHILD = fileURLToPath(new URL('support/duckdb-child.ts', import.meta.url))

test('a warehouse that another process holds for too long turns health red, stops no receiving, and is loaded once it is free', async (t) => {
  const dataDir = await folder(t)
  const path = join(dataDir, 'warehouse.duckdb')
  const holder = spawn(process.execPath, [CHILD, 'hold', path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')

  const product = await startProduct(t, dataDir, { ...ALWAYS, MAX_LAG: '1s' })
  t.is((await product.post(JSON.stringify(event({ remote_id: 'before' })))).status, 202)
  const waits = await until(async () => {
    const { state, reason } = JSON.parse((await product.get('/stats')).body).destinations.duckdb
    return state === 'waiting' ? String(reason) : undefined
  })
  t.true(waits.includes(`PID ${holder.pid}`), waits)
  const red = await until(async () => {
    const { status, body } = await product.get('/health/ready')
    return status === 503 ? body : undefined
  })
  const checks: { check: string; ok: boolean; reason: string }[] = JSON.parse(red).checks
  const broken = checks.filter(({ ok }) => !ok)
  t.deepEqual(
    broken.map(({ check }) => check),
    ['destination duckdb'],
  )
  t.regex(
    broken[0]?.reason ?? '',
    /another process holds it .*close it there, loading goes on by itself; .*should have been loaded/,
  )
  t.is((await product.get('/health/live')).status, 200)
  t.is((await product.post(JSON.stringify(event({ remote_id: 'meanwhile' })))).status, 202)

  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await until(async () => {
    const stats = JSON.parse((await product.get('/stats')).body)
    return stats.destinations.duckdb.pending === 0 ? true : undefined
  })
  await until(async () => ((await product.get('/health/ready')).status === 200 ? true : undefined))
  product.kill('SIGTERM')
  t.is((await product.ended).code, 0)
  t.deepEqual((await queryFile(path, 'SELECT count(*) FROM webhook_events')).rows, [[2]])
})
