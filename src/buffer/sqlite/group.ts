/**
 * What crosses to the writer's thread: all that arrived together, in one block of memory that is handed over, not copied.
 * First a head of 32 bytes for each event (16 id, 8 received_at, 4 length of the body, 1 source), then the bodies.
 */
import type { Source } from '../../../schemas/records.ts'
import type { ArrivedEvent } from '../buffer.ts'

const HEAD = 32
const SOURCES: readonly Source[] = ['webhook', 'backfill']

/** An event or, with a reason, a body to set aside. */
export interface Arrival {
  readonly id: Uint8Array
  readonly receivedAt: number
  readonly source: Source
  readonly body: Uint8Array
  readonly reason: string | null
}

export interface Group {
  readonly memory: ArrayBuffer
  /** One for each event; null for one that is no quarantined body. */
  readonly reasons: readonly (string | null)[]
}

export interface Waiting {
  readonly event: ArrivedEvent
  readonly reason: string | null
}

/** 32 hex digits as 16 bytes. @throws Error for anything else */
export function idBytes(id: string): Uint8Array {
  const bytes = Buffer.from(id, 'hex')
  if (bytes.length !== 16 || id.length !== 32) throw new Error(`read event id ${id}: 32 hex digits are needed`)
  return bytes
}

export function packGroup(waiting: readonly Waiting[]): Group {
  const heads = waiting.length * HEAD
  const memory = new ArrayBuffer(waiting.reduce((sum, { event }) => sum + event.body.length, heads))
  const bytes = Buffer.from(memory)
  let head = 0
  let start = heads
  for (const { event } of waiting) {
    bytes.write(event.id, head, 'hex')
    bytes.writeDoubleLE(event.receivedAt, head + 16)
    bytes.writeUInt32LE(event.body.length, head + 24)
    bytes[head + 28] = SOURCES.indexOf(event.source)
    bytes.set(event.body, start)
    head += HEAD
    start += event.body.length
  }
  return { memory, reasons: waiting.map(({ reason }) => reason) }
}

export function unpackGroup({ memory, reasons }: Group): Arrival[] {
  const bytes = Buffer.from(memory)
  let start = reasons.length * HEAD
  return reasons.map((reason, index) => {
    const head = index * HEAD
    const end = start + bytes.readUInt32LE(head + 24)
    const body = bytes.subarray(start, end)
    start = end
    return {
      id: bytes.subarray(head, head + 16),
      receivedAt: bytes.readDoubleLE(head + 16),
      source: SOURCES[bytes[head + 28] ?? 0] ?? 'webhook',
      body,
      reason,
    }
  })
}
