/**
 * A webhook, in the order in which it meets the checks: who sent it (before its body is read, where that can tell), how
 * long it is, whether it is an event. 202 is said only once the event would survive a power cut. What a known sender
 * sent and is no event is set aside; of an unknown one nothing is kept.
 */
import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ArrivedEvent, EventBuffer } from '../buffer/buffer.ts'
import type { WebhookAuth } from '../config/schema.ts'
import { reasonOf, TransientError } from '../errors.ts'
import { checkBody, type Unfit } from './accept.ts'
import { type Answer, answers } from './answers.ts'
import { discardBody, encodingOf, inflateBody, readBody } from './body.ts'
import { createArrivalClock } from './clock.ts'
import type { Condition } from './health.ts'
import type { Credentials } from './places.ts'
import { createSenderCheck } from './sender.ts'

export interface WebhookOptions {
  readonly secrets: readonly string[]
  readonly auth: WebhookAuth
  /** Bytes. */
  readonly bodyLimit: number
  readonly buffer: EventBuffer
  readonly condition: Condition
}

export interface Accepted {
  readonly id: string
  readonly outcome: 'accepted' | 'duplicate'
}

/** `left`: there is no one to answer any more. */
export type Outcome = Accepted | Answer | 'left'

export type Webhook = (request: IncomingMessage, credentials: Credentials) => Promise<Outcome>

/** How many times the limit is read and thrown away of a body that is not wanted, before the sender is cut off. */
const PATIENCE = 8

export function createWebhook({ secrets, auth, bodyLimit, buffer, condition }: WebhookOptions): Webhook {
  const sender = createSenderCheck(secrets, auth)
  const now = createArrivalClock()
  const arrived = (body: Uint8Array): ArrivedEvent => ({ id: idOf(body), receivedAt: now(), source: 'webhook', body })

  const refuse = (request: IncomingMessage, answer: Answer): Answer => {
    discardBody(request, PATIENCE * bodyLimit)
    return answer
  }

  const accept = async (body: Uint8Array): Promise<Outcome> => {
    const checked = checkBody(body)
    if (!checked.ok) return setAside(body, checked)
    const event = arrived(body)
    return stored(async () => ({ id: event.id, outcome: await buffer.append(event) }))
  }

  const setAside = (body: Uint8Array, { status, reason, details }: Unfit): Promise<Outcome> =>
    stored(async () => {
      const event = arrived(body)
      const kept = (await buffer.quarantine(event, reason)) !== 'overflowed'
      return { status, body: { error: reason, ...details, event_id: event.id, kept } }
    })

  /** Takes a failing disk for what it is: the sender is told to come again, and health shows it. */
  const stored = async <Result>(write: () => Promise<Result>): Promise<Result | Answer> => {
    try {
      const result = await write()
      condition.failure = null
      return result
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      condition.failure = { reason: reasonOf(error), at: Date.now() }
      return answers.unavailable('store the event: the disk or the buffer is full or busy; send it again later')
    }
  }

  return async (request, credentials) => {
    const unknown = sender.beforeBody(credentials)
    if (unknown !== null) return refuse(request, answers.unknownSender(unknown))
    const encoding = encodingOf(request.headers['content-encoding'])
    if (encoding === undefined) return refuse(request, answers.unknownEncoding)

    const raw = await readBody(request, bodyLimit)
    if (raw === 'left') return 'left'
    if (raw === 'too long') return refuse(request, answers.tooLong(bodyLimit))
    const forged = sender.afterBody(credentials, raw)
    if (forged !== null) return answers.unknownSender(forged)
    if (encoding === 'identity') return accept(raw)

    const body = await inflateBody(raw, bodyLimit)
    if (body === 'too long') return answers.tooLong(bodyLimit)
    return body === 'corrupt' ? setAside(raw, CORRUPT) : accept(body)
  }
}

/** Kept as it was sent: there is nothing else of it. */
const CORRUPT: Unfit = {
  ok: false,
  status: 400,
  reason: 'inflate the body: it is not whole and valid gzip, as its Content-Encoding says',
  details: {},
}

const ID_DIGITS = 32

/** Of the content alone, so that a redelivery is the same event. */
const idOf = (body: Uint8Array) => hash('sha256', body, 'hex').slice(0, ID_DIGITS)
