/** What is wrong inside of a setting that is a list of objects. */
import type { z } from 'zod'
import { suggestion } from '../nearest.ts'

/**
 * One sentence for each mistake; empty when the setting is no such list at all.
 *
 * @param options what an object in it may say @param from where the setting was given
 */
export function mistakesInside(
  issues: readonly z.core.$ZodIssue[],
  options: readonly string[],
  from: string,
): string[] {
  return issues
    .filter(({ path }) => path.length > 1)
    .flatMap((issue) => {
      const place = issue.path
        .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at > 0 ? '.' : ''}${String(step)}`))
        .join('')
      if (issue.code !== 'unrecognized_keys') return [`${place} from ${from} is not allowed: ${issue.message}`]
      return issue.keys.map((key) => `${place}.${key} from ${from} is no option; ${suggestion(key, options)}`)
    })
}
