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

/** As many times as the heap the whole process takes, at most: with the bytes themselves, and what is still to be swept. Measured: 1.24. */
const BESIDE_HEAP = 1.25

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
  const inHeap = heapFor(bodyLimit)
  const inAll = inHeap * BESIDE_HEAP
  if (inHeap <= heap && inAll <= all) return undefined
  const most = Math.max(1024, Math.floor((Math.min(heap, all / BESIDE_HEAP) - AT_REST) / FOR_EACH_BYTE))
  const [needed, there, orElse] =
    inAll > all
      ? [inAll, `there are ${inMegabytes(all)} here`, 'give it more memory']
      : [
          inHeap,
          `V8's heap has ${inMegabytes(heap)} in this process`,
          `start with NODE_OPTIONS=--max-old-space-size=${Math.ceil(inHeap / MEGABYTE)}`,
        ]
  return (
    `BODY_LIMIT: reading one body of ${bodyLimit} bytes can take ${inMegabytes(needed)} of memory, and ${there}; ` +
    `set it to ${most} at most, or ${orElse}`
  )
}
