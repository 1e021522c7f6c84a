/** Whether the receiver can do its work now, check by check, with the way out in the reason. */
import type { BufferStats } from '../buffer/buffer.ts'
import { type Lateness, lateness, type Punctuality } from './lateness.ts'

/** How the receiver does, as it goes along. */
export interface Condition {
  stopping: boolean
  /** The newest write to the buffer, if it failed. `at` in milliseconds since 1970. */
  failure: { readonly reason: string; readonly at: number } | null
}

/** How a destination does. Times in ISO 8601; null: nothing is planned. */
export interface DestinationState {
  readonly state: 'idle' | 'loading' | 'waiting' | 'retrying' | 'stopped'
  /** For whom it is waiting, or why it is retrying or stopped, with the way out; else a warning, if there is one. */
  readonly reason: string | null
  readonly nextLoadAt: string | null
  /** Of each scheduled export that reads it, by its name; left out when there is none. */
  readonly nextExportsAt?: Readonly<Record<string, string | null>>
  readonly punctuality: Punctuality
  /** Milliseconds since the loader told something of it. */
  readonly quietFor: number
}

export type DestinationStates = Readonly<Record<string, DestinationState>>

export interface Check {
  readonly check: string
  readonly ok: boolean
  /** null: nothing to say. Set although `ok`: a warning. */
  readonly reason: string | null
}

/**
 * How long a failed write shows, in milliseconds, if no other one follows. Not for ever: whoever sends nothing here while
 * this is red (a load balancer) would never let it turn green.
 */
const FAILURE_SHOWS = 60_000

/** What the checks look at. */
export interface Looked {
  readonly condition: Condition
  readonly destinations: DestinationStates
  /** Of the buffer, or why it cannot be read. */
  readonly stats: BufferStats | Unreadable
  /** Why another server may begin beside this one; undefined while none can. */
  readonly lockLost: string | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface Unreadable {
  readonly unreadable: string
}

export function checkHealth({ condition, destinations, stats, lockLost, now }: Looked): Check[] {
  const unreadable = 'unreadable' in stats ? stats.unreadable : null
  return [
    receiverCheck(condition, lockLost),
    failing('buffer', unreadable ?? recentFailure(condition, now)),
    ...('unreadable' in stats ? [] : [quarantineCheck(stats)]),
    ...Object.entries(destinations).map(([name, state]) => {
      const oldest = 'unreadable' in stats ? null : (stats.consumers[name]?.oldestPendingAt ?? null)
      return { check: `destination ${name}`, ...destinationCheck(state, lateness(state, oldest, now)) }
    }),
  ]
}

/** One that loads, and gets on with it, is late without fault. */
function destinationCheck({ state, reason, quietFor }: DestinationState, { isFault, told, maxLag }: Lateness) {
  const reasons = [reason, told].filter((each) => each !== null)
  const isWell =
    state === 'loading' ? quietFor <= maxLag || !isFault : state !== 'retrying' && state !== 'stopped' && !isFault
  return { ok: isWell, reason: reasons.length > 0 ? reasons.join('; ') : null }
}

const failing = (check: string, reason: string | null): Check => ({ check, ok: reason === null, reason })

function receiverCheck({ stopping }: Condition, lockLost: string | undefined): Check {
  return failing('receiver', stopping ? 'it is stopping; start it again to receive' : (lockLost ?? null))
}

const recentFailure = ({ failure }: Condition, now: number) =>
  failure !== null && now - failure.at < FAILURE_SHOWS ? failure.reason : null

function quarantineCheck({ quarantine: { overflowed, events } }: BufferStats): Check {
  const reasons: string[] = []
  if (events > 0) reasons.push(`${events} events that were acknowledged cannot be loaded`)
  if (overflowed > 0) reasons.push(`${overflowed} bodies were refused and not kept, as the quarantine is full`)
  const way = 'npm run quarantine -- list shows what is in it, replay or drop makes room'
  return { check: 'quarantine', ok: true, reason: reasons.length > 0 ? `${reasons.join('; ')}; ${way}` : null }
}
