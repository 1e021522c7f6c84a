/** What files are called that nobody named. */
import { hash } from 'node:crypto'

const END = '.csv'
/** Bytes of a name that file systems take, less what is added to it while it is written (../files/temporary.ts). */
const LONGEST = 255 - '.123456789-01234567.tmp'.length

/** A file's name, such as `responses.csv`, for what is called so: such that a disk takes it, and of its own where it has to be cut. */
export function fileName(name: string): string {
  const plain = name.replaceAll(/[/\\\0]/g, '_')
  if (Buffer.byteLength(plain + END) <= LONGEST) return plain + END
  const rest = `_${hash('sha256', name, 'hex').slice(0, 8)}${END}`
  let start = ''
  for (const character of plain) {
    if (Buffer.byteLength(start + character + rest) > LONGEST) break
    start += character
  }
  return start + rest
}
