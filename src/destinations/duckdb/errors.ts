/** What DuckDB's errors mean. They come as plain errors without a code, so their texts are matched; this is the one list. */
import { basename } from 'node:path'
import { GOES_ON, HeldError, PermanentError, TransientError, wordsOf } from '../../errors.ts'

interface Meaning {
  readonly text: RegExp
  readonly passes: boolean
  /** What it is and what a person can do; $1, $2 are what the pattern caught. */
  readonly wayOut: string
}

/** Wherever it happens, also in a commit, DuckDB tells how much was used. */
const OUT_OF_MEMORY = /Out of Memory Error|failed to allocate|bad_alloc|[KMGT]iB used\)/i

export const isOutOfMemory = (error: unknown): boolean => OUT_OF_MEMORY.test(wordsOf(error))

const FULL = /No space left on device|File too large|quota exceeded|max_temp_directory_size/i

export const isFull = (error: unknown): boolean => FULL.test(wordsOf(error))

const READ_ONLY = /attached in read-only mode/

/** Where DuckDB can tell, with the program and the process that has the file. */
const HELD = /Could not set lock on file(?:.*Conflicting lock is held in (.*?) \(PID (\d+)\))?/s

/** Whether someone, another process or this one, has the file open. */
export const isHeld = (error: unknown): boolean =>
  error instanceof HeldError || HELD.test(wordsOf(error)) || /this process has it open/.test(wordsOf(error))

function heldBy(action: string, path: string, [, program, pid]: RegExpExecArray): HeldError {
  const who = pid === undefined ? 'another process' : `PID ${pid} (${basename(program ?? '')})`
  const by = pid === undefined ? '' : ` (${program}, PID ${pid})`
  return new HeldError(
    `${action} ${path}: another process holds it${by}; close it there, ${GOES_ON}`,
    `${who} to close ${path}`,
  )
}

/** The first that fits counts: the precise ones stand first. */
const MEANINGS: readonly Meaning[] = [
  {
    // The batch is in the file: loading it again finds its row in `loads`.
    text: /COMMIT succeeded and is durable/,
    passes: true,
    wayOut: `the batch is safe, but the file could not be tidied up; check the disk's space, ${GOES_ON}`,
  },
  {
    text: FULL,
    passes: true,
    wayOut: `the disk is full; make room there, ${GOES_ON}`,
  },
  {
    // Reopening frees what deleted rows hold until a checkpoint, and then it may have more.
    text: OUT_OF_MEMORY,
    passes: true,
    wayOut: `DuckDB needs more memory than it may have; it gets more with each try, ${GOES_ON}`,
  },
  {
    text: /not a valid DuckDB database file/,
    passes: false,
    wayOut: 'it is no DuckDB file; move it away, or choose another place',
  },
  {
    text: /Trying to read a database file with version number|was created with a newer|newer version of DuckDB/,
    passes: false,
    wayOut: 'another version of DuckDB wrote it; upgrade refiner-warehouse, or export and import it with that version',
  },
  {
    text: /Permission denied|Operation not permitted/,
    passes: false,
    wayOut: 'this user may not open it; give it the right, or choose another place',
  },
  {
    text: /database does not exist/,
    passes: true,
    wayOut: 'it is not there yet; it is made when the first events are loaded',
  },
  { text: READ_ONLY, passes: false, wayOut: 'a query only reads; leave the data as it is' },
  {
    text: /Read-only file system/,
    passes: false,
    wayOut: 'it cannot be written there; make it writable, or choose another place',
  },
  { text: /Is a directory/, passes: false, wayOut: 'a folder stands there; move it away, or choose another place' },
  {
    // The last: it ends before it should.
    text: /Corrupt|checksum|Could not read enough bytes/i,
    passes: false,
    wayOut: 'the file is damaged; move it away, and replay the events that are kept, or restore a copy',
  },
  {
    text: /No such file or directory/,
    passes: true,
    wayOut: `its folder is gone; it is made again, ${GOES_ON}`,
  },
  {
    // What comes after another error; closing and opening the file heals it.
    text: /database has been invalidated|FATAL Error|Current transaction is aborted/,
    passes: true,
    wayOut: `DuckDB gave up on it; it is opened again, ${GOES_ON}`,
  },
  { text: /IO Error/, passes: true, wayOut: `the disk fails to read or write; check it, ${GOES_ON}` },
]

/** Of a statement that is someone's own: its words, and texts out of the data, are in the message, and mean nothing here. */
const STATEMENT =
  /^(?:Binder|Parser|Catalog|Conversion|Invalid Input|Not implemented|Out of Range|Mismatch Type) Error/i

/** Whether it is about what a statement says and names, not about the file or the machine. */
export const isOfStatement = (error: unknown): boolean => error instanceof Error && STATEMENT.test(error.message)

const UNEXPECTED = 'this was not expected; undo a change made to its tables by hand, or report it as a bug'

/**
 * Wraps what DuckDB threw: "open /data/warehouse.duckdb: another process holds it; …". Our own errors pass unchanged.
 * @param action a lower-case verb, such as `open`
 * @param otherwise the way out when the error is none of the known ones, for whoever may see what DuckDB said
 */
export function duckdbError(
  action: string,
  path: string,
  cause: unknown,
  otherwise?: string,
): TransientError | PermanentError {
  if (cause instanceof TransientError || cause instanceof PermanentError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  if (otherwise !== undefined && STATEMENT.test(message) && !READ_ONLY.test(message)) {
    return new PermanentError(`${action} ${path}: ${otherwise}`, { cause })
  }
  const held = HELD.exec(message)
  if (held !== null) return heldBy(action, path, held)
  for (const { text, passes, wayOut } of MEANINGS) {
    const match = text.exec(message)
    if (match === null) continue
    const told = `${action} ${path}: ${wayOut.replace(/\$(\d)/g, (_, group) => match[Number(group)] ?? '')}`
    return passes ? new TransientError(told, { cause }) : new PermanentError(told, { cause })
  }
  if (otherwise !== undefined) return new PermanentError(`${action} ${path}: ${otherwise}`, { cause })
  // Such a message may quote what people answered; its kind is all that is told on.
  const kind = /^[A-Z][A-Za-z ]* Error(?=:)/.exec(message)?.[0] ?? 'an error without a kind'
  return new PermanentError(`${action} ${path}: ${kind}: ${UNEXPECTED}`)
}
