import test from 'ava'
import type { BufferStats } from '../../src/buffer/buffer.ts'
import { checkHealth, type DestinationState } from '../../src/receiver/health.ts'
import { statistics } from '../../src/receiver/statistics.ts'

const MINUTE = 60_000
const NOW = Date.parse('2026-11-02T12:00:00Z')

/** Due five minutes after it arrived, and late without fault for a quarter of an hour. */
const IDLE: DestinationState = {
  state: 'idle',
  reason: null,
  nextLoadAt: '2026-11-02T12:05:00.000Z',
  punctuality: { maxLag: 15 * MINUTE, dueAt: (arrivedAt) => arrivedAt + 5 * MINUTE },
  quietFor: 0,
}

const statsWith = (minutes: number | null): BufferStats => ({
  received: 1,
  duplicate: 0,
  quarantined: 0,
  quarantine: { kept: 0, dropped: 0, overflowed: 0, events: 0 },
  kept: 1,
  bytes: 1,
  consumers: {
    duckdb: {
      pending: minutes === null ? 0 : 1,
      loaded: 0,
      missed: 0,
      oldestPendingAt: minutes === null ? null : (NOW - minutes * MINUTE) * 1000,
      lastLoad: null,
    },
  },
})

/** @param minutes since the oldest pending event arrived; null: none is pending */
function check(minutes: number | null, state: Partial<DestinationState> = {}) {
  const checks = checkHealth({
    condition: { stopping: false, failure: null },
    destinations: { duckdb: { ...IDLE, ...state } },
    stats: statsWith(minutes),
    lockLost: undefined,
    now: NOW,
  })
  return checks.find((each) => each.check === 'destination duckdb')
}

const TOLD =
  'its oldest event should have been loaded 16 minutes ago, and 15 minutes are allowed (MAX_LAG); npm run load loads now, or says what is in the way'

test('a destination that is behind its schedule by more than the limit is a fault, whatever it does not do', (t) => {
  t.like(check(null), { ok: true, reason: null })
  t.like(check(20), { ok: true, reason: null })
  t.like(check(21), { ok: false, reason: TOLD })
  t.like(check(21, { state: 'waiting', reason: 'PID 7 has it' }), { ok: false, reason: `PID 7 has it; ${TOLD}` })
  t.like(check(21, { state: 'retrying', reason: 'why' }), { ok: false, reason: `why; ${TOLD}` })
})

test('one that waits for another process is well until the limit, and says for whom', (t) => {
  t.like(check(20, { state: 'waiting', reason: 'PID 7 has it' }), { ok: true, reason: 'PID 7 has it' })
})

test('one that loads and gets on with it is behind with a warning, and one that has stuck in a load is at fault', (t) => {
  t.like(check(21, { state: 'loading', quietFor: 15 * MINUTE }), { ok: true, reason: TOLD })
  t.like(check(21, { state: 'loading', quietFor: 16 * MINUTE }), { ok: false, reason: TOLD })
})

test('an event from the future is not late: the clock was set back since', (t) => {
  t.like(check(-600_000), { ok: true, reason: null })
})

test('the statistics tell how far behind the schedule a destination is, and how far it may be', (t) => {
  const told = statistics(statsWith(21), { duckdb: IDLE }, NOW * 1000).destinations['duckdb']
  t.like(told, { late_seconds: 960, max_lag_seconds: 900, lag_seconds: 1260, reason: TOLD })
})
