/**
 * The errors that the connector tells apart. Everything else that is thrown is a bug and is treated as permanent.
 * Expected outcomes (a duplicate, a rejected body) are values, not errors.
 */

/** How the message of a destination ends that is tried again by itself. */
export const GOES_ON = 'loading goes on by itself'

/** The words of an error for whom nothing is tried again: a command that has ended. */
export const withoutPromise = (text: string): string => text.replace(PROMISE, '')
const PROMISE = new RegExp(`[,;:] (?:it is tried every \\d+ minutes, and )?${GOES_ON}`, 'g')

/**
 * An error in our own words: they name files, settings and ways out, and quote nothing that was received. Only such words reach logs and
 * health. The mark is a property, as it comes along from another thread.
 */
export class WordedError extends Error {
  readonly isWorded = true
}

/** It may pass by itself: a locked file, a full disk, a broken connection. Retried with backoff until told to stop. */
export class TransientError extends WordedError {
  override readonly name: string = 'TransientError'
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

/** Another process has what is needed, such as a file, and is waited for. */
export class HeldError extends TransientError {
  /** Who is waited for, and what it has to do: `PID 4787 (python3) to close data/warehouse.duckdb`. */
  readonly waitsFor: string

  constructor(message: string, waitsFor: string, options: ErrorOptions = {}) {
    super(message, options)
    this.waitsFor = waitsFor
  }
}

/** It will not pass by itself. Stops the destination it comes from; the message says the way out. */
export class PermanentError extends WordedError {
  override readonly name = 'PermanentError'
}

/** It is not there before the first load, and then it is: no trouble to whoever comes again by itself. */
export class NotYetError extends PermanentError {}

/**
 * What may be told anywhere of anything that was thrown. Someone else's words may quote what they choked on, so only ours are told on, those of
 * the operating system, and what SQLite says of a result code; of any other error its kind and its place.
 */
export function reasonOf(error: unknown): string {
  const words = quotable(error)
  if (words === undefined) return kindAndPlace(error)
  if (!(error instanceof Error)) return words
  const cause = quotable(error.cause)
  return cause === undefined ? words : `${words}: ${reasonOf(error.cause)}`
}

/** The whole message, with those of its causes: for whoever asked for it at a terminal, never for a log. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `: ${wordsOf(error.cause)}`
  return `${error instanceof SyntaxError ? 'it is not what was expected' : error.message}${cause}`
}

/** undefined: they may hold anything. */
function quotable(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('isWorded' in error) return error.message
  // SQLite's message names tables and texts. This is the sentence of its result code.
  if ('errstr' in error && typeof error.errstr === 'string') return error.errstr
  // A call of the operating system, and the path or the address that it was about.
  return 'syscall' in error && 'code' in error ? error.message : undefined
}

/** Such as `TypeError at src/flatten/value.ts:12:7`. */
export function kindAndPlace(error: unknown): string {
  if (!(error instanceof Error)) return `an unexpected ${typeof error}`
  const kind = /^\w+$/.test(error.constructor.name) ? error.constructor.name : 'Error'
  const [place] = placesOf(error)
  return place === undefined ? `an unexpected ${kind}` : `an unexpected ${kind} at ${place}`
}

/** Where it was thrown, innermost first. The stack repeats the message, whose lines may look like places. */
export function placesOf({ stack = '', message }: Error): readonly string[] {
  const at = stack.indexOf(message)
  if (at === -1) return []
  const frames = stack.slice(at + message.length).split('\n')
  return frames.flatMap(
    (frame) => /((?:src|schemas|test|node_modules|node:)[^\s()]*:\d+:\d+)\)?$/.exec(frame)?.[1] ?? [],
  )
}
