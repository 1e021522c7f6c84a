/** The one place that retries: what may pass by itself, for ever, with exponential backoff, jitter and a ceiling. */
import pRetry from 'p-retry'
import { TransientError } from '../errors.ts'

/** Milliseconds: the first pause is 1 to 2 times `first`, each one doubles, and none is longer than `longest`. */
export interface Backoff {
  readonly first: number
  readonly longest: number
}

export const BACKOFF: Backoff = { first: 500, longest: 60_000 }

interface RetryOptions {
  readonly signal: AbortSignal
  readonly backoff: Backoff
  /** Told of each failure after which the task is tried again. */
  readonly onRetry: (error: TransientError) => void
}

/** Runs the task until it succeeds. An abort, or anything but a TransientError, ends it with that error. */
export function retry<T>(task: () => Promise<T>, { signal, backoff, onRetry }: RetryOptions): Promise<T> {
  return pRetry(task, {
    signal,
    retries: Number.POSITIVE_INFINITY,
    minTimeout: backoff.first,
    maxTimeout: backoff.longest,
    randomize: true,
    shouldRetry: ({ error }) => {
      if (!(error instanceof TransientError)) return false
      onRetry(error)
      return true
    },
  })
}
