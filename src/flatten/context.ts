/** Which keys of a response's data are context, which the application sends along, and no question. */
import { patternOf } from '../../schemas/patterns.ts'

export type IsContext = (key: string) => boolean

/** More keys than surveys have. Beyond it all are forgotten: a hostile sender may invent keys for ever. */
const MOST_KNOWN = 10_000

/** @param patterns keys in any case; `*` stands for any text */
export function contextKeys(patterns: readonly string[]): IsContext {
  if (patterns.length === 0) return () => false
  const pattern = new RegExp(patternOf(patterns), 'isu')
  const known = new Map<string, boolean>()
  return (key) => {
    let isContext = known.get(key)
    if (isContext === undefined) {
      if (known.size >= MOST_KNOWN) known.clear()
      isContext = pattern.test(key)
      known.set(key, isContext)
    }
    return isContext
  }
}
