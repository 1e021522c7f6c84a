/** Every step of a load under every fault: told right, and afterwards the tables are exact and each batch is there once. */
import { randomBytes } from 'node:crypto'
import test, { type ExecutionContext } from 'ava'
import { webhookEvents } from '../../schemas/tables/log.ts'
import { LATER } from '../../src/destinations/bigquery/errors.ts'
import { memoryDestination } from '../../src/destinations/memory.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { retry } from '../../src/load/retry.ts'
import { QUOTED } from '../support/bigquery/answers.ts'
import type { Fault } from '../support/bigquery/faults.ts'
import {
  asked,
  destinationOn,
  dropColumn,
  fakeFor,
  idOf,
  loadsExactly,
  numbered,
  unstopped,
  WAITS,
} from '../support/bigquery/loading.ts'
import type { Step } from '../support/bigquery/routes.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { NO_PAUSE } from '../support/loading.ts'
import { batchOf, row, sorted, withoutLoads } from '../support/rows.ts'

/**
 * `through`: nobody notices. `again`: a TransientError is told, and the next try loads. `later`: so too, after a long pause. `waits`: a
 * TransientError for as long as the fault lasts. A text: the way out in a PermanentError.
 */
type Outcome = 'through' | 'again' | 'later' | 'waits' | RegExp

const ROLES =
  /^[a-z].*: the credentials may not do this; grant the roles of docs\/bigquery\.md to them \(accessDenied\)$/
const PLACE = /^[a-z].*: it is not there; check BIGQUERY_PROJECT, BIGQUERY_DATASET and BIGQUERY_LOCATION \(notFound\)$/
const BUG = /^[a-z].*: BigQuery takes the rows or the request for invalid; report it as a bug \(invalid\)$/

type Rows = readonly (readonly [Fault, Outcome])[]

const but = (rows: Rows, others: Rows): Rows => {
  const named = new Set(others.map(([fault]) => fault))
  return [...rows.filter(([fault]) => !named.has(fault)), ...others]
}

const ANYWHERE: Rows = [
  ['reject', ROLES],
  ['rate limit', 'again'],
  ['unavailable', 'again'],
  ['reset', 'again'],
  ['reply lost', 'again'],
  ['reply cut', 'again'],
  ['silence', 'again'],
  ['a page', 'again'],
  ['nothing', 'again'],
]

/** Whatever becomes of the answer, BigQuery is asked for the job. */
const JOB: Rows = [
  ...but(ANYWHERE, [
    ['reply lost', 'through'],
    ['reply cut', 'through'],
    ['known id', 'through'],
  ]),
  ['done with backendError', 'again'],
  ['done, but told as backendError', 'again'],
  ['done with quotaExceeded', 'later'],
  ['done with accessDenied', ROLES],
  ['done with notFound', 'again'],
  ['pending for ever', 'waits'],
  ['running for ever', 'waits'],
]
const QUERY: Rows = [...JOB, ['done with a conflict', 'again'], ['not found', PLACE]]
const LOOKUP: Rows = [...ANYWHERE, ['not found', 'through']]

interface Case {
  readonly step: Step
  /** Whether it is met in the first load of a dataset, or in a later one. */
  readonly load: 'first' | 'later'
  /** So many times the step goes well before. */
  readonly after?: number
  readonly rows: Rows
}

const CASES: readonly Case[] = [
  { step: 'dataset get', load: 'first', rows: LOOKUP },
  { step: 'dataset get', load: 'later', after: 1, rows: LOOKUP },
  { step: 'dataset insert', load: 'first', rows: [...ANYWHERE, ['known id', 'through'], ['not found', PLACE]] },
  { step: 'table get', load: 'first', after: 5, rows: LOOKUP },
  { step: 'table get', load: 'later', rows: LOOKUP },
  { step: 'table insert', load: 'first', rows: [...ANYWHERE, ['known id', 'through'], ['not found', 'again']] },
  { step: 'table patch', load: 'later', rows: [...ANYWHERE, ['another change', 'again'], ['not found', 'again']] },
  { step: 'rows list', load: 'later', rows: [...ANYWHERE, ['not found', 'again']] },
  { step: 'state insert', load: 'first', rows: QUERY },
  { step: 'upload', load: 'later', rows: [...JOB, ['done with invalid', BUG], ['not found', 'again']] },
  { step: 'upload', load: 'later', after: 2, rows: JOB },
  // For what the batch before was billed; whoever may not look goes on without.
  { step: 'job get', load: 'later', rows: but(LOOKUP, [['reject', 'through']]) },
  { step: 'job get', load: 'later', after: 1, rows: LOOKUP },
  { step: 'job get', load: 'later', after: 6, rows: [...ANYWHERE, ['not found', 'again']] },
  // What is in the tables counts, not what the job says.
  { step: 'merge insert', load: 'later', rows: but(QUERY, [['done, but told as backendError', 'through']]) },
  // Behind the merge only its record is read back.
  { step: 'rows list', load: 'later', after: 1, rows: ANYWHERE },
  // The rest is left to expire.
  { step: 'table delete', load: 'later', rows: LOOKUP.map(([fault]) => [fault, 'through']) },
]

