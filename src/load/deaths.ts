/** What the loader died of: which batch it was loading, and how often. Kept by the server, so that the next loader knows. */

/** A batch that is being loaded. */
export interface Loading {
  readonly batch: string
  /** Whether the next loader takes it in parts, if this one needs more memory than it has. */
  readonly divides: boolean
}

/** Of one destination. */
export interface Death {
  readonly destination: string
  readonly batch: string
  /** How often in a row. */
  readonly times: number
  /** Whether it was for want of memory. */
  readonly ofMemory: boolean
}

export interface Deaths {
  /** What a destination loads now; null for nothing. */
  loads(destination: string, loading: Loading | null): void
  /** @returns what was being loaded. Blame is laid only where that is one batch. */
  died(ofMemory: boolean): readonly Loading[]
  /** Of batches that have not been loaded since. */
  list(): readonly Death[]
  /** Whether destinations have to load in turn, so that it is certain what the next death is of. */
  inTurn(): boolean
}

export function createDeaths(): Deaths {
  const current = new Map<string, Loading>()
  const deaths = new Map<string, Death>()
  let unclear = false
  return {
    loads(destination, loading) {
      if (loading === null) current.delete(destination)
      else current.set(destination, loading)
      // It was loaded, or in parts, which have other names.
      if (deaths.get(destination)?.batch !== loading?.batch) deaths.delete(destination)
    },
    died(ofMemory) {
      const all = [...current]
      current.clear()
      unclear = all.length > 1
      const [only] = all
      if (only !== undefined && !unclear) {
        const [destination, { batch }] = only
        const times = (deaths.get(destination)?.times ?? 0) + 1
        deaths.set(destination, { destination, batch, times, ofMemory })
      }
      return all.map(([, loading]) => loading)
    },
    list: () => [...deaths.values()],
    inTurn: () => unclear || deaths.size > 0,
  }
}
