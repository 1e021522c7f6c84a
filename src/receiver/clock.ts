/** Microseconds since 1970, UTC, of arrivals: of the wall clock, which may be set at any time, but each later than the one before. */
export function createArrivalClock(wallClock: () => number = Date.now): () => number {
  let last = 0
  return () => {
    const now = wallClock() * 1000
    last = now > last ? now : last + 1
    return last
  }
}
