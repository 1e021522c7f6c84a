/** Append mode: which jobs a batch asks for, and when it is refused. What the views tell is tested on the emulator. */
import test from 'ava'
import { forms } from '../../schemas/tables/catalog.ts'
import { append, noteLoaded } from '../../src/destinations/bigquery/append.ts'
import { doneId, lacking, wasAppended } from '../../src/destinations/bigquery/appended.ts'
import { openClient } from '../../src/destinations/bigquery/client.ts'
import { bigqueryError } from '../../src/destinations/bigquery/errors.ts'
import { keepLonger, requireKept } from '../../src/destinations/bigquery/expiry.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { type AppendWorld, appendWorld, jobOf } from '../support/bigquery/append-client.ts'
import { WAITS } from '../support/bigquery/loading.ts'
import { listen } from '../support/listen.ts'
import { batchOf, row } from '../support/rows.ts'

const DAY = 86_400_000
const PATH = { project: 'my-project', dataset: 'refiner', table: 'forms_rows' }

const batch = (id: string, follows: string | null): RowBatch => ({
  ...batchOf(id, { forms: [row(forms, { form_uuid: 'f', row_version: '1' })] }),
  follows,
})
const load = ({ ready }: AppendWorld, id: string, follows: string | null = null) =>
  append(ready, batch(id, follows), new AbortController().signal)

const tablesAsked = ({ inserted }: AppendWorld) =>
  inserted.map((id) => /append_(\w+)_\d+_(a\d+)$/.exec(id)?.slice(1).join(' '))

test('batches follow one another, and one that is there is not appended again', async (t) => {
  const world = appendWorld()
  const first = await load(world, 'one')
  await load(world, 'two', 'one')
  t.deepEqual(await load(world, 'one'), first)
  t.deepEqual(tablesAsked(world), ['forms a0', 'loads a0', 'forms a0', 'loads a0'])
})

test('a batch whose predecessor is not in these tables is refused before anything is appended', async (t) => {
  const world = appendWorld()
  const error = await t.throwsAsync(load(world, 'two', 'one'), { instanceOf: PermanentError })
  t.regex(error?.message ?? '', /^load batch two into refiner: what was loaded before is not there; .*resync/)
  t.deepEqual(world.inserted, [])
})

test('once the last batch of the buffer is noted, the next one goes on, and it is noted once', async (t) => {
  const lost = await load(appendWorld(), 'one')
  const world = appendWorld()
  const { signal } = new AbortController()
  await noteLoaded(world.ready, lost, signal)
  await noteLoaded(world.ready, lost, signal)
  t.true(await wasAppended(world.ready, 'one'))
  await load(world, 'two', 'one')
  t.deepEqual(tablesAsked(world), ['loads a0', 'forms a0', 'loads a0'])
  t.deepEqual(await load(world, 'one'), lost)
})

test('a job that these credentials may not see counts as there; one that cannot be asked for now does not', async (t) => {
  const asking = (reason: string) =>
    appendWorld(Date.now(), ({ jobs, ready }) => ({
      job: async (id) => {
        if (id.startsWith(doneId(ready, 'one'))) throw bigqueryError('look up a job', { reason })
        return jobs.get(id)
      },
    }))
  t.is((await load(asking('accessDenied'), 'two', 'one')).batchId, 'two')
  await t.throwsAsync(load(asking('backendError'), 'two', 'one'), { instanceOf: TransientError })
})

test('of tables older than what BigQuery remembers of jobs nothing is asked', async (t) => {
  t.is((await load(appendWorld(Date.now() - 200 * DAY), 'two', 'one')).batchId, 'two')
  await t.throwsAsync(load(appendWorld(Date.now() - 100 * DAY), 'two', 'one'), { instanceOf: PermanentError })
})

for (const [days, again] of [
  [29, ['forms a0', 'loads a0', 'loads a1']],
  [31, ['forms a0', 'loads a0', 'forms a1', 'loads a1']],
] as const) {
  test(`rows appended ${days} days ago by a load that was not finished are ${again.length > 3 ? 'appended again' : 'left'}`, async (t) => {
    const world = appendWorld()
    await load(world, 'one')
    world.loads.length = 0
    for (const id of world.jobs.keys()) world.jobs.set(id, jobOf(1, Date.now() - days * DAY))
    await load(world, 'one')
    t.deepEqual(tablesAsked(world), [...again])
  })
}

