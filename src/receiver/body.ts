/** The raw body of a request, under a limit that holds before and after inflation: no more than it is ever kept in memory. */
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** `left`: the sender went away in the middle. */
export type Read = Uint8Array | 'too long' | 'left'

export type Encoding = 'identity' | 'gzip'

/** undefined: an encoding that is not taken. */
export function encodingOf(header: string | undefined): Encoding | undefined {
  switch (header?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return 'identity'
    case 'gzip':
    case 'x-gzip':
      return 'gzip'
    default:
      return undefined
  }
}

const NOTHING = new Uint8Array()

/** @param limit bytes */
export function readBody(request: IncomingMessage, limit: number): Promise<Read> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve('too long')
  return new Promise((resolve) => {
    let first: Uint8Array | undefined
    let more: Uint8Array[] | undefined
    let length = 0
    request.on('data', (chunk: Uint8Array) => {
      length += chunk.length
      if (length > limit) {
        first = undefined
        more = undefined
        resolve('too long')
      } else if (first === undefined) first = chunk
      else if (more === undefined) more = [first, chunk]
      else more.push(chunk)
    })
    request.once('end', () => resolve(more === undefined ? (first ?? NOTHING) : Buffer.concat(more, length)))
    request.once('close', () => resolve('left'))
  })
}

/** Lets a sender whose body is not wanted finish sending, so that it reads the answer; but not without end. @param most bytes */
export function discardBody(request: IncomingMessage, most: number): void {
  let left = most
  request.on('data', (chunk: Uint8Array) => {
    left -= chunk.length
    if (left < 0) request.destroy()
  })
}

const inflate = promisify(gunzip)

/** Stops at the limit, in bytes: a small body cannot become a big one. @returns `corrupt` also for a body that was cut short */
export async function inflateBody(body: Uint8Array, limit: number): Promise<Uint8Array | 'too long' | 'corrupt'> {
  try {
    return await inflate(body, { maxOutputLength: limit })
  } catch (error) {
    const tooLong = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return tooLong ? 'too long' : 'corrupt'
  }
}
