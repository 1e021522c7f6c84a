/**
 * What goes wrong at BigQuery, to someone who reads: the reasons of errors.ts, where they mean another thing and have another way out
 * than of a load. What a statement of someone's own is refused for is told in BigQuery's own words, as only they say where it is.
 */
import { PermanentError, type TransientError } from '../../errors.ts'
import { bigqueryError, MEANINGS, type Meanings, type Proto } from './errors.ts'

const again = (sentence: string) => ({ next: 'again', sentence }) as const
const stop = (sentence: string) => ({ next: 'stop', sentence }) as const

const FAILED = again('BigQuery failed inside; try again')
const BUSY = again('too much at once for BigQuery; try again')
const REFUSED = stop('BigQuery takes the request for invalid; report it as a bug')

export const READING_MEANINGS: Meanings = {
  backendError: FAILED,
  internalError: FAILED,
  jobBackendError: FAILED,
  jobInternalError: FAILED,
  rateLimitExceeded: BUSY,
  jobRateLimitExceeded: BUSY,
  tableUnavailable: again('a table is not available just now; try again'),
  conditionNotMet: again('someone else changed something at the same time; try again'),
  stopped: again('someone cancelled the query; try again'),
  timeout: again('BigQuery took too long; try again'),
  network: again('BigQuery cannot be reached; check the network, and try again'),
  noAnswer: again('something between here and BigQuery answered in its place; check the proxy, and try again'),
  gone: again('what was there just now is not there; try again'),
  quotaExceeded: {
    next: 'later',
    sentence:
      'a quota of the project, or what it may read in a month without billing, is used up; read less, raise it, or try again later',
  },
  billingTierLimitExceeded: stop("the project's billing tier is too low for it; raise it, or read less"),
  resourcesExceeded: stop('the project has too few resources for it; give it more slots, or read less'),
  billingNotEnabled: stop('the project has no billing, and BigQuery does not do this without it; turn billing on'),
  bytesBilledLimitExceeded: stop(
    'it would be billed for more than BIGQUERY_MAX_BYTES_BILLED allows; read less, or raise it',
  ),
  accessDenied: stop('the credentials may not read this; grant the roles of docs/bigquery.md to them'),
  unauthenticated: MEANINGS.unauthenticated,
  notFound: MEANINGS.notFound,
  invalid: REFUSED,
  invalidQuery: REFUSED,
  notImplemented: REFUSED,
}

/** @param action what was being done, a lower-case verb first, such as `list the tables` */
export const readingError = (action: string, error: Proto): TransientError | PermanentError =>
  bigqueryError(action, error, READING_MEANINGS)

/** What stands in the way of a statement, and will again: its author has to change it. */
const OF_STATEMENT = new Set([
  'invalidQuery',
  'invalid',
  'notFound',
  'notImplemented',
  'responseTooLarge',
  'resourcesExceeded',
  'unknown',
])

/** What BigQuery answers to a statement, or says of its job. */
export function statementError(action: string, error: Proto): TransientError | PermanentError {
  const { reason = 'unknown', message } = error
  if (!OF_STATEMENT.has(reason)) return readingError(action, error)
  return new PermanentError(`${action}: the statement cannot be run; BigQuery says why`, {
    cause: new Error(message ?? reason),
  })
}
