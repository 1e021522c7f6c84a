/** Which keys of a response's data are context, which the application sends along, and no question. */
import { patternOf, withExceptions } from '../../schemas/patterns.ts'

export type IsContext = (key: string) => boolean

/** More keys than surveys have. Beyond it all are forgotten: a hostile sender may invent keys for ever. */
const MOST_KNOWN = 10_000

/** @param keys patterns in any case; `*` stands for any text, and `!` before a pattern for an exception */
export function contextKeys(keys: readonly string[]): IsContext {
  const { patterns, exceptions } = withExceptions(keys)
  if (patterns.length === 0) return () => false
  const pattern = new RegExp(patternOf(patterns), 'isu')
  const exception = new RegExp(patternOf(exceptions), 'isu')
  const known = new Map<string, boolean>()
  return (key) => {
    let isContext = known.get(key)
    if (isContext === undefined) {
      if (known.size >= MOST_KNOWN) known.clear()
      isContext = pattern.test(key) && !exception.test(key)
      known.set(key, isContext)
    }
    return isContext
  }
}
