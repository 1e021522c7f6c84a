/** Chance that repeats itself: the same seed gives the same draws on every machine. */

export interface Random {
  /** In `[0, 1)`. */
  next(): number
  /** A whole number in `[0, below)`. */
  below(below: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
  /** Exponentially distributed around the mean, as are the gaps between independent arrivals. */
  gap(mean: number): number
  /** Roughly normally distributed, with a standard deviation of 1. */
  normal(): number
}

/** Mulberry32: 32 bits of state, plenty for samples, and fast. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
    gap: (mean) => -Math.log(1 - next()) * mean,
    normal: () => (next() + next() + next() + next() - 2) * Math.sqrt(3),
  }
}
