/** A batch of which the loader died, or that the disk has no room for: it is loaded in parts, down to the one event that has to be taken out. */
import type { LoadRecord } from '../../schemas/records.ts'
import type { Batch, StoredEvent } from '../buffer/buffer.ts'
import type { Destination } from '../destinations/destination.ts'
import type { LoadOptions } from './load.ts'

/** Deaths that are not for want of memory may be someone's kill, so that the first one is overlooked. */
const DEATHS_OF_MANY = 2
/** Each death for want of memory doubles what there is: this is 16 times as much. */
const DEATHS_OF_ONE = 5

/** Without those that were taken out. */
const loadable = ({ events }: Batch): readonly StoredEvent[] => events.filter(({ body }) => body !== '')

/** Whether it may be loaded in parts: never where it is uncertain that it is not loaded as it is. */
export const isDivisible = (batch: Batch, { loaded }: Destination): boolean =>
  loaded !== undefined && loadable(batch).length > 1

/**
 * @returns `changed` when the next batch is to be taken again, as a part of this one or without its event; the record where it was loaded
 * just before the death; undefined when it is to be loaded as it is
 */
export async function relieve(
  batch: Batch,
  { buffer, destination, death, onTakenOut }: LoadOptions,
): Promise<LoadRecord | 'changed' | undefined> {
  if (death?.batch !== batch.id) return undefined
  const [first, ...more] = loadable(batch)
  if (first === undefined) return undefined
  if (more.length > 0) {
    if (destination.loaded === undefined || (death.times < DEATHS_OF_MANY && !death.ofMemory)) return undefined
    return inParts(batch, { buffer, destination })
  }
  if (death.times < DEATHS_OF_ONE) return undefined
  const why = death.ofMemory ? ', for want of memory' : ''
  const reason = `unloadable: the loader died of it ${death.times} times${why}; report it as a bug`
  if (await buffer.takeOut(first.seq, reason)) onTakenOut({ eventId: first.id, reason })
  return 'changed'
}

/** @returns `changed` when the next batch is the first part of this one; the record where it turns out to be loaded as it is */
export async function inParts(
  batch: Batch,
  { buffer, destination }: Pick<LoadOptions, 'buffer' | 'destination'>,
): Promise<LoadRecord | 'changed'> {
  const record = await destination.loaded?.(batch.id)
  if (record !== undefined) return record
  await buffer.divide(destination.name, batch)
  return 'changed'
}
