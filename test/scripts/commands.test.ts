import { hash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { queryFile } from '../../src/destinations/duckdb/query.ts'
import { openBuffer } from '../../src/stores.ts'
import { event } from '../support/flattening.ts'
import { configOf, folder, NEVER, run, startProduct } from '../support/process.ts'

const body = (n: number) => JSON.stringify(event({ remote_id: `user-${n}` }))
const idOf = (text: string) => hash('sha256', text, 'hex').slice(0, 32)

test('load loads what is pending beside the server, and then nothing', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, { ...NEVER, DESTINATIONS: 'duckdb,csv' })
  for (const n of [1, 2, 3]) await product.post(body(n))
  const env = { DESTINATIONS: 'duckdb,csv', LOG_LEVEL: 'silent' }
  const first = await run(t, 'scripts/load.ts', { dataDir, env })
  t.is(first.output, 'duckdb: 3 events loaded\ncsv: 3 events loaded\n')
  t.is(first.code, 0)
  const second = await run(t, 'scripts/load.ts', { dataDir, env })
  t.is(second.output, 'duckdb: 0 events loaded\ncsv: 0 events loaded\n')
  const { destinations } = JSON.parse((await product.get('/stats')).body)
  t.like(destinations, { duckdb: { pending: 0, loaded: 3 }, csv: { pending: 0, loaded: 3 } })
})

test('replay fills a warehouse that was lost, and says what it does not understand', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, NEVER)
  for (const n of [1, 2, 3]) await product.post(body(n))
  const env = { LOG_LEVEL: 'silent' }
  await run(t, 'scripts/load.ts', { dataDir, env })
  const path = join(dataDir, 'warehouse.duckdb')
  rmSync(path)
  const { code, output } = await run(t, 'scripts/replay.ts', { args: ['--from', '2020-01-01'], dataDir, env })
  t.is(code, 0)
  t.is(output, 'duckdb: 3 events loaded\n')
  t.deepEqual((await queryFile(path, 'SELECT count(*) FROM webhook_events')).rows, [[3]])
  const none = await run(t, 'scripts/replay.ts', { args: ['--to', '2020-01-01'], dataDir, env })
  t.is(none.output, 'duckdb: 0 events loaded\n')

  const wrong = await run(t, 'scripts/replay.ts', { args: ['--from', 'yesterday'], dataDir })
  t.is(wrong.code, 1)
  t.regex(wrong.errors, /--from .*'yesterday'.*give a date or a time, such as 2026-11-01/)
  const absent = await run(t, 'scripts/replay.ts', { args: ['--destination', 'csv'], dataDir, env })
  t.is(absent.code, 1)
  t.regex(absent.errors, /csv.*DESTINATIONS/)
})

test('replay of a range that ends before it begins is refused, and its help says in words what is replayed else', async (t) => {
  const dataDir = await folder(t)
  for (const [from, to] of [
    ['2026-12-01', '2026-11-01'],
    ['2026-11-01T01:00', '2026-11-01T01:00:00Z'],
  ] as const) {
    const { code, errors } = await run(t, 'scripts/replay.ts', { args: ['--from', from, '--to', to], dataDir })
    t.is(code, 1)
    t.regex(errors, /^replay: --from 2026-1\d-01T0\S+Z is not before --to 2026-11-01T0\S+Z; --to is where it ends/)
  }
  const { output } = await run(t, 'scripts/replay.ts', { args: ['--help'], dataDir })
  const told = output.replaceAll(/\s+/g, ' ')
  t.regex(told, /--from .*\(default: the first that is kept\) --to .*\(default: after the last that is kept\)/)
})

