/** Tables' work side by side. */

/** So many at once: each holds the rows of a table as text. */
const AT_ONCE = 4

/** Does the work for each table. After an error none is begun, and when it is thrown none is under way. */
export async function forEachAtOnce<T>(tables: readonly T[], work: (table: T) => Promise<void>): Promise<void> {
  const waiting = [...tables]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await work(next)
      } catch (error) {
        waiting.length = 0
        throw error
      }
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
