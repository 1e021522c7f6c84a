import test from 'ava'
import { PermanentError } from '../../src/errors.ts'
import { type DestinationStatus, startLoader } from '../../src/load/loader.ts'
import { startProbe } from '../../src/load/probe.ts'
import { bufferWith, faulty, LIMITS, silentLog } from '../support/loading.ts'

/** 29 February, or never within a test. */
const SELDOM = '0 0 29 2 *'
const REASON = 'find the project: there are no valid credentials'

test('a destination that cannot be reached is told once, until it can be', async (t) => {
  const told: unknown[] = []
  const log = {
    ...silentLog,
    warn: (...line: unknown[]) => void told.push(line),
    info: (...line: unknown[]) => void told.push(line),
  }
  const reached = Promise.withResolvers<void>()
  let looks = 0
  const destination = {
    ...faulty(() => {}),
    async reach() {
      looks += 1
      if (looks < 3) throw new PermanentError(REASON)
    },
  }
  const concerns: (string | null)[] = []
  const probe = startProbe(destination, {
    log,
    again: 0,
    onChange() {
      concerns.push(probe.concern())
      if (probe.concern() === null) reached.resolve()
    },
  })
  await reached.promise
  t.deepEqual(concerns, [REASON, null])
  t.deepEqual(told, [
    [{ destination: 'memory', reason: REASON }, 'destination is out of reach, events are kept'],
    [{ destination: 'memory' }, 'destination is within reach again'],
  ])
})

test('what the loader cannot reach is a warning before there is anything to load, and a load that works ends it', async (t) => {
  const buffer = await bufferWith(0)
  const warned = Promise.withResolvers<DestinationStatus>()
  const well = Promise.withResolvers<void>()
  let isWarned = false
  const destination = { ...faulty(() => {}), reach: () => Promise.reject(new PermanentError(REASON)) }
  const loader = startLoader({
    buffer,
    destinations: [destination],
    cron: SELDOM,
    whenPending: 1,
    eager: false,
    limits: () => LIMITS,
    log: silentLog,
    onStatus(_, status) {
      if (status.reason !== null) {
        isWarned = true
        warned.resolve(status)
      } else if (isWarned && status.state === 'idle') well.resolve()
    },
  })
  t.teardown(() => loader.stop())
  t.like(await warned.promise, { state: 'idle', reason: REASON })
  const full = await bufferWith(1)
  const batch = await full.nextBatch('memory', LIMITS)
  for (const { id, body, receivedAt } of batch?.events ?? [])
    await buffer.append({ id, body: Buffer.from(body), receivedAt, source: 'webhook' })
  await well.promise
  t.true(destination.trace.some((call) => call.startsWith('load')))
})