test('where another process was first, its record is told', async (t) => {
  const world = appendWorld(Date.now(), ({ loads, jobs }) => ({
    insertLoad: async (id, { table }) => {
      jobs.set(id, jobOf(1))
      if (table !== 'loads_rows') return
      loads.push({ destination: 'bigquery', batch_id: 'one', first_seq: 7, rows: {}, finished_at: 'then' })
      throw bigqueryError('upload', { reason: 'conditionNotMet' })
    },
  }))
  t.like(await load(world, 'one'), { batchId: 'one', firstSeq: 7, finishedAt: 'then' })
})

test('a job that counts other rows than were sent lets nothing count', async (t) => {
  const world = appendWorld(Date.now(), ({ jobs }) => ({ insertLoad: async (id) => void jobs.set(id, jobOf(0)) }))
  await t.throwsAsync(load(world, 'one'), {
    instanceOf: PermanentError,
    message: /append 1 rows to forms_rows: BigQuery counts 0 rows/,
  })
  t.false([...world.jobs.keys()].some((id) => id.includes('append_loads')))
})

test('a record is asked for in the rows of loads, the first of it, under the bound on bytes', async (t) => {
  const world = appendWorld()
  await load(world, 'one')
  await load(world, 'one')
  const [{ sql, options } = { sql: '', options: undefined }] = world.selected
  t.regex(
    sql,
    /FROM `my-project`\.`refiner`\.`loads_rows` WHERE batch_id = 'one' ORDER BY finished_at, upload LIMIT 1$/,
  )
  t.is(options?.maximumBytesBilled, 20_000_000)
})

test('tables of rows that were made after the first batch lack what it brought, until a resync', async (t) => {
  const minute = 60_000
  const lackingWhen = (loaded: number | null, resynced: number | null) => {
    const cells = { loaded: loaded && String(loaded), resynced: resynced && String(resynced) }
    const { ready } = appendWorld(10 * minute, () => ({ select: async () => [cells] }))
    return lacking({ ...ready, made: new Map([...ready.made, ['forms', String(20 * minute)]]) })
  }
  t.deepEqual(await lackingWhen(12 * minute, null), ['forms_rows'])
  t.deepEqual(await lackingWhen(12 * minute, 15 * minute), ['forms_rows'])
  t.deepEqual(await lackingWhen(12 * minute, 21 * minute), [])
  t.deepEqual(await lackingWhen(20 * minute, null), [])
  t.deepEqual(await lackingWhen(null, null), [])
})

test('a query in a dataset that has just been dropped may be asked again', async (t) => {
  const endpoint = await listen(t, (_, response) => {
    const error = {
      code: 404,
      message: 'Not found: Table',
      errors: [{ reason: 'notFound', message: 'Not found: Table' }],
    }
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
  })
  const client = await openClient({ project: 'my-project', location: 'EU', endpoint, labels: {}, waits: WAITS })
  const query = { labels: {}, maximumBytesBilled: undefined }
  await t.throwsAsync(client.select('look', 'SELECT 1', query), { instanceOf: TransientError, message: /made again/ })
})

test('a table or view that would soon be gone is kept longer; one that lasts, or has no end, is left so', async (t) => {
  const kept: number[] = []
  const { ready } = appendWorld(Date.now(), () => ({
    updateTable: async (_, { expirationTime }) => void kept.push((Number(expirationTime) - Date.now()) / DAY),
  }))
  await keepLonger(ready.client, PATH, {})
  await keepLonger(ready.client, PATH, { expirationTime: String(Date.now() + 31 * DAY) })
  t.deepEqual(kept, [])
  await keepLonger(ready.client, PATH, { expirationTime: String(Date.now() + 29 * DAY) })
  t.deepEqual(kept.map(Math.round), [59])
})

test('where keeping a table longer is refused, loading goes on; where it fails by chance, it is tried again', async (t) => {
  const soon = { expirationTime: String(Date.now() + DAY) }
  const failing = (failure: unknown) => {
    const updateTable = async () => {
      throw failure
    }
    return keepLonger(appendWorld(Date.now(), () => ({ updateTable })).ready.client, PATH, soon)
  }
  await t.notThrowsAsync(failing(new PermanentError('no billing')))
  await t.throwsAsync(failing(new TransientError('try again')), { instanceOf: TransientError })
})

test('rows that would expire sooner than the sandbox takes them are refused, with the way out', (t) => {
  const lasting = (days: number) => () =>
    requireKept(PATH, { timePartitioning: { type: 'DAY', expirationMs: String(days * DAY) } })
  const error = t.throws(lasting(7), { instanceOf: PermanentError })
  t.regex(error?.message ?? '', /expire after 7 days.* --time_partitioning_expiration 5184000 refiner\.forms_rows/)
  t.notThrows(lasting(60))
  t.notThrows(() => requireKept(PATH, {}))
})