test('load, replay and quarantine make nothing in a folder without a buffer, and say so', async (t) => {
  const there = await folder(t)
  for (const dataDir of [there, join(there, 'dta')]) {
    for (const [script, ...args] of [['load'], ['replay'], ['quarantine', 'list'], ['quarantine', 'replay']]) {
      const { code, output, errors } = await run(t, `scripts/${script}.ts`, { args, dataDir })
      t.is(code, 1, script)
      t.is(output, '', script)
      t.is(
        errors,
        `open ${join(dataDir, 'buffer.sqlite')}: there is no buffer in that folder yet; npm start receives events and makes it, or check DATA_DIR\n`,
      )
    }
  }
  t.deepEqual(readdirSync(there), [])
})

test('the quarantine is listed, shown, replayed and dropped', async (t) => {
  const dataDir = await folder(t)
  const quarantine = (...args: string[]) => run(t, 'scripts/quarantine.ts', { args, dataDir })
  const product = await startProduct(t, dataDir, NEVER)
  t.is((await quarantine('list')).output, 'The quarantine is empty.\n')
  const bad = '{"uuid": "u1"}'
  t.is((await product.post(bad)).status, 422)
  const id = idOf(bad)

  const list = await quarantine('list')
  t.is(list.code, 0)
  t.regex(list.output, new RegExp(`${id} .* 14 .*triggered_event`))
  t.false(list.output.includes('u1'), 'a list holds nothing of the body')
  const shown = await quarantine('show', id)
  t.true(shown.output.endsWith(`\n${bad}\n`))
  const replayed = await quarantine('replay')
  t.is(replayed.code, 1)
  t.regex(replayed.output, /0 accepted, 0 known already, 1 still refused/)
  t.is((await quarantine('drop', id)).output, `${id} dropped\n`)
  t.is((await quarantine('list')).output, 'The quarantine is empty.\n')
  t.like(JSON.parse((await product.get('/stats')).body), { received: 1, quarantined: 1, quarantine: { dropped: 1 } })

  for (const action of ['show', 'drop', 'replay']) {
    const unknown = await quarantine(action, id)
    t.is(unknown.code, 1, action)
    t.regex(unknown.errors, /find [0-9a-f]{32} in the quarantine: it is not there; npm run quarantine -- list/)
  }
})

test('what was set aside for its byte order mark is replayed as the event without it', async (t) => {
  const dataDir = await folder(t)
  const buffer = openBuffer(configOf(dataDir))
  const [first, second] = [body(1), body(2)]
  const arrived = (text: string) =>
    ({ id: idOf(text), receivedAt: 1_767_600_000_000_000, source: 'webhook', body: Buffer.from(text) }) as const
  await buffer.append(arrived(first))
  for (const text of [first, second]) {
    await buffer.quarantine(
      arrived(`\ufeff${text}`),
      'parse the body as JSON: line 1, column 1: as an older version would',
    )
  }
  const replayed = await run(t, 'scripts/quarantine.ts', { args: ['replay'], dataDir })
  t.is(replayed.output, '1 accepted, 1 known already, 0 still refused.\n')
  const { events } = (await buffer.nextBatch('duckdb', { events: 9, bytes: 1e6, values: 1e6 })) ?? { events: [] }
  t.deepEqual(
    events.map(({ id, body: text }) => [id, text]),
    [first, second].map((text) => [idOf(text), text]),
  )
  await buffer.close()
})

test('what a fix lets through is replayed into the events', async (t) => {
  const dataDir = await folder(t)
  const text = body(1)
  const buffer = openBuffer(configOf(dataDir))
  const arrived = {
    id: idOf(text),
    receivedAt: 1_767_600_000_000_000,
    source: 'webhook',
    body: Buffer.from(text),
  } as const
  await buffer.quarantine(arrived, 'check the event: as an older version would')
  await buffer.close()
  const replayed = await run(t, 'scripts/quarantine.ts', { args: ['replay', idOf(text)], dataDir })
  t.is(replayed.output, '1 accepted, 0 known already, 0 still refused.\n')
  t.is(replayed.code, 0)
  const loaded = await run(t, 'scripts/load.ts', { dataDir, env: { LOG_LEVEL: 'silent' } })
  t.is(loaded.output, 'duckdb: 1 events loaded\n')
})
