/**
 * What went wrong at BigQuery, and what to do about it: one row per reason. Reasons and their meaning:
 * https://cloud.google.com/bigquery/docs/error-messages
 *
 * BigQuery's own words may quote a value out of a row, so they are never told on; reasons and places are.
 */
import { GOES_ON, PermanentError, TransientError } from '../../errors.ts'

/**
 * `again`: it may pass by itself. `later`: it may, but not soon, and tries count: against the quota that is used up, or as jobs of a
 * project that has nothing to run them with. `stop`: a person has to act.
 */
interface Meaning {
  readonly next: 'again' | 'later' | 'stop'
  readonly sentence: string
}

/** Milliseconds until a `later`: 96 tries a day, where those of the backoff would be 1,440. */
export const LATER = 15 * 60_000
const LOOKS = `it is tried every ${LATER / 60_000} minutes, and ${GOES_ON}`

/** By reason. */
export type Meanings = Readonly<Record<string, Meaning>>

/** To whoever loads. */
export const MEANINGS = {
  backendError: { next: 'again', sentence: `BigQuery failed inside; ${GOES_ON}` },
  internalError: { next: 'again', sentence: `BigQuery failed inside; ${GOES_ON}` },
  jobBackendError: { next: 'again', sentence: `BigQuery failed inside; ${GOES_ON}` },
  jobInternalError: { next: 'again', sentence: `BigQuery failed inside; ${GOES_ON}` },
  rateLimitExceeded: { next: 'again', sentence: `too much at once for BigQuery; ${GOES_ON}` },
  jobRateLimitExceeded: { next: 'again', sentence: `too much at once for BigQuery; ${GOES_ON}` },
  tableUnavailable: { next: 'again', sentence: `a table is not available just now; ${GOES_ON}` },
  conditionNotMet: { next: 'again', sentence: `someone else changed a table at the same time; ${GOES_ON}` },
  stopped: { next: 'again', sentence: `someone cancelled the job; ${GOES_ON}` },
  timeout: { next: 'again', sentence: `BigQuery took too long; ${GOES_ON}` },
  network: { next: 'again', sentence: `BigQuery cannot be reached; check the network, ${GOES_ON}` },
  noAnswer: {
    next: 'again',
    sentence: `something between here and BigQuery answered in its place; check the proxy, ${GOES_ON}`,
  },
  gone: { next: 'again', sentence: `what was there just now is not there; it is made again, ${GOES_ON}` },
  quotaExceeded: {
    next: 'later',
    sentence: `a quota of the project, or the storage that it has without billing, is used up; load less often (LOAD_SCHEDULE) or raise it; ${LOOKS}`,
  },
  billingTierLimitExceeded: { next: 'later', sentence: `the project's billing tier is too low; raise it, ${LOOKS}` },
  resourcesExceeded: {
    next: 'later',
    sentence: `the project has too few resources for the batch; give it more slots, ${LOOKS}`,
  },
  // Not a `stop`: billing also lapses and comes back, by the hand of someone who need not know of this process.
  billingNotEnabled: {
    next: 'later',
    sentence: `the project has no billing, and without it BigQuery updates no table; turn billing on: ${LOOKS}; or set BIGQUERY_MODE=append (docs/bigquery.md)`,
  },
  bytesBilledLimitExceeded: {
    next: 'stop',
    sentence: 'it would be billed for more than BIGQUERY_MAX_BYTES_BILLED allows; raise it, then start again',
  },
  accessDenied: {
    next: 'stop',
    sentence: 'the credentials may not do this; grant the roles of docs/bigquery.md to them',
  },
  unauthenticated: {
    next: 'stop',
    sentence:
      'there are no valid credentials; run `gcloud auth application-default login`, or run it as a service account',
  },
  notFound: {
    next: 'stop',
    sentence: 'it is not there; check BIGQUERY_PROJECT, BIGQUERY_DATASET and BIGQUERY_LOCATION',
  },
  invalid: { next: 'stop', sentence: 'BigQuery takes the rows or the request for invalid; report it as a bug' },
  invalidQuery: {
    next: 'stop',
    sentence: 'BigQuery refuses a statement; undo a change made to its tables by hand, or report it as a bug',
  },
  notImplemented: { next: 'stop', sentence: 'BigQuery cannot do this here; report it as a bug' },
} as const satisfies Meanings

