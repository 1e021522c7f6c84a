/** What each of BigQuery's reasons is made of. */
import test from 'ava'
import { bigqueryError, callError, LATER, MEANINGS, statusOf } from '../../src/destinations/bigquery/errors.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'

/** It may pass by itself. */
const PASSING: Readonly<Record<string, RegExp>> = {
  backendError: /BigQuery failed inside/,
  internalError: /BigQuery failed inside/,
  jobBackendError: /BigQuery failed inside/,
  jobInternalError: /BigQuery failed inside/,
  rateLimitExceeded: /too much at once/,
  jobRateLimitExceeded: /too much at once/,
  tableUnavailable: /not available just now/,
  conditionNotMet: /someone else changed a table/,
  stopped: /someone cancelled the job/,
  timeout: /took too long/,
  network: /check the network/,
  noAnswer: /check the proxy/,
  gone: /made again/,
}

/** It may pass too, but not soon. */
const SLOW: Readonly<Record<string, RegExp>> = {
  quotaExceeded:
    /or the storage that it has without billing, is used up; load less often \(LOAD_SCHEDULE\) or raise it/,
  billingTierLimitExceeded: /raise it/,
  resourcesExceeded: /more slots/,
  billingNotEnabled: /turn billing on.* or set BIGQUERY_MODE=append/,
}

/** A person has to act. */
const LASTING: Readonly<Record<string, RegExp>> = {
  bytesBilledLimitExceeded: /BIGQUERY_MAX_BYTES_BILLED allows; raise it/,
  accessDenied: /grant the roles of docs\/bigquery\.md/,
  unauthenticated: /gcloud auth application-default login/,
  notFound: /check BIGQUERY_PROJECT, BIGQUERY_DATASET and BIGQUERY_LOCATION/,
  invalid: /report it as a bug/,
  invalidQuery: /undo a change made to its tables by hand/,
  notImplemented: /report it as a bug/,
}

const told = (reason: string) => new RegExp(`^load responses: .*[;,] .* \\(${reason}\\)$`)

for (const [reason, wayOut] of Object.entries({ ...PASSING, ...SLOW })) {
  test(`${reason} may pass by itself`, (t) => {
    const error = bigqueryError('load responses', { reason, message: "near 'ada@example.com'" })
    t.true(error instanceof TransientError)
    t.regex(error.message, told(reason))
    t.regex(error.message, wayOut)
    t.regex(error.message, /loading goes on by itself/)
    t.notRegex(error.message, /ada/)
  })
}

for (const [reason, wayOut] of Object.entries(LASTING)) {
  test(`${reason} takes a person`, (t) => {
    const error = bigqueryError('load responses', { reason, message: "near 'ada@example.com'" })
    t.true(error instanceof PermanentError)
    t.regex(error.message, told(reason))
    t.regex(error.message, wayOut)
    t.notRegex(error.message, /ada|goes on by itself/)
  })
}

test('what counts against a quota is tried a hundred times a day at most, and says so; anything else as soon as the backoff has it', (t) => {
  const pause = (reason: string) => {
    // Out of a job, and as the client throws it.
    const errors = [bigqueryError('load', { reason }), callError('load', answer(403, reason))]
    return errors.map((error) => error instanceof TransientError && error.after)
  }
  for (const reason of Object.keys(SLOW)) {
    t.deepEqual(pause(reason), [LATER, LATER])
    t.regex(bigqueryError('load', { reason }).message, /it is tried every 15 minutes/)
  }
  t.true(LATER * 100 >= 86_400_000)
  for (const reason of Object.keys(PASSING)) t.deepEqual(pause(reason), [0, 0])
})

test('every reason with a meaning is in these tables', (t) => {
  t.deepEqual(Object.keys({ ...PASSING, ...SLOW, ...LASTING }).toSorted(), Object.keys(MEANINGS).toSorted())
})

for (const words of [
  'Transaction is aborted due to concurrent update against table p:d.users',
  'Could not serialize access to table p:d.users due to concurrent update',
  'Resources exceeded during query execution: Exceeded rate limits: too many table update operations',
  'Retrying the job may solve the problem.',
]) {
  test(`an invalidQuery that is none may pass: ${words}`, (t) => {
    const error = bigqueryError('merge', { reason: 'invalidQuery', message: `Query error: ${words} at [7:1]` })
    t.true(error instanceof TransientError)
    t.is(error.message, 'merge: too much at once for BigQuery; loading goes on by itself (invalidQuery)')
  })
}

