/**
 * The errors that the connector tells apart. Everything else that is thrown is a bug and is treated as permanent.
 * Expected outcomes (a duplicate, a rejected body) are values, not errors.
 */

/** It may pass by itself: a locked file, a full disk, a broken connection. Retried with backoff until told to stop. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
  /** Milliseconds: sooner than this another try is of no use, or does harm. 0 leaves it to the backoff. */
  readonly after: number

  constructor(message: string, { after = 0, ...options }: ErrorOptions & { readonly after?: number } = {}) {
    super(message, options)
    this.after = after
  }
}

/** The disk has no room for so much at once. It may have for less. */
export class NoRoomError extends TransientError {}

/** It needed more memory than it had in the middle of its work, and has more when it is begun again, from its start. */
export class MoreMemoryError extends TransientError {}

/** It will not pass by itself. Stops the destination it comes from; the message says the way out. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
}

/** It is not there before the first load, and then it is: no trouble to whoever comes again by itself. */
export class NotYetError extends PermanentError {}

/** The message of anything that was thrown, with the messages of its causes. That of a parser quotes what it choked on, and is left out. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `: ${reasonOf(error.cause)}`
  return `${error instanceof SyntaxError ? 'it is not what was expected' : error.message}${cause}`
}
