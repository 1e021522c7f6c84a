/** What memory reading one event can take, against what there is: where it is too little, one body could end the process again and again. */
import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'

/**
 * Of V8's heap for each byte of a body, at most: 30 are measured of one that is `[{},{},…]` or `[[[]],[[]],…]`, 21 of `[[],[],…]`, 15 of an object of
 * many short keys, and 6 of numbers and texts.
 */
const FOR_EACH_BYTE = 32
/** What it takes with no event at all. */
const AT_REST = 64 * 1024 ** 2

const MEGABYTE = 1024 ** 2
const inMegabytes = (bytes: number) => `${Math.floor(bytes / MEGABYTE)} MB`

/** Bytes of heap in which any body of that length can be read. */
export const heapFor = (bodyLimit: number): number => AT_REST + FOR_EACH_BYTE * bodyLimit

/** Bytes. */
export interface Memory {
  /** Of V8's heap in this process. */
  readonly heap: number
  /** Of the machine, or of the container. */
  readonly all: number
}

export function memoryHere(): Memory {
  return {
    heap: getHeapStatistics().heap_size_limit,
    all: Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()),
  }
}

/** What is wrong with BODY_LIMIT, in bytes, on such a machine; undefined: nothing. */
export function memoryMistake(bodyLimit: number, { heap, all }: Memory): string | undefined {
  const needed = heapFor(bodyLimit)
  const least = Math.min(heap, all)
  if (needed <= least) return undefined
  const most = Math.max(1024, Math.floor((least - AT_REST) / FOR_EACH_BYTE))
  const whose = all < heap ? 'there are here' : "V8's heap has in this process"
  const orElse =
    all < heap ? 'give it more memory' : `start with NODE_OPTIONS=--max-old-space-size=${Math.ceil(needed / MEGABYTE)}`
  return (
    `BODY_LIMIT: reading one body of ${bodyLimit} bytes can take ${inMegabytes(needed)} of memory, and ${inMegabytes(least)} are what ${whose}; ` +
    `set it to ${most} at most, or ${orElse}`
  )
}