for (const { step, load, after = 0, rows } of CASES) {
  for (const [fault, outcome] of rows) {
    test.serial(`${step} of a ${load} load, number ${after + 1}: ${fault}`, async (t) => {
      const fake = await fakeFor(t)
      if (load === 'later') await destinationOn(fake).load(numbered(1), unstopped())
      if (step === 'table patch') dropColumn(fake, 'refiner.forms')
      const number = load === 'first' ? 1 : 2
      fake.inject(step, fault, after)
      await meet(t, fake, number, fault, outcome)
      t.is(fake.pending(), 0)
      await fake.heal()
      await loadsExactly(t, fake, number)
    })
  }
}

/** Bytes, beyond what sockets on the way take in without being read. */
const MANY = 8 * 1024 ** 2

test.serial('an upload whose connection breaks in the middle is sent again, and the rows are there once', async (t) => {
  const fake = await fakeFor(t)
  // Rows that compressing does not shorten much.
  const payload = JSON.stringify(randomBytes(MANY).toString('base64'))
  const batch = batchOf(idOf(1), { webhook_events: [row(webhookEvents, { event_id: 'large', payload })] })
  for (const _ of [1, 2]) fake.inject('upload', 'reset in the middle')
  const told: string[] = []
  const record = await retry(() => destinationOn(fake).load(batch, unstopped()), {
    ...unstopped(),
    backoff: NO_PAUSE,
    onRetry: ({ message }) => told.push(message),
  })
  t.is(told.length, 2)
  for (const message of told)
    t.regex(message, /^upload rows of \w+: BigQuery cannot be reached; check the network, loading goes on by itself/)
  t.is(fake.pending(), 0)
  // What was broken off was never read to its end.
  t.is(asked(fake, 'upload').length, 1)
  const memory = memoryDestination()
  await memory.load(batch, unstopped())
  t.deepEqual(withoutLoads(fake.tables()), withoutLoads(sorted(memory.tables())))
  t.deepEqual(fake.commits(), [{ ...record, bytesBilled: null }])
})

/** Loads the batch under the fault, and looks at what is told of it. */
async function meet(t: ExecutionContext, fake: FakeBigquery, number: number, fault: Fault, outcome: Outcome) {
  const short = {
    ...WAITS,
    ...(fault === 'silence' && { call: 500, upload: 500 }),
    ...(outcome === 'waits' && { job: 50 }),
  }
  const destination = destinationOn(fake, { waits: short })
  const told: TransientError[] = []
  const task = async () => {
    await destination.prepare()
    return destination.load(numbered(number), unstopped())
  }
  const retried = () => retry(task, { ...unstopped(), backoff: NO_PAUSE, onRetry: (error) => told.push(error) })
  // Who would wait that long is left out.
  const result = await (outcome === 'waits' || outcome === 'later' ? task : retried)().catch((error: unknown) => error)
  if (outcome === 'waits') {
    t.true(result instanceof TransientError)
    t.regex(String(result), /: the job still waits or runs at BigQuery; loading goes on by itself$/)
    const states = new Set([...fake.world.jobs.values()].map(({ state }) => state))
    t.true(states.has(fault === 'pending for ever' ? 'PENDING' : 'RUNNING'))
  } else if (outcome === 'later') {
    t.true(result instanceof TransientError && result.after === LATER)
  } else if (outcome instanceof RegExp) {
    t.true(result instanceof PermanentError)
    t.regex(result instanceof Error ? result.message : '', outcome)
  } else {
    t.like(result, { batchId: idOf(number) })
  }
  // On a busy machine an answer may come too late now and then.
  if (fault !== 'silence') t.is(told.length, outcome === 'again' ? 1 : 0, String(told))
  else if (outcome === 'again') t.true(told.length > 0)
  t.deepEqual(
    told.filter(({ after }) => after > 0),
    [],
  )
  for (const { message } of told) t.regex(message, /^[a-z][^:]*: .*loading goes on by itself/)
  t.notRegex([result, ...told].join(), new RegExp(QUOTED))
}
