/** What becomes of a load when a step of it fails, in each way that it can: told right, and afterwards everything is there once. */
import test, { type ExecutionContext } from 'ava'
import { LATER } from '../../src/destinations/bigquery/errors.ts'
import type { BigqueryOptions } from '../../src/destinations/bigquery/options.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { retry } from '../../src/load/retry.ts'
import { QUOTED } from '../support/bigquery/answers.ts'
import type { Fault } from '../support/bigquery/faults.ts'
import {
  destinationOn,
  dropColumn,
  fakeFor,
  idOf,
  loadsExactly,
  numbered,
  unstopped,
  WAITS,
} from '../support/bigquery/loading.ts'
import { STEPS, type Step } from '../support/bigquery/routes.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { NO_PAUSE } from '../support/loading.ts'

/**
 * `through`: nobody notices. `again`: a TransientError is told, and the next try loads. `later`: so too, after a long pause. `waits`: a
 * TransientError for as long as the fault lasts. A text: the way out in a PermanentError.
 */
type Outcome = 'through' | 'again' | 'later' | 'waits' | RegExp

const ROLES =
  /^[a-z].*: the credentials may not do this; grant the roles of docs\/bigquery\.md to them \(accessDenied\)$/
export const PLACE =
  /^[a-z].*: it is not there; check BIGQUERY_PROJECT, BIGQUERY_DATASET and BIGQUERY_LOCATION \(notFound\)$/
export const BUG = /^[a-z].*: BigQuery takes the rows or the request for invalid; report it as a bug \(invalid\)$/

export type Rows = readonly (readonly [Fault, Outcome])[]

export const but = (rows: Rows, others: Rows): Rows => {
  const named = new Set(others.map(([fault]) => fault))
  return [...rows.filter(([fault]) => !named.has(fault)), ...others]
}

export const ANYWHERE: Rows = [
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
export const JOB: Rows = [
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
export const LOOKUP: Rows = [...ANYWHERE, ['not found', 'through']]

export interface Case {
  readonly step: Step
  /** Whether it is met in the first load of a dataset, in a later one, or when that one is loaded again. */
  readonly load: 'first' | 'later' | 'repeated'
  /** So many times the step goes well before. */
  readonly after?: number
  readonly rows: Rows
}

/** Makes a test of each. */
export function suffers(mode: BigqueryOptions['mode'], cases: readonly Case[]): void {
  for (const { step, load, after = 0, rows } of cases) {
    for (const [fault, outcome] of rows) {
      test.serial(`${step} of a ${load} load, number ${after + 1}: ${fault}`, async (t) => {
        const fake = await fakeFor(t)
        // Tables that are old are trusted to hold what nobody remembers.
        fake.world.clock = Date.now()
        const number = load === 'first' ? 1 : 2
        const before = { first: 0, later: 1, repeated: 2 }[load]
        for (let each = 1; each <= before; each += 1)
          await destinationOn(fake, { mode }).load(numbered(each), unstopped())
        if (step === 'table patch' && mode === 'merge') dropColumn(fake, 'refiner.forms')
        fake.inject(step, fault, after)
        await meet(t, { fake, mode, number, fault, outcome })
        t.is(fake.pending(), 0)
        await fake.heal()
        await loadsExactly(t, fake, number, mode)
      })
    }
  }
}

/** That no step and no way was forgotten. @param others steps that such a load does not take */
export function metEverywhere(t: ExecutionContext, cases: readonly Case[], others: readonly Step[]): void {
  const jobs: readonly Step[] = ['upload', 'state insert', 'merge insert']
  for (const step of STEPS.filter((each) => !others.includes(each))) {
    const met = new Set(cases.filter((each) => each.step === step).flatMap(({ rows }) => rows.map(([fault]) => fault)))
    const wanted = (jobs.includes(step) ? JOB : ANYWHERE).map(([fault]) => fault)
    t.deepEqual(
      wanted.filter((fault) => !met.has(fault)),
      [],
      step,
    )
  }
}

interface Meeting {
  readonly fake: FakeBigquery
  readonly mode: BigqueryOptions['mode']
  readonly number: number
  readonly fault: Fault
  readonly outcome: Outcome
}

/** Loads the batch under the fault, and looks at what is told of it. */
async function meet(t: ExecutionContext, { fake, mode, number, fault, outcome }: Meeting): Promise<void> {
  const short = {
    ...WAITS,
    ...(fault === 'silence' && { call: 500, upload: 500 }),
    ...(outcome === 'waits' && { job: 50 }),
  }
  const destination = destinationOn(fake, { mode, waits: short })
  const told: TransientError[] = []
  const task = async () => {
    await destination.prepare()
    return destination.load(numbered(number), unstopped())
  }
  const retried = () => retry(task, { ...unstopped(), backoff: NO_PAUSE, onRetry: (error) => told.push(error) })
  // Who would wait that long is left out. On a busy machine another job may seem to hang before this one does.
  const once = async () => {
    for (;;) {
      const end = await task().catch((error: unknown) => error)
      if (fake.pending() === 0 || !(end instanceof TransientError)) return end
    }
  }
  const result = await (outcome === 'waits' || outcome === 'later' ? once : retried)().catch((error: unknown) => error)
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
