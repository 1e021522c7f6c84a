/** Buffers to test: their places, what arrives at them, and what a load leaves. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadRecord } from '../../schemas/records.ts'
import type { ArrivedEvent, Batch, BatchLimits, BufferOptions, EventBuffer } from '../../src/buffer/buffer.ts'
import { newMemory } from '../../src/buffer/memory/state.ts'
import { createMemoryBuffer } from '../../src/buffer/memory.ts'
import { openSqliteBuffer } from '../../src/buffer/sqlite.ts'

export const DAY = 86_400_000_000
/** 2025-01-01, in microseconds. */
export const START = 1_735_689_600_000_000

export const OPTIONS: BufferOptions = {
  consumers: ['duckdb', 'csv'],
  retention: { days: 30, bytes: 1e9 },
  quarantine: { items: 100, bytes: 1e6 },
}

export const LIMITS: BatchLimits = { events: 1000, bytes: 1e9, values: 1e9 }

/** Where a buffer is kept: what one leaves behind, the next finds. */
export interface Place {
  open(options?: BufferOptions): EventBuffer
  remove(): void
}

export function memoryPlace(): Place {
  const memory = newMemory()
  return { open: (options = OPTIONS) => createMemoryBuffer(options, memory), remove() {} }
}

export interface SqlitePlace extends Place {
  readonly folder: string
  readonly path: string
}

export function sqlitePlace(): SqlitePlace {
  const folder = mkdtempSync(join(tmpdir(), 'buffer-'))
  const path = join(folder, 'buffer.sqlite')
  return {
    folder,
    path,
    open: (options = OPTIONS) => openSqliteBuffer(path, options),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export function arrivalOf(body: Uint8Array | string, receivedAt = START): ArrivedEvent {
  const bytes = Buffer.from(body)
  const id = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
  return { id, receivedAt, source: 'webhook', body: bytes }
}

/** The n-th arrival, different from all others; its body has `bytes` bytes. */
export const arrival = (n: number, bytes = 20, receivedAt = START + n): ArrivedEvent =>
  arrivalOf(`{"n":${n},"x":0}`.padEnd(bytes), receivedAt)

/** In turn, so that their positions are known. */
export async function appendAll(buffer: EventBuffer, first: number, last: number, bytes?: number): Promise<void> {
  for (let n = first; n <= last; n++) await buffer.append(arrival(n, bytes))
}

export function recordOf(destination: string, { id, firstSeq, lastSeq, events }: Batch): LoadRecord {
  const at = '2025-01-01T00:00:00.000000Z'
  const rows = { webhook_events: events.length }
  return {
    destination,
    batchId: id,
    firstSeq,
    lastSeq,
    events: events.length,
    rows,
    startedAt: at,
    finishedAt: at,
    bytesBilled: null,
  }
}

/** The next batch where one must be. */
export async function batchOf(buffer: EventBuffer, consumer: string, events: number): Promise<Batch> {
  const batch = await buffer.nextBatch(consumer, { ...LIMITS, events })
  if (batch === undefined) throw new Error(`nothing is pending for ${consumer}`)
  return batch
}

export async function loadBatch(buffer: EventBuffer, consumer: string, events: number): Promise<Batch> {
  const batch = await batchOf(buffer, consumer, events)
  await buffer.commit(consumer, batch, recordOf(consumer, batch))
  return batch
}

/** Kept events as `kept` cuts them. */
export async function keptBatches(buffer: EventBuffer, range: { from: number; to: number }, events: number) {
  const batches: Batch[] = []
  for await (const batch of buffer.kept(range, 'replay-1', { ...LIMITS, events })) batches.push(batch)
  return batches
}

/** Loads everything pending. Returns the ids of its events, in order. */
export async function drain(buffer: EventBuffer, consumer: string, limits = LIMITS): Promise<string[]> {
  const ids: string[] = []
  for (;;) {
    const batch = await buffer.nextBatch(consumer, limits)
    if (batch === undefined) return ids
    ids.push(...batch.events.map(({ id }) => id))
    await buffer.commit(consumer, batch, recordOf(consumer, batch))
  }
}
