/** The events of a batch that can be loaded. One that cannot be is taken out into the quarantine, so that it stops no other one. */
import { type Batch, type EventBuffer, eventId, type StoredEvent } from '../buffer/buffer.ts'
import { flatten } from '../flatten/flatten.ts'
import type { FlattenOptions } from '../flatten/options.ts'
import type { RowBatch } from '../flatten/rows.ts'

export interface TakenOut {
  readonly eventId: string
  /** Quotes nothing of the body. */
  readonly reason: string
}

interface SoundOptions {
  readonly buffer: EventBuffer
  readonly onTakenOut: (taken: TakenOut) => void
}

const DAMAGED = 'damaged: its bytes are not those that arrived; check the disk, and have Refiner send it again'

/** The rows of a batch, without those of events that are damaged or that cannot be flattened. */
export async function soundRows(batch: Batch, flattening: FlattenOptions, options: SoundOptions): Promise<RowBatch> {
  const kept = batch.events.filter(({ body }) => body !== '')
  const intact = await takeOutUnless(kept, (event) => (eventId(event.body) === event.id ? undefined : DAMAGED), options)
  const rowsOf = (events: readonly StoredEvent[]) => flatten({ ...batch, events }, flattening)
  try {
    return rowsOf(intact)
  } catch {
    const sound = await takeOutUnless(intact, (event) => whyNot(() => rowsOf([event])), options)
    return rowsOf(sound)
  }
}

/** @param fault why an event cannot be loaded; undefined when it can */
async function takeOutUnless(
  events: readonly StoredEvent[],
  fault: (event: StoredEvent) => string | undefined,
  { buffer, onTakenOut }: SoundOptions,
): Promise<readonly StoredEvent[]> {
  const sound: StoredEvent[] = []
  for (const event of events) {
    const reason = fault(event)
    if (reason === undefined) sound.push(event)
    else if (await buffer.takeOut(event.seq, reason)) onTakenOut({ eventId: event.id, reason })
  }
  return sound
}

/** The kind of the error alone: the message of a parser quotes what it choked on. */
function whyNot(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error
    return `unreadable: it cannot be made into rows (${kind}); report it as a bug`
  }
}
