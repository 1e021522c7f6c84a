/** What the memory buffer knows. Kept are the positions in (dropped, lastSeq], loaded is a position less what it missed. */
import type { LoadRecord } from '../../../schemas/records.ts'
import { type Size, standing } from '../batch.ts'
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
  /** Events that were taken out into the quarantine, by position: the id there. */
  readonly takenOut: Map<number, string>
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
    takenOut: new Map(),
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
    quarantine: {
      kept,
      dropped,
      overflowed,
      events: [...memory.takenOut.values()].filter((id) => memory.quarantine.has(id)).length,
    },
    kept: memory.events.filter(({ body }) => body !== '').length,
    bytes: memory.bytes,
    consumers: Object.fromEntries(consumers.map((name) => [name, consumerStats(memory, name)])),
  }
}

function consumerStats(memory: Memory, name: string): ConsumerStats {
  const { position, missed, lastLoad } = consumerOf(memory, name)
  const before = Math.max(position, memory.dropped)
  const seqs = [...memory.takenOut.keys()]
  const takenOut = {
    before: seqs.filter((seq) => seq <= before).length,
    after: seqs.filter((seq) => seq > before).length,
  }
  const counts = standing({ position, missed, before, lastSeq: memory.lastSeq, takenOut })
  const oldest = memory.events.find(({ seq }) => seq > before)
  return { ...counts, oldestPendingAt: counts.pending > 0 ? (oldest?.receivedAt ?? null) : null, lastLoad }
}
