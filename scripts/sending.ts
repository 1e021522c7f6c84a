/** Sends bodies to a receiver: some at a time over kept connections, at most so many a second, again after a 503. */
import { setTimeout as pause } from 'node:timers/promises'
import { wordsOf } from '../src/errors.ts'
import { WEBHOOK_PATH } from '../src/receiver/answers.ts'

export interface Sending {
  readonly url: string
  readonly secret: string | undefined
  readonly bodies: Iterable<unknown>
  /** Most requests a second; undefined: as fast as the receiver answers. */
  readonly rate: number | undefined
  readonly onAnswer: () => void
  /** Ends the sending; what is answered by then is told. */
  readonly signal: AbortSignal
}

export interface Sent {
  readonly accepted: number
  readonly duplicate: number
  readonly failed: number
  /** The first refusal: status and text of the receiver. */
  readonly refusal: string | null
  /** Of the last event that was accepted, or was there already. */
  readonly eventId: string | null
}

const CONCURRENCY = 32
/** How often a broken connection or a 503 is tried again before giving up, and the pause where none is asked for. */
const TRIES = 20
const PAUSE = 250
/** What a wrong address answers, to every event. */
const WRONG_ADDRESS = [403, 404, 405]

/** @throws when nothing listens there, or when all events would be refused: the secret is, or the address is wrong */
export async function sendAll({ url, secret, bodies, rate, onAnswer, signal }: Sending): Promise<Sent> {
  const sent = { accepted: 0, duplicate: 0, failed: 0, refusal: null as string | null, eventId: null as string | null }
  const source = bodies[Symbol.iterator]()
  const began = performance.now()
  let taken = 0
  const headers = { 'content-type': 'application/json', ...(secret && { authorization: `Bearer ${secret}` }) }

  const sender = async () => {
    for (let next = source.next(); !next.done; next = source.next()) {
      if (rate !== undefined) await pauseUntil(began + (taken++ * 1000) / rate, signal)
      const { status, text } = await post(url, { method: 'POST', headers, body: JSON.stringify(next.value), signal })
      if (status === 202) {
        sent[/"status":\s*"duplicate"/.test(text) ? 'duplicate' : 'accepted']++
        sent.eventId = /"event_id":\s*"(\w+)"/.exec(text)?.[1] ?? null
      } else {
        if (status === 401) throw new Error(`send to ${url}: it refuses the secret; give the right one by --secret`)
        if (WRONG_ADDRESS.includes(status)) throw wrongAddress(url, status)
        sent.failed++
        sent.refusal ??= `${status} ${text}`
      }
      onAnswer()
    }
  }
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, sender))
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    source.return?.()
  }
  return sent
}

const wrongAddress = (url: string, status: number) =>
  new Error(
    `send to ${url}: it takes no events there (${status}); give the address that npm start logs, such as ${new URL(WEBHOOK_PATH, url).href}`,
  )

/** @param time as `performance.now` tells it; one that has passed is now */
async function pauseUntil(time: number, signal: AbortSignal): Promise<void> {
  await pause(Math.max(0, time - performance.now()), undefined, { signal })
}

/** Sending again is harmless: the receiver knows an event by its content. */
async function post(url: string, request: RequestInit & { signal: AbortSignal }) {
  for (let tries = 1; ; tries++) {
    const { response, text, error } = await attempt(url, request)
    request.signal.throwIfAborted()
    if (response !== undefined && (response.status !== 503 || tries === TRIES)) return { status: response.status, text }
    if (codeOf(error) === 'ECONNREFUSED') {
      throw new Error(`send to ${url}: nothing listens there; start it with npm start in another terminal`)
    }
    if (tries === TRIES) throw new Error(`send to ${url}: ${wordsOf(error)}; is that the right address?`)
    const wait = response === undefined ? PAUSE : (retryAfter(response) ?? PAUSE)
    await pause(wait, undefined, { signal: request.signal })
  }
}

interface Attempt {
  readonly response?: Response
  readonly text: string
  readonly error?: unknown
}

async function attempt(url: string, request: RequestInit): Promise<Attempt> {
  try {
    const response = await fetch(url, request)
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
