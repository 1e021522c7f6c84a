/** What the memory buffer knows. Kept are the positions in (dropped, lastSeq], loaded is a position less what it missed. */
import type { LoadRecord } from '../../../schemas/records.ts'
import type { Size } from '../batch.ts'
import type { ArrivedEvent, BufferStats, Claim, ConsumerStats, StoredEvent } from '../buffer.ts'

export interface Consumer {
  /** The last position that was committed or missed. */
  readonly position: number
  /** The last position of the open batch; not above `position` when none is open. */
  readonly openLast: number
  readonly missed: number
  readonly lastLoad: LoadRecord | null
}

export interface Memory {
  readonly events: (StoredEvent & Size)[]
  /** Of `events`. */
  readonly ids: Set<string>
  readonly quarantine: Map<string, ArrivedEvent & { readonly reason: string }>
  readonly consumers: Map<string, Consumer>
  readonly claims: Map<string, Claim>
  lastSeq: number
  dropped: number
  bytes: number
  received: number
  duplicate: number
  quarantineDropped: number
  quarantineOverflowed: number
}

export function newMemory(): Memory {
  return {
    events: [],
    ids: new Set(),
    quarantine: new Map(),
    consumers: new Map(),
    claims: new Map(),
    lastSeq: 0,
    dropped: 0,
    bytes: 0,
    received: 0,
    duplicate: 0,
    quarantineDropped: 0,
    quarantineOverflowed: 0,
  }
}

export const consumerOf = (memory: Memory, name: string): Consumer =>
  memory.consumers.get(name) ?? { position: 0, openLast: 0, missed: 0, lastLoad: null }

export function statsOf(memory: Memory, consumers: readonly string[]): BufferStats {
  const { received, duplicate, quarantineDropped: dropped, quarantineOverflowed: overflowed } = memory
  const kept = memory.quarantine.size
  return {
    received,
    duplicate,
    quarantined: kept + dropped + overflowed,
    quarantine: { kept, dropped, overflowed },
    kept: memory.events.length,
    bytes: memory.bytes,
    consumers: Object.fromEntries(consumers.map((name) => [name, consumerStats(memory, name)])),
  }
}

function consumerStats(memory: Memory, name: string): ConsumerStats {
  const { position, missed, lastLoad } = consumerOf(memory, name)
  const before = Math.max(position, memory.dropped)
  return {
    pending: memory.lastSeq - before,
    loaded: position - missed,
    missed: missed + before - position,
    oldestPendingAt: memory.events.find(({ seq }) => seq > before)?.receivedAt ?? null,
    lastLoad,
  }
}
