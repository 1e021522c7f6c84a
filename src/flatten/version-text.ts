/**
 * The text of a version, written character by character into one buffer: joining its dozen parts would keep each of them, or a tree of
 * them, alive. Event ids and times are ASCII.
 */

const BAR = 124
const ZERO = 48
/** A response's version takes 110 characters. */
const scratch = Buffer.alloc(1024)
let at = 0

export function begin(): void {
  at = 0
}

/** @throws RangeError for a text that is longer than any version can be */
export function written(): string {
  if (at > scratch.length) throw new RangeError(`a version of ${at} characters; ${scratch.length} are the most`)
  return scratch.toString('latin1', 0, at)
}

export function writeBar(): void {
  scratch[at++] = BAR
}

/** @param turned the digits in their other order, so that the text sorts the other way round. Other characters stay */
export function writeText(text: string, turned?: string): void {
  for (let from = 0; from < text.length; from++) write(text.charCodeAt(from), turned)
}

/** Where the digits of `YYYY-MM-DDTHH:MM:SS.ffffffZ` stand. */
const DIGITS = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 22, 23, 24, 25]

/** `YYYYMMDDHHMMSSffffff` of a time; zeros for none. */
export function writeTime(time: string, turned?: string): void {
  for (const place of DIGITS) write(time === '' ? ZERO : time.charCodeAt(place), turned)
}

function write(code: number, turned: string | undefined): void {
  scratch[at++] = turned === undefined ? code : turn(code, turned)
}

function turn(code: number, turned: string): number {
  const digit = code < 58 ? code - 48 : code - 87
  return digit >= 0 && digit < turned.length ? turned.charCodeAt(digit) : code
}
