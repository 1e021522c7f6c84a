/**
 * The one place that says how to try again: what may pass by itself, for ever, with exponential backoff, jitter and a ceiling; later, where the
 * error asks for it.
 */
import { setTimeout as pause } from 'node:timers/promises'
import pRetry from 'p-retry'
import { TransientError } from '../errors.ts'

/**
 * Milliseconds: the first pause is 1 to 2 times `first`, each one doubles, and none is longer than `longest`, unless the error says
 * by its `after` that it has to be.
 */
export interface Backoff {
  readonly first: number
  readonly longest: number
}

export const BACKOFF: Backoff = { first: 500, longest: 60_000 }

/**
 * For what lets others go first between its tries, and so is not tried again by `retry`.
 * @param failed how many tries in a row, this one included
 * @returns milliseconds, as `retry` pauses
 */
export function pauseAfter(error: TransientError, failed: number, { first, longest }: Backoff): number {
  const backoff = Math.min((1 + Math.random()) * first * 2 ** (failed - 1), longest)
  return Math.max(backoff, error.after)
}

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
    shouldRetry: async ({ error, retryDelay }) => {
      if (!(error instanceof TransientError)) return false
      onRetry(error)
      // p-retry pauses for retryDelay after this. Of a stop it sees to it itself that it ends with the reason.
      if (error.after > retryDelay) await pause(error.after - retryDelay, undefined, { signal }).catch(() => {})
      return true
    },
  })
}
