/**
 * The contract between receiving and loading. Whatever implements it, this holds:
 * - An appended event survives a power cut once `append` has resolved.
 * - Events have gapless positions (`seq`, from 1) in the order of their commits. What is dropped is dropped from the
 *   oldest on, and never before every consumer has loaded it.
 * - received = duplicate + quarantined + pending + loaded + missed, for each consumer, at any instant.
 */
import { hash } from 'node:crypto'
import type { LoadRecord, Source } from '../../schemas/records.ts'

const ID_DIGITS = 32

/** The id of an event: a redelivery has the same one, and stored bytes that changed have another. @param body UTF-8 */
export const eventId = (body: Uint8Array | string): string => hash('sha256', body, 'hex').slice(0, ID_DIGITS)

/** An event at the door. `body` is UTF-8 JSON, checked, and kept byte for byte. */
export interface ArrivedEvent {
  /** By `eventId`. */
  readonly id: string
  /** Microseconds since 1970, UTC. */
  readonly receivedAt: number
  readonly source: Source
  readonly body: Uint8Array
}

export interface StoredEvent {
  readonly id: string
  readonly seq: number
  /** Microseconds since 1970, UTC; that of the first delivery. */
  readonly receivedAt: number
  readonly source: Source
  /** '' for an event that was taken out into the quarantine: its position stays. */
  readonly body: string
}

/** The next events of a consumer, in order. The same id always names the same events, across restarts. */
export interface Batch {
  /** `<buffer>-<first seq>-<last seq>-<digest of the event ids>`, of `[a-z0-9-]`: safe as a file name, sorts in loading order. */
  readonly id: string
  /** The batch of the same consumer before this one; null for the first. */
  readonly follows: string | null
  readonly firstSeq: number
  readonly lastSeq: number
  readonly events: readonly StoredEvent[]
}

/** A batch ends where the first limit is reached, and holds at least one event. */
export interface BatchLimits {
  readonly events: number
  /** Of bodies. */
  readonly bytes: number
  /** List elements and object members in the bodies, told by their commas: each may become a row. */
  readonly values: number
}

/** A body that was set aside, in a listing without its content. */
export interface Quarantined {
  /** Derived from the body, as an event's id: the same bad body is kept once, however often it comes. */
  readonly id: string
  readonly receivedAt: number
  readonly reason: string
  readonly bytes: number
}

export interface ConsumerStats {
  readonly pending: number
  readonly loaded: number
  /** Dropped before this consumer was there to load them; 0 unless a destination is added late. */
  readonly missed: number
  /** Arrival of the oldest pending event, in microseconds; null when none is pending. */
  readonly oldestPendingAt: number | null
  readonly lastLoad: LoadRecord | null
}

export interface BufferStats {
  readonly received: number
  readonly duplicate: number
  /** Set aside and not replayed since: kept + dropped + overflowed. */
  readonly quarantined: number
  readonly quarantine: {
    readonly kept: number
    readonly dropped: number
    readonly overflowed: number
    /** Events among the kept ones, which were acknowledged and could not be loaded. */
    readonly events: number
  }
  /** Events still kept, loaded ones too. */
  readonly kept: number
  readonly bytes: number
  readonly consumers: Readonly<Record<string, ConsumerStats>>
}

export interface EventBuffer {
  /** Resolves once the event would survive a power cut. Calls that arrive together share one commit.
   *  @throws TransientError when the disk or the buffer is full: then nothing of the event is kept or counted. */
  append(event: ArrivedEvent): Promise<'accepted' | 'duplicate'>

  /** The open batch of a consumer if there is one, else a new one; undefined when nothing is pending. */
  nextBatch(consumer: string, limits: BatchLimits): Promise<Batch | undefined>
  /** Only after the destination made it durable. Committing a batch again changes nothing. */
  commit(consumer: string, batch: Batch, load: LoadRecord): Promise<void>
  /**
   * Makes the open batch half as long, where a destination cannot load it as it is: then it is another batch, with another id. Only while
   * the destination does not have it. A batch of one event, or one that is not open, stays.
   */
  divide(consumer: string, batch: Batch): Promise<void>
  /** The right to load for a consumer, held by one process at a time and freed when it dies. undefined: another has it. */
  claim(consumer: string): Promise<Claim | undefined>
  /** Who has that right, such as `PID 4788 (npm run load)`; undefined where nobody has it, or it cannot be told. */
  claimant(consumer: string): Promise<string | undefined>

  /** Kept events that arrived in `[from, to)` (microseconds), in order, cut into batches named `<name>-<first>-<last>`. */
  kept(range: { from: number; to: number }, name: string, limits: BatchLimits): AsyncIterable<Batch>

  /** Sets a body aside with the reason; counted, and kept unless the quarantine is full. A known one is a duplicate. */
  quarantine(event: ArrivedEvent, reason: string): Promise<'quarantined' | 'duplicate' | 'overflowed'>
  /**
   * Takes a kept event out into the quarantine, so that it stops no other one. It goes there however full that is, as it was
   * acknowledged; the same body may come again, and is a new event then. Its batches keep their ids.
   * @returns false when it is not kept any more, or was taken out before
   */
  takeOut(seq: number, reason: string): Promise<boolean>
  listQuarantined(): Promise<Quarantined[]>
  readQuarantined(id: string): Promise<(ArrivedEvent & { readonly reason: string }) | undefined>
  /**
   * Moves a body from the quarantine to the events, in one commit.
   * @param as what it is as an event, where the door takes less than all of it; else the whole body, under the same id
   */
  release(id: string, as?: Pick<ArrivedEvent, 'id' | 'body'>): Promise<'accepted' | 'duplicate' | 'unknown'>
  /** Forgets a body for good; it stays counted as quarantined. */
  dropQuarantined(id: string): Promise<boolean>

  /** Drops what is loaded by all and older than the retention, or beyond its bytes. Returns how many events went. */
  prune(now: number): Promise<number>
  /** One consistent view: the equation above holds in it. */
  stats(): Promise<BufferStats>
  close(): Promise<void>
}

export interface Claim {
  /** Why the right is no longer safe, with the way out: what marks it was taken away. undefined while all is well. */
  lost(): string | undefined
  release(): void
}

/** What a buffer keeps, and for whom. */
export interface BufferOptions {
  /** Destinations whose positions hold back pruning. */
  readonly consumers: readonly string[]
  readonly retention: {
    readonly days: number
    readonly bytes: number
  }
  readonly quarantine: {
    readonly items: number
    readonly bytes: number
  }
}
