/** Sends bodies to a receiver: some at a time over kept connections, at most so many a second, again after a 503. */
import { setTimeout as pause } from 'node:timers/promises'
import { reasonOf } from '../src/errors.ts'

export interface Sending {
  readonly url: string
  readonly secret: string | undefined
  readonly bodies: Iterable<unknown>
  /** Most requests a second; undefined: as fast as the receiver answers. */
  readonly rate: number | undefined
  readonly onAnswer: () => void
}

export interface Sent {
  readonly accepted: number
  readonly duplicate: number
  readonly failed: number
  /** The first refusal: status and text of the receiver. */
  readonly refusal: string | null
}

const CONCURRENCY = 32
/** How often a broken connection or a 503 is tried again before giving up, and the pause where none is asked for. */
const TRIES = 20
const PAUSE = 250

/** @throws when nothing listens there, or when the secret is refused */
export async function sendAll({ url, secret, bodies, rate, onAnswer }: Sending): Promise<Sent> {
  const sent = { accepted: 0, duplicate: 0, failed: 0, refusal: null as string | null }
  const source = bodies[Symbol.iterator]()
  const began = performance.now()
  let taken = 0
  const headers = { 'content-type': 'application/json', ...(secret && { authorization: `Bearer ${secret}` }) }

  const sender = async () => {
    for (let next = source.next(); !next.done; next = source.next()) {
      if (rate !== undefined) await pause(began + (taken++ * 1000) / rate - performance.now())
      const { status, text } = await post(url, headers, JSON.stringify(next.value))
      if (status === 202) sent[/"status":\s*"duplicate"/.test(text) ? 'duplicate' : 'accepted']++
      else if (status === 401) throw new Error(`send to ${url}: it refuses the secret; give the right one by --secret`)
      else {
        sent.failed++
        sent.refusal ??= `${status} ${text}`
      }
      onAnswer()
    }
  }
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, sender))
  } finally {
    source.return?.()
  }
  return sent
}

/** Sending again is harmless: the receiver knows an event by its content. */
async function post(url: string, headers: Record<string, string>, body: string) {
  for (let tries = 1; ; tries++) {
    const { response, text, error } = await attempt(url, headers, body)
    if (response !== undefined && (response.status !== 503 || tries === TRIES)) return { status: response.status, text }
    if (codeOf(error) === 'ECONNREFUSED') {
      throw new Error(`send to ${url}: nothing listens there; start it with npm start in another terminal`)
    }
    if (tries === TRIES) throw new Error(`send to ${url}: ${reasonOf(error)}; is that the right address?`)
    await pause(response === undefined ? PAUSE : (retryAfter(response) ?? PAUSE))
  }
}

interface Attempt {
  readonly response?: Response
  readonly text: string
  readonly error?: unknown
}

async function attempt(url: string, headers: Record<string, string>, body: string): Promise<Attempt> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body })
    return { response, text: await response.text() }
  } catch (error) {
    return { text: '', error }
  }
}

/** Milliseconds; undefined when the header is missing or is a date. */
function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds * 1000 : undefined
}

/** The code of the system's error, which fetch hides among the causes, and there among several addresses. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined
  if ('code' in error) return error.code
  return codeOf(error.cause)
}
