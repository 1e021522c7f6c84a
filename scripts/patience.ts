/** How long a command waits for what passes by itself, such as a file that another process holds, and what it says meanwhile. */
import { InvalidArgumentError, Option } from 'commander'
import { HeldError, reasonOf, TransientError, withoutPromise } from '../src/errors.ts'
import { note } from './terminal.ts'

/** Seconds. */
const USUAL = 60
const MOST = 7 * 24 * 3600

export const waitOption = new Option(
  '--wait <seconds>',
  'how long to wait for another process, or for what passes by itself; 0 not at all. What comes to nothing ends with status 75',
)
  .argParser(seconds)
  .default(USUAL)

export interface Patience {
  /** Says once what is waited for. @returns the error to end with, once it was waited for long enough; undefined before */
  wait(error: TransientError): TransientError | undefined
  /** To be called when something worked. */
  begin(): void
}

/** @param doing what the command does, a lower-case verb first @param seconds from the first failure in a row */
export function createPatience(doing: string, seconds: number, say: (text: string) => void = note): Patience {
  let since: number | undefined
  let said: string | undefined
  return {
    wait(error) {
      since ??= performance.now()
      const awaited =
        error instanceof HeldError
          ? `waiting for ${error.waitsFor}`
          : `trying again: ${withoutPromise(reasonOf(error))}`
      if (performance.now() - since + error.after >= seconds * 1000) return overdue(doing, seconds, error)
      if (awaited !== said) say(awaited)
      said = awaited
      return undefined
    },
    begin() {
      since = undefined
    },
  }
}

function overdue(doing: string, seconds: number, cause: TransientError): TransientError {
  if (!(cause instanceof HeldError))
    return new TransientError(`${withoutPromise(reasonOf(cause))}; then run it again, or wait longer by --wait SECONDS`)
  const waited = seconds === 0 ? 'it would have to wait' : `it waited ${seconds} s`
  return new TransientError(
    `${doing}: ${waited} for ${cause.waitsFor}; end that and run it again, or wait longer by --wait SECONDS`,
  )
}

function seconds(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0 && value <= MOST && text.trim() !== '') return value
  throw new InvalidArgumentError(`give a whole number of seconds from 0 to ${MOST}.`)
}