test('a reason without a meaning is not expected, and stops the destination', (t) => {
  for (const reason of ['somethingNew', 'toString', '__proto__']) {
    const error = bigqueryError('merge', { reason, message: 'x' })
    t.true(error instanceof PermanentError)
    t.is(error.message, `merge: this was not expected; report it as a bug (${reason})`)
  }
  t.is(bigqueryError('merge', {}).message, 'merge: this was not expected; report it as a bug (unknown)')
})

/** As the client throws them. */
const answer = (code: number, reason?: string) =>
  Object.assign(new Error('words'), { code, errors: reason === undefined ? [] : [{ reason, message: 'words' }] })

/** Statuses of answers without a reason that is known. */
const STATUSES: readonly [number, string, boolean][] = [
  [400, 'invalid', false],
  [401, 'unauthenticated', false],
  [403, 'accessDenied', false],
  [404, 'notFound', false],
  [408, 'timeout', true],
  [409, 'conditionNotMet', true],
  [412, 'conditionNotMet', true],
  [429, 'rateLimitExceeded', true],
  [500, 'backendError', true],
  [502, 'backendError', true],
  [503, 'backendError', true],
  [504, 'backendError', true],
]

for (const [status, reason, passes] of STATUSES) {
  test(`an answer ${status} without a known reason counts as ${reason}`, (t) => {
    for (const thrown of [answer(status), answer(status, 'somethingNew')]) {
      const error = callError('merge', thrown)
      t.is(error instanceof TransientError, passes)
      t.is(error instanceof PermanentError, !passes)
      t.regex(error.message, new RegExp(`\\(${reason}\\)$`))
    }
  })
}

test('a known reason counts more than the status', (t) => {
  t.true(callError('merge', answer(403, 'rateLimitExceeded')) instanceof TransientError)
  t.true(callError('merge', answer(403, 'quotaExceeded')) instanceof TransientError)
  t.true(callError('merge', answer(400, 'backendError')) instanceof TransientError)
  t.true(callError('merge', answer(503, 'accessDenied')) instanceof PermanentError)
})

test('a status that nobody expects stops the destination', (t) => {
  t.regex(callError('merge', answer(418)).message, /not expected/)
})

test('what breaks on the way is the network, and a bug is told by its name', (t) => {
  const broken = [
    Object.assign(new Error('x'), { code: 'ECONNRESET' }),
    Object.assign(new Error('x'), { type: 'invalid-json' }),
  ]
  for (const thrown of broken) {
    const error = callError('merge', thrown)
    t.true(error instanceof TransientError)
    t.regex(error.message, /check the network.*\(network\)$/)
  }
  const bug = callError('merge', new TypeError("cannot read 'ada@example.com'"))
  t.true(bug instanceof PermanentError)
  t.is(bug.message, 'merge: this was not expected; report it as a bug (TypeError)')
})

test('missing credentials are told as such', (t) => {
  for (const words of [
    'Could not load the default credentials. Browse to …',
    'Unable to detect a Project Id in the current environment.',
    'invalid_grant',
    'invalid_rapt',
  ]) {
    // Google's token service refuses with a 400.
    for (const thrown of [new Error(words), Object.assign(new Error(words), { code: 400 })]) {
      const error = callError('merge', thrown)
      t.true(error instanceof PermanentError)
      t.regex(error.message, /gcloud auth application-default login/)
    }
  }
})

test('our own errors pass unchanged', (t) => {
  for (const error of [new TransientError('a: b; c'), new PermanentError('a: b; c')]) t.is(callError('x', error), error)
})

test('a status is read as a number or its text, from the error or its answer', (t) => {
  t.is(statusOf({ code: 404 }), 404)
  t.is(statusOf({ code: '404' }), 404)
  t.is(statusOf({ response: { status: 503 } }), 503)
  for (const none of [{ code: 'ECONNRESET' }, {}, null, undefined, 'text', new Error('404')])
    t.is(statusOf(none), undefined)
})
