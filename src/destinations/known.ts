/** What batches brought before: flags and places that only grow, and the newest names of forms; bounded. */

/** Beyond it all is forgotten, and the next batch looks new: a hostile sender may invent names for ever. */
export const MOST_KNOWN = 500_000

type What = 'early' | 'dated' | 'question' | 'item' | 'attribute'

/** The first five flags of an item are the kinds of its values, then whether it had several, and whether it had a list. */
const KINDS_OF_ITEM = 5
/** Flags and the place after them are one number, which takes less memory. */
const FLAGS = 128

export interface Known {
  has(what: What, place: readonly string[]): boolean
  /** Notes flags, and a place if there is one; a cell of the database may be its text. @returns whether any of it is new */
  hasMore(what: What, place: readonly string[], flags: number, position?: unknown): boolean
  /** Notes an attribute of a form's respondents. @returns whether any of its kinds is new there */
  hasMoreIn(form: string, attribute: readonly string[], kinds: number): boolean
  /** Notes a form's name. @returns whether the form is now called otherwise: an older version changes no name in the warehouse */
  isRenamed(form: string, name: string | null, version: string): boolean
  /** Whether an item had values of several kinds, or single values and lists. */
  isMixed(place: readonly string[]): boolean
  forgetIfMany(): void
}

export function createKnown(): Known {
  const known = new Map<string, number>()
  const names = new Map<string, { readonly name: string | null; readonly version: string }>()
  const ofForms = createOfForms()
  const keyOf = (what: What, place: readonly string[]) => JSON.stringify([what, ...place])
  return {
    has: (what, place) => known.has(keyOf(what, place)),
    hasMore(what, place, flags, position = null) {
      const key = keyOf(what, place)
      const behind = position === null ? 0 : Number(position) + 1
      const seen = known.get(key)
      const [seenFlags, seenBehind] = seen === undefined ? [0, 0] : [seen % FLAGS, Math.floor(seen / FLAGS)]
      known.set(key, (seenFlags | flags) + FLAGS * Math.max(seenBehind, behind))
      return seen === undefined || (flags & ~seenFlags) !== 0 || behind > seenBehind
    },
    hasMoreIn: ofForms.hasMore,
    isRenamed(form, name, version) {
      const before = names.get(form)
      if (before !== undefined && version <= before.version) return false
      names.set(form, { name, version })
      return before === undefined || before.name !== name
    },
    isMixed(place) {
      const flags = (known.get(keyOf('item', place)) ?? 0) % FLAGS
      const kinds = flags & (2 ** KINDS_OF_ITEM - 1)
      return (kinds & (kinds - 1)) !== 0 || flags >= 2 ** KINDS_OF_ITEM
    },
    forgetIfMany() {
      if (known.size + names.size + ofForms.size() <= MOST_KNOWN) return
      known.clear()
      names.clear()
      ofForms.clear()
    },
  }
}

/** Attributes of forms by numbers: there may be hundreds of thousands, and as texts they would take hundreds of bytes each. */
function createOfForms() {
  const numbers = new Map<string, number>()
  const forms = new Map<string, Map<number, number>>()
  let size = 0
  const numberOf = (attribute: readonly string[]) => {
    const key = JSON.stringify(attribute)
    const number = numbers.get(key) ?? numbers.size
    numbers.set(key, number)
    return number
  }
  return {
    size: () => size,
    hasMore(form: string, attribute: readonly string[], kinds: number): boolean {
      const ofForm = forms.get(form) ?? new Map<number, number>()
      forms.set(form, ofForm)
      const number = numberOf(attribute)
      const seen = ofForm.get(number)
      if (seen === undefined) size += 1
      ofForm.set(number, (seen ?? 0) | kinds)
      return seen === undefined || (kinds & ~seen) !== 0
    },
    clear(): void {
      numbers.clear()
      forms.clear()
      size = 0
    },
  }
}
