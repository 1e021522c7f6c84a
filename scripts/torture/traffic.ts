/**
 * Survey traffic for a receiver that may die at any moment, with a record of what it promised. An answer that breaks a
 * promise is kept as a complaint: an event acknowledged before must be known, one that was never sent must not be.
 */
import { hash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../../src/samples/random.ts'
import { sampleEvents } from '../../src/samples/samples.ts'

export interface Traffic {
  /** Sends over several connections until the receiver is gone. */
  sendTo(url: string): Promise<void>
  /** Ids of the events that were answered by 202. */
  readonly acknowledged: ReadonlySet<string>
  readonly complaints: readonly string[]
  /** How many requests sent an event again. */
  redelivered(): number
}

interface Delivery {
  readonly id: string
  readonly body: string
  readonly again: boolean
}

const CONNECTIONS = 6
/** A connection rests after some of its requests, for at most so many milliseconds: bursts, and not too many events. */
const REST = { chance: 0.15, longest: 500 }
/** Answered events that may be sent again. */
const MEMORY = 200
const START = new Date(Date.UTC(2026, 0, 5))

export function createTraffic(seed: number, random: Random): Traffic {
  const fresh = sampleEvents({ seed, count: Number.POSITIVE_INFINITY, start: START })
  const acknowledged = new Set<string>()
  const complaints: string[] = []
  const unanswered: Delivery[] = []
  const answered: Delivery[] = []
  let redelivered = 0

  function next(): Delivery | undefined {
    const owed = random.chance(0.3) ? unanswered.splice(random.below(unanswered.length), 1)[0] : undefined
    const known = owed ?? (random.chance(0.1) ? answered[random.below(answered.length)] : undefined)
    if (known !== undefined) {
      redelivered++
      return { ...known, again: true }
    }
    const { value } = fresh.next()
    if (value === undefined) return undefined
    const body = JSON.stringify(value)
    return { id: hash('sha256', body, 'hex').slice(0, 32), body, again: false }
  }

  /** Every fifth event that was not answered is given up: stored or not, nothing was promised. */
  function owe(delivery: Delivery): void {
    if (!acknowledged.has(delivery.id) && !random.chance(0.2)) unanswered.push(delivery)
  }

  function judge(delivery: Delivery, status: number, text: string): void {
    const { id, again } = delivery
    if (status === 503) {
      owe(delivery)
      return
    }
    const [, told, outcome] = /"event_id":"([^"]*)","status":"(accepted|duplicate)"/.exec(text) ?? []
    if (status !== 202 || told !== id) {
      complaints.push(`event ${id} was answered ${status} ${text}`)
      return
    }
    if (outcome === 'accepted' && acknowledged.has(id)) complaints.push(`event ${id} was accepted twice`)
    else if (outcome === 'duplicate' && !again) complaints.push(`event ${id} was new, and called a duplicate`)
    acknowledged.add(id)
    answered[answered.length < MEMORY ? answered.length : random.below(MEMORY)] = delivery
  }

  async function connection(url: string): Promise<void> {
    for (let delivery = next(); delivery !== undefined; delivery = next()) {
      const { body } = delivery
      try {
        const response = await fetch(url, { method: 'POST', body })
        judge(delivery, response.status, await response.text())
      } catch {
        owe(delivery)
        return
      }
      if (random.chance(REST.chance)) await pause(random.below(REST.longest))
    }
  }

  return {
    async sendTo(url) {
      await Promise.all(Array.from({ length: CONNECTIONS }, () => connection(url)))
    },
    acknowledged,
    complaints,
    redelivered: () => redelivered,
  }
}
