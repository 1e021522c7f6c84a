/** The story of loading: take the next events, make rows of them, make the rows durable, and only then move on. */
import type { LoadRecord } from '../../schemas/records.ts'
import type { Batch, BatchLimits, EventBuffer } from '../buffer/buffer.ts'
import type { Destination } from '../destinations/destination.ts'
import { NoRoomError, type TransientError } from '../errors.ts'
import { type FlattenOptions, UNSET } from '../flatten/options.ts'
import type { RowBatch } from '../flatten/rows.ts'
import type { Death, Loading } from './deaths.ts'
import { inParts, isDivisible, loadingOf, relieve } from './relieve.ts'
import { type Backoff, retry } from './retry.ts'
import { soundRows, type TakenOut } from './sound.ts'

export interface LoadOptions {
  readonly buffer: EventBuffer
  readonly destination: Destination
  readonly limits: BatchLimits
  /** How events become rows; no setting is set if not given. */
  readonly flattening?: FlattenOptions
  readonly backoff: Backoff
  readonly signal: AbortSignal
  readonly onLoaded: (record: LoadRecord) => void
  readonly onRetry: (error: TransientError) => void
  /** Told of each event that cannot be loaded. */
  readonly onTakenOut: (taken: TakenOut) => void
  /** What an earlier loader died of. */
  readonly death?: Death | undefined
  /** Told of each batch before it is loaded, and of null after. */
  readonly onLoading?: (loading: Loading | null) => void
}

/**
 * Loads what is pending for the destination now, batch by batch; what arrives meanwhile is for the next time, so that
 * a file that others want to read is let go. A crash anywhere is harmless: the buffer hands out the same batch again,
 * and a destination that has it already says so.
 * @throws whatever does not pass by itself, and the signal's reason when stopped; what was loaded until then stays.
 */
export async function load(options: LoadOptions): Promise<void> {
  const { buffer, destination, limits } = options
  let left = (await buffer.stats()).consumers[destination.name]?.pending ?? 0
  while (left > 0) {
    const batch = await retry(() => buffer.nextBatch(destination.name, limits), options)
    if (batch === undefined) return
    options.onLoading?.(loadingOf(batch, options))
    const record = (await retry(() => relieve(batch, options), options)) ?? (await loadOrDivide(batch, options))
    if (record === 'changed') continue
    await retry(() => buffer.commit(destination.name, batch, record), options)
    options.onLoading?.(null)
    left -= record.events
    options.onLoaded(record)
  }
}

/** Loads kept events that arrived in `[from, to)` (microseconds) again: it repairs what is missing, and else changes nothing. */
export async function replay(range: { from: number; to: number }, name: string, options: LoadOptions): Promise<void> {
  for await (const batch of options.buffer.kept(range, name, options.limits)) {
    options.onLoaded(await loadBatch(batch, options))
  }
}

async function loadBatch(batch: Batch, options: LoadOptions): Promise<LoadRecord> {
  const rows = await rowsOf(batch, options)
  return retry(() => loadRows(rows, options), options)
}

/** A batch that the disk has no room for is loaded in parts: each is stored before the next one comes. */
async function loadOrDivide(batch: Batch, options: LoadOptions): Promise<LoadRecord | 'changed'> {
  const rows = await rowsOf(batch, options)
  return retry(async () => {
    try {
      return await loadRows(rows, options)
    } catch (error) {
      if (!(error instanceof NoRoomError) || !isDivisible(batch)) throw error
      options.onRetry(error)
      return inParts(batch, options)
    }
  }, options)
}

const rowsOf = (batch: Batch, { flattening = UNSET, ...watch }: LoadOptions): Promise<RowBatch> =>
  retry(() => soundRows(batch, flattening, watch), watch)

async function loadRows(rows: RowBatch, { destination, signal }: LoadOptions): Promise<LoadRecord> {
  await destination.prepare()
  return destination.load(rows, { signal })
}