const UNEXPECTED: Meaning = { next: 'stop', sentence: 'this was not expected; report it as a bug' }

/** Words of an `invalidQuery` that is none: the statement was right, and something else was in its way. */
const CONFLICT =
  /Transaction is aborted due to concurrent update|Could not serialize access to table|Exceeded rate limits|Retrying the job may solve the problem/

/** An error as jobs and answers of the API carry it. */
export interface Proto {
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly location?: string | undefined
}

/** @param action what was being done, a lower-case verb first, such as `load responses into BigQuery` */
export function bigqueryError(
  action: string,
  { reason = 'unknown', message = '' }: Proto,
  meanings: Meanings = MEANINGS,
): TransientError | PermanentError {
  const known = reason === 'invalidQuery' && CONFLICT.test(message) ? 'rateLimitExceeded' : reason
  const { next, sentence } = (Object.hasOwn(meanings, known) ? meanings[known] : undefined) ?? UNEXPECTED
  const told = `${action}: ${sentence} (${/^\w{1,40}$/.test(reason) ? reason : 'a reason that is no word'})`
  if (next === 'stop') return new PermanentError(told)
  return new TransientError(told, next === 'later' ? { after: LATER } : {})
}

/** What an error means to whoever it is that asks. */
export type Telling = (action: string, error: Proto) => TransientError | PermanentError

/** What the client threw. HTTP codes stand in where no reason came along. Our own errors pass unchanged. */
export function callError(action: string, thrown: unknown, telling: Telling = bigqueryError): Error {
  if (thrown instanceof TransientError || thrown instanceof PermanentError) return thrown
  return telling(action, protoOf(thrown))
}

/** The HTTP status that the client's error carries, if it does. */
export function statusOf(thrown: unknown): number | undefined {
  const code = field(thrown, 'code') ?? field(field(thrown, 'response'), 'status')
  return typeof code === 'number' ? code : /^[1-5]\d\d$/.test(String(code)) ? Number(code) : undefined
}

const REASON_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'accessDenied',
  404: 'notFound',
  408: 'timeout',
  409: 'conditionNotMet',
  412: 'conditionNotMet',
  429: 'rateLimitExceeded',
}

/** What the client threw, as BigQuery worded it. */
function protoOf(thrown: unknown): Proto {
  const errors = field(thrown, 'errors')
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  const message = [field(first, 'message'), field(thrown, 'message')].find((each) => typeof each === 'string') ?? ''
  const reason = field(first, 'reason')
  if (typeof reason === 'string' && Object.hasOwn(MEANINGS, reason)) return { reason, message }
  // Google's token service refuses with a 400.
  if (isCredentials(message)) return { reason: 'unauthenticated', message }
  const status = statusOf(thrown)
  if (status === undefined) return { reason: brokenOr(thrown), message }
  return { reason: REASON_OF_STATUS[status] ?? (status >= 500 ? 'backendError' : String(reason)), message }
}

/** What breaks on the way has a code (`ECONNRESET`) or a type (`invalid-json`); anything else is a bug, told by its name. */
function brokenOr(thrown: unknown): string {
  const isBroken = [field(thrown, 'code'), field(thrown, 'type')].some((each) => typeof each === 'string')
  return isBroken ? 'network' : String(field(thrown, 'name'))
}

const isCredentials = (message: string) =>
  /Could not load the default credentials|Unable to detect a Project Id|invalid_grant|invalid_rapt/.test(message)

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined
}
