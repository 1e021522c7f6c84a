/** Responses under way, by when their next event is due: a binary heap. Equal times come out in a fixed order. */
import type { Lifecycle } from './lifecycle.ts'

export interface Queue {
  add(life: Lifecycle): void
  /** The earliest if it is due before `seconds`, taken out. */
  takeBefore(seconds: number): Lifecycle | undefined
}

export function createQueue(): Queue {
  const heap: Lifecycle[] = []
  const due = (index: number) => heap[index]?.due ?? Number.POSITIVE_INFINITY
  const swap = (one: number, other: number) => {
    const first = heap[one]
    const second = heap[other]
    if (first === undefined || second === undefined) return
    heap[one] = second
    heap[other] = first
  }
  return {
    add(life) {
      let at = heap.push(life) - 1
      for (let parent = (at - 1) >> 1; at > 0 && due(at) < due(parent); parent = (at - 1) >> 1) {
        swap(at, parent)
        at = parent
      }
    },
    takeBefore(seconds) {
      if (due(0) >= seconds) return undefined
      swap(0, heap.length - 1)
      const earliest = heap.pop()
      for (let at = 0; ; ) {
        const child = due(2 * at + 1) <= due(2 * at + 2) ? 2 * at + 1 : 2 * at + 2
        if (due(child) >= due(at)) return earliest
        swap(at, child)
        at = child
      }
    },
  }
}
