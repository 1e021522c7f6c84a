import test from 'ava'
import { z } from 'zod'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { checkHealth, type DestinationState } from '../../src/receiver/health.ts'
import { statistics } from '../../src/receiver/statistics.ts'
import { LIMITS, OPTIONS, recordOf } from '../support/buffers.ts'
import { event, running } from './with-receiver.ts'

const IDLE: DestinationState = {
  state: 'idle',
  reason: null,
  nextLoadAt: '2025-01-01T00:05:00.000Z',
  punctuality: { maxLag: 60_000, dueAt: (arrivedAt) => arrivedAt + 60_000 },
  quietFor: 0,
}

const figures = z.looseObject({ pending: z.int(), loaded: z.int(), missed: z.int(), lag_seconds: z.number() })
const statsSchema = z.looseObject({
  received: z.int(),
  duplicate: z.int(),
  quarantined: z.int(),
  destinations: z.record(z.string(), figures),
})
const healthSchema = z.strictObject({
  status: z.enum(['ready', 'not ready']),
  checks: z.array(z.strictObject({ check: z.string(), ok: z.boolean(), reason: z.string().nullable() })),
})

test('the statistics account for every body, for each destination', async (t) => {
  const stopped: DestinationState = {
    ...IDLE,
    state: 'stopped',
    reason: 'open /x: locked; close it there',
    nextLoadAt: null,
  }
  const { post, get, buffer } = await running(t, { destinations: () => ({ duckdb: IDLE, csv: stopped }) })
  for (const body of [event({ n: 1 }), event({ n: 2 }), event({ n: 3 }), event({ n: 1 }), '{', '{', '{}'])
    await post(body)
  const batch = await buffer.nextBatch('duckdb', { ...LIMITS, events: 2 })
  if (batch === undefined) throw new Error('nothing to load')
  await buffer.commit('duckdb', batch, recordOf('duckdb', batch))

  const { status, json } = await get('/stats')
  t.is(status, 200)
  const stats = statsSchema.parse(json)
  t.like(stats, {
    received: 7,
    duplicate: 2,
    quarantined: 2,
    quarantine: { kept: 2, dropped: 0, overflowed: 0 },
    destinations: {
      duckdb: {
        pending: 1,
        loaded: 2,
        missed: 0,
        state: 'idle',
        reason: null,
        next_load_at: IDLE.nextLoadAt,
        last_load: {
          batch_id: batch.id,
          events: 2,
          rows: { webhook_events: 2 },
          started_at: '2025-01-01T00:00:00.000000Z',
          finished_at: '2025-01-01T00:00:00.000000Z',
        },
      },
      csv: { pending: 3, loaded: 0, state: 'stopped', reason: stopped.reason, next_load_at: null, last_load: null },
    },
  })
  for (const { pending, loaded, missed, lag_seconds } of Object.values(stats.destinations)) {
    t.is(stats.received, stats.duplicate + stats.quarantined + pending + loaded + missed)
    t.true(lag_seconds > 0)
  }
})

test('the lag is the age of the oldest pending event, in seconds; 0 if there is none or the clock was set back', async (t) => {
  const { buffer } = await running(t)
  const stats = await buffer.stats()
  const lag = (oldestPendingAt: number | null) => {
    const duckdb = { pending: 1, loaded: 0, missed: 0, oldestPendingAt, lastLoad: null }
    return statsSchema.parse(statistics({ ...stats, consumers: { duckdb } }, {}, 10_000_000)).destinations['duckdb']
      ?.lag_seconds
  }
  t.deepEqual([lag(null), lag(8_500_000), lag(11_000_000)], [0, 1.5, 0])
})

