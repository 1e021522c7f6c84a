/** A batch of which the loader died, or that the disk has no room for: it is loaded in parts, down to the one event that has to be taken out. */
import type { LoadRecord } from '../../schemas/records.ts'
import type { Batch, StoredEvent } from '../buffer/buffer.ts'
import type { Destination } from '../destinations/destination.ts'
import type { Loading } from './deaths.ts'
import type { LoadOptions } from './load.ts'

/** Deaths after which a batch is loaded in parts. Those that are not for want of memory may be someone's kill, so that the first one is overlooked. */
const DEATHS = 2
const DEATHS_OF_MEMORY = 1
/** Where parts cost more than the whole: the first death doubles the memory that there is. */
const DEATHS_WHERE_BILLED = 2
/** Each death for want of memory doubles what there is: this is 16 times as much. */
const DEATHS_OF_ONE = 5

/** Without those that were taken out. */
const loadable = ({ events }: Batch): readonly StoredEvent[] => events.filter(({ body }) => body !== '')

/** Whether there are parts to load it in. */
export const isDivisible = (batch: Batch): boolean => loadable(batch).length > 1

function deathsOfMany(ofMemory: boolean, { isBilled }: Destination): number {
  if (!ofMemory) return DEATHS
  return isBilled === true ? DEATHS_WHERE_BILLED : DEATHS_OF_MEMORY
}

/** What to tell of a batch before it is loaded. */
export function loadingOf(batch: Batch, { destination, death }: LoadOptions): Loading {
  const before = death?.batch === batch.id ? death.times : 0
  return { batch: batch.id, divides: isDivisible(batch) && before + 1 >= deathsOfMany(true, destination) }
}

/**
 * @returns `changed` when the next batch is to be taken again, as a part of this one or without its event; the record where it was loaded
 * just before the death; undefined when it is to be loaded as it is
 */
export async function relieve(batch: Batch, options: LoadOptions): Promise<LoadRecord | 'changed' | undefined> {
  const { buffer, destination, death, onTakenOut } = options
  if (death?.batch !== batch.id) return undefined
  const [first, ...more] = loadable(batch)
  if (first === undefined) return undefined
  if (more.length > 0) {
    return death.times < deathsOfMany(death.ofMemory, destination) ? undefined : inParts(batch, options)
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
  { buffer, destination, signal }: Pick<LoadOptions, 'buffer' | 'destination' | 'signal'>,
): Promise<LoadRecord | 'changed'> {
  const record = await destination.withdraw(batch.id, { signal })
  if (record !== undefined) return record
  await buffer.divide(destination.name, batch)
  return 'changed'
}
