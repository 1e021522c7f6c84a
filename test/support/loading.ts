/** A buffer with events, and a destination whose faults are chosen by the test. */
import { createHash } from 'node:crypto'
import type { LoadRecord } from '../../schemas/records.ts'
import type { ArrivedEvent, BufferOptions, EventBuffer } from '../../src/buffer/buffer.ts'
import { createMemoryBuffer } from '../../src/buffer/memory.ts'
import type { Destination } from '../../src/destinations/destination.ts'
import { type MemoryDestination, memoryDestination } from '../../src/destinations/memory.ts'
import type { Log } from '../../src/log.ts'
import { event } from './flattening.ts'

const OPTIONS: BufferOptions = {
  consumers: ['memory', 'broken'],
  retention: { days: 30, bytes: 1e9 },
  quarantine: { items: 10, bytes: 1e6 },
}

export const LIMITS = { events: 2, bytes: 1e6, values: 1e6 }
export const NO_PAUSE = { first: 0, longest: 0 }

/** The n-th arrival: one user's event, different from all others. */
export function arrival(n: number): ArrivedEvent {
  const body = Buffer.from(JSON.stringify(event({ remote_id: `user-${n}` })))
  const id = createHash('sha256').update(body).digest('hex').slice(0, 32)
  return { id, receivedAt: 1_735_689_600_000_000 + n, source: 'webhook', body }
}

export async function bufferWith(count: number): Promise<EventBuffer> {
  const buffer = createMemoryBuffer(OPTIONS)
  for (let n = 1; n <= count; n++) await buffer.append(arrival(n))
  return buffer
}

export interface Faulty extends MemoryDestination {
  /** What was called, in order. */
  readonly trace: string[]
}

/** A memory destination that asks `fault` before (`load`) and after (`loaded`) it writes; what that throws is thrown. */
export function faulty(fault: (step: 'prepare' | 'load' | 'loaded', batchId: string) => Promise<void> | void): Faulty {
  const inner = memoryDestination()
  const trace: string[] = []
  const step: Pick<Destination, 'prepare' | 'load' | 'close'> = {
    async prepare() {
      trace.push('prepare')
      await fault('prepare', '')
      await inner.prepare()
    },
    async load(batch, options): Promise<LoadRecord> {
      trace.push(`load ${batch.firstSeq}-${batch.lastSeq}`)
      await fault('load', batch.id)
      const record = await inner.load(batch, options)
      await fault('loaded', batch.id)
      return record
    },
    async close() {
      trace.push('close')
      await inner.close()
    },
  }
  return { ...inner, ...step, trace }
}

const ignore = () => {}
export const silentLog: Log = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore }
