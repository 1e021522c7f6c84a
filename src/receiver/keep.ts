/**
 * What becomes of a known sender's body: an event is appended, anything else is set aside, and 202 is said only once the
 * event would survive a power cut.
 */
import { type ArrivedEvent, type EventBuffer, eventId } from '../buffer/buffer.ts'
import { PermanentError, reasonOf, TransientError } from '../errors.ts'
import type { Log } from '../log.ts'
import { checkBody, type Unfit } from './accept.ts'
import { type Answer, answers } from './answers.ts'
import { createArrivalClock } from './clock.ts'
import { type Content, contentOf } from './content.ts'
import type { Condition } from './health.ts'

export interface Accepted {
  readonly id: string
  readonly outcome: 'accepted' | 'duplicate'
}

export interface Keeper {
  /** @param body inflated */
  keep(body: Uint8Array): Promise<Accepted | Answer>
  setAside(body: Uint8Array, why: Unfit): Promise<Answer>
}

export interface KeeperOptions {
  readonly buffer: EventBuffer
  readonly condition: Condition
  readonly log: Log
}

export function createKeeper({ buffer, condition, log }: KeeperOptions): Keeper {
  const now = createArrivalClock()
  const arrived = (content: Content): ArrivedEvent => ({ ...content, receivedAt: now(), source: 'webhook' })

  /** A write that fails is no fault of the sender, who is told to come again; the log and health tell why. */
  const write = async <Result>(result: Promise<Result>): Promise<Result | Answer> => {
    try {
      const done = await result
      if (condition.failure !== null) log.info('events are stored again')
      condition.failure = null
      return done
    } catch (error) {
      if (!(error instanceof TransientError || error instanceof PermanentError)) throw error
      const reason = reasonOf(error)
      if (condition.failure === null) log.error({ reason }, 'events cannot be stored; senders are told to come again')
      condition.failure = { reason, at: Date.now() }
      return answers.unavailable('store the event: the buffer cannot take it now; send it again later')
    }
  }

  const setAside = async (body: Uint8Array, { status, reason, details }: Unfit): Promise<Answer> => {
    const event = arrived({ id: eventId(body), body })
    const outcome = await write(buffer.quarantine(event, reason))
    if (typeof outcome === 'object') return outcome
    return { status, body: { error: reason, ...details, event_id: event.id, kept: outcome !== 'overflowed' } }
  }

  return {
    setAside,
    async keep(body) {
      const checked = checkBody(body)
      if (!checked.ok) return setAside(body, checked)
      const event = arrived(contentOf(body))
      const outcome = await write(buffer.append(event))
      return typeof outcome === 'object' ? outcome : { id: event.id, outcome }
    },
  }
}
