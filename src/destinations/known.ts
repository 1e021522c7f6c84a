/** What batches brought before: flags and places that only grow, and newest values; bounded. */
import type { Cell } from '../../schemas/spec.ts'

/** Beyond it all is forgotten, and the next batch looks new: a hostile sender may invent names for ever. */
const MOST_KNOWN = 500_000

interface Seen {
  flags: number
  position: number
  value: Cell
}

type What = 'form' | 'early' | 'dated' | 'question' | 'item' | 'attribute' | 'form attribute'

/** The first five flags of an item are the kinds of its values, then whether it had several, and whether it had a list. */
const KINDS_OF_ITEM = 5

export interface Known {
  has(what: What, place: readonly string[]): boolean
  /** Notes a value. @returns whether another one, or none, was noted before */
  isOther(what: What, place: readonly string[], value: Cell): boolean
  /** Notes flags, and a place if there is one. @returns whether any of it is new */
  hasMore(what: What, place: readonly string[], flags: number, position: Cell): boolean
  /** Whether an item had values of several kinds, or single values and lists. */
  isMixed(place: readonly string[]): boolean
  forgetIfMany(): void
}

export function createKnown(): Known {
  const known = new Map<string, Seen>()
  const keyOf = (what: What, place: readonly string[]) => JSON.stringify([what, ...place])
  return {
    has: (what, place) => known.has(keyOf(what, place)),
    isOther(what, place, value) {
      const key = keyOf(what, place)
      const seen = known.get(key)
      known.set(key, { flags: 0, position: -1, value })
      return seen === undefined || seen.value !== value
    },
    hasMore(what, place, flags, position) {
      const key = keyOf(what, place)
      const at = typeof position === 'number' ? position : -1
      const seen = known.get(key)
      if (seen === undefined) {
        known.set(key, { flags, position: at, value: null })
        return true
      }
      const isNew = (flags & ~seen.flags) !== 0 || at > seen.position
      seen.flags |= flags
      seen.position = Math.max(seen.position, at)
      return isNew
    },
    isMixed(place) {
      const flags = known.get(keyOf('item', place))?.flags ?? 0
      const kinds = flags & (2 ** KINDS_OF_ITEM - 1)
      return (kinds & (kinds - 1)) !== 0 || flags >= 2 ** KINDS_OF_ITEM
    },
    forgetIfMany() {
      if (known.size > MOST_KNOWN) known.clear()
    },
  }
}
