/** What went wrong with a file, and whether it passes by itself. */
import { GOES_ON, PermanentError, TransientError } from '../errors.ts'

/** Errors that pass, and what a person can do meanwhile. */
const PASSING: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room there',
  EDQUOT: 'the disk quota is used up; raise it or make room there',
  EIO: 'the disk fails to read or write; check it',
  EBUSY: 'the file is in use; let go of it',
  EMFILE: 'this process has too many files open; raise its limit',
  ENFILE: 'this machine has too many files open; close some',
  EAGAIN: 'the disk is busy; wait for it',
  ESTALE: 'the network share was replaced; mount it again',
  ETIMEDOUT: 'the network share does not answer; check it',
  // A folder was removed; the next `prepare` makes it again.
  ENOENT: 'it is gone; it is made again',
}

const LASTING: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there; give it the right, or choose another directory',
  EPERM: 'this user may not do that there; give it the right, or choose another directory',
  EROFS: 'the disk is read-only; make it writable, or choose another directory',
  ENOTDIR: 'a file stands where a folder must be; move it away, or choose another directory',
  EEXIST: 'a file stands where a folder must be; move it away, or choose another directory',
  EISDIR: 'a folder stands where a file must be; move it away',
  ENAMETOOLONG: 'the path is too long for this disk; choose a shorter directory',
}

/**
 * Wraps an error of the file system: "write /data/csv/users/a-1-9.csv: the disk is full; …". Our own errors pass unchanged.
 * @param then what happens once it has passed
 */
export function fileError(
  action: string,
  path: string,
  cause: unknown,
  then = GOES_ON,
): TransientError | PermanentError {
  if (cause instanceof TransientError || cause instanceof PermanentError) return cause
  const code = codeOf(cause)
  const passing = PASSING[code]
  if (passing !== undefined) return new TransientError(`${action} ${path}: ${passing}, ${then}`, { cause })
  const wayOut = LASTING[code] ?? 'this was not expected; see the cause, and choose another directory if it stays'
  return new PermanentError(`${action} ${path}: ${wayOut}`, { cause })
}

/** The `code` of an error of Node's, such as ENOENT; '' for others. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