test('the statistics tell what the last load was billed for, where something was', async (t) => {
  const { buffer } = await running(t)
  const stats = await buffer.stats()
  const batch = { id: 'b-1', follows: null, firstSeq: 1, lastSeq: 1, events: [] }
  const lastLoad = (bytesBilled: number | null) => {
    const record = { ...recordOf('bigquery', batch), bytesBilled }
    const bigquery = { pending: 0, loaded: 1, missed: 0, oldestPendingAt: null, lastLoad: record }
    return statsSchema.parse(statistics({ ...stats, consumers: { bigquery } }, {}, 0)).destinations['bigquery']?.[
      'last_load'
    ]
  }
  t.like(lastLoad(734_003_200), { batch_id: 'b-1', bytes_billed: 734_003_200 })
  t.false('bytes_billed' in Object(lastLoad(null)))
})

test('a destination that is retrying or stopped turns health red, with the reason', async (t) => {
  let state = IDLE
  const { get } = await running(t, { destinations: () => ({ duckdb: state, csv: IDLE }) })
  t.is((await get('/health/ready')).status, 200)
  state = { ...IDLE, state: 'loading' }
  t.is((await get('/health/ready')).status, 200)
  for (const name of ['retrying', 'stopped'] as const) {
    state = { ...IDLE, state: name, reason: `why ${name}` }
    const { status, json } = await get('/health/ready')
    t.is(status, 503)
    const health = healthSchema.parse(json)
    t.is(health.status, 'not ready')
    t.deepEqual(
      health.checks.filter(({ ok }) => !ok),
      [{ check: 'destination duckdb', ok: false, reason: `why ${name}` }],
    )
  }
  t.deepEqual((await get('/health/live')).json, { status: 'live' })
})

test('an overflowing quarantine is a warning', async (t) => {
  const { post, get } = await running(t, { bufferOptions: { ...OPTIONS, quarantine: { items: 1, bytes: 1e6 } } })
  for (const body of ['{', '[', '"']) await post(body)
  const { status, text } = await get('/health/ready')
  t.is(status, 200)
  t.regex(text, /"check":"quarantine","ok":true,"reason":"2 bodies were refused/)
})

test('a failed write stops showing after a minute, so that a load balancer sends again', async (t) => {
  const { buffer } = await running(t)
  const condition = { stopping: false, failure: { reason: 'full', at: 1000 } }
  const stats = await buffer.stats()
  const isOk = (now: number) =>
    checkHealth({ condition, destinations: {}, stats, lockLost: undefined, now }).find(
      ({ check }) => check === 'buffer',
    )?.ok
  t.deepEqual([isOk(1000), isOk(60_999), isOk(61_000)], [false, false, true])
})

test('while the buffer cannot be read, the pages say why', async (t) => {
  const reason = 'read the counters in /x: locked; another process keeps writing to it'
  for (const error of [new TransientError(reason), new PermanentError(reason)]) {
    const { get } = await running(t, { wrap: (inner) => ({ ...inner, stats: () => Promise.reject(error) }) })
    const stats = await get('/stats')
    t.deepEqual([stats.status, stats.json], [503, { error: reason }])
    t.truthy(stats.headers.get('retry-after'))
    for (const path of ['/health', '/health/ready']) {
      const { status, json } = await get(path)
      t.is(status, 503)
      const { checks } = healthSchema.parse(json)
      t.deepEqual(
        checks.filter(({ ok }) => !ok),
        [{ check: 'buffer', ok: false, reason }],
      )
    }
  }
})

test('a lock that was taken away is a fault, as another server may begin', async (t) => {
  const { get } = await running(t, { lockLost: () => 'server.lock was moved' })
  const { status, text } = await get('/health')
  t.is(status, 503)
  t.regex(text, /"check":"receiver","ok":false,"reason":"server.lock was moved"/)
})

test('the first page says where to send and where to look, and every page answers HEAD', async (t) => {
  const { get } = await running(t)
  const { status, text, headers } = await get('/')
  t.is(status, 200)
  t.regex(headers.get('content-type') ?? '', /^text\/plain/)
  t.regex(text, /POST \/webhooks\/refiner.*\/health\n.*\/stats/s)
  for (const path of ['/', '/stats', '/health', '/health/live', '/health/ready']) {
    t.like(await get(path, 'HEAD'), { status: 200, text: '' })
  }
})
