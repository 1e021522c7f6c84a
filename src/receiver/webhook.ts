/**
 * A webhook, in the order in which it meets the checks: who sent it (before its body is read, where that can tell), how
 * long it is, whether it is an event. What a known sender sent and is no event is set aside; of an unknown one nothing is.
 */
import type { IncomingMessage } from 'node:http'
import type { WebhookAuth } from '../config/schema.ts'
import type { Unfit } from './accept.ts'
import { type Answer, answers } from './answers.ts'
import { discardBody, encodingOf, inflateBody, readBody } from './body.ts'
import { type Accepted, createKeeper, type KeeperOptions } from './keep.ts'
import type { Credentials } from './places.ts'
import { createSenderCheck } from './sender.ts'

export interface WebhookOptions extends KeeperOptions {
  readonly secrets: readonly string[]
  readonly auth: WebhookAuth
  /** Bytes. */
  readonly bodyLimit: number
}

/** `left`: there is no one to answer any more. */
export type Outcome = Accepted | Answer | 'left'

type Handler<Result> = (request: IncomingMessage, credentials: Credentials) => Promise<Result>

export interface Webhook {
  receive: Handler<Outcome>
  /**
   * HEAD and OPTIONS, by which some senders try an address before they save it: who may send gets 204, everyone else the
   * refusal of a POST. Where the body is signed, a probe signs its own, which is empty as a rule. Nothing is stored or counted.
   */
  probe: Handler<Answer | 'left'>
}

/** How many times the limit is read and thrown away of a body that is not wanted, before the sender is cut off. */
const PATIENCE = 8

export function createWebhook(options: WebhookOptions): Webhook {
  const { bodyLimit } = options
  const sender = createSenderCheck(options.secrets, options.auth)
  const keeper = createKeeper(options)
  const refuse = (request: IncomingMessage, answer: Answer): Answer => {
    discardBody(request, PATIENCE * bodyLimit)
    return answer
  }

  /** The body of a known sender, as sent. */
  const readKnown = async (
    request: IncomingMessage,
    credentials: Credentials,
  ): Promise<Uint8Array | Answer | 'left'> => {
    const raw = await readBody(request, bodyLimit)
    if (raw === 'left') return 'left'
    if (raw === 'too long') return refuse(request, answers.tooLong(bodyLimit))
    const forged = sender.afterBody(credentials, raw)
    return forged === null ? raw : answers.unknownSender(forged)
  }

  return {
    async receive(request, credentials) {
      const unknown = sender.beforeBody(credentials)
      if (unknown !== null) return refuse(request, answers.unknownSender(unknown))
      const encoding = encodingOf(request.headers['content-encoding'])
      if (encoding === undefined) return refuse(request, answers.unknownEncoding)

      const raw = await readKnown(request, credentials)
      if (!(raw instanceof Uint8Array)) return raw
      if (encoding === 'identity') return keeper.keep(raw)

      const body = await inflateBody(raw, bodyLimit)
      if (body === 'too long') return answers.tooLong(bodyLimit)
      return body === 'corrupt' ? keeper.setAside(raw, CORRUPT) : keeper.keep(body)
    },
    async probe(request, credentials) {
      const unknown = sender.beforeBody(credentials)
      if (unknown !== null) return refuse(request, answers.unknownSender(unknown))
      const raw = await readKnown(request, credentials)
      return raw instanceof Uint8Array ? answers.mayPost : raw
    },
  }
}

/** Kept as it was sent: there is nothing else of it. */
const CORRUPT: Unfit = {
  ok: false,
  status: 400,
  reason: 'inflate the body: it is not whole and valid gzip, as its Content-Encoding says',
  details: {},
}
