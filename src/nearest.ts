/** Right names for a wrong one. */

/** The candidate that takes the fewest edits to become, in any case; undefined when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  return nearestFew(word, candidates, 1)[0]
}

/** Edits that it takes to leave the rest away: more than one, so that a whole name comes first. */
const BEGINNING = 1.5

/** The nearest of those that are close, begin nearly so, or hold the word, the best first. */
export function nearestFew(word: string, candidates: readonly string[], most: number): string[] {
  const wanted = word.toUpperCase().replaceAll('-', '_')
  const close = Math.max(2, Math.ceil(wanted.length / 3))
  const rank = (candidate: string) => {
    const beginning = editDistance(wanted, candidate.slice(0, wanted.length)) + BEGINNING
    const edits = Math.min(editDistance(wanted, candidate), beginning)
    return edits > close && wanted.length > 2 && candidate.includes(wanted) ? close : edits
  }
  return candidates
    .map((candidate) => ({ candidate, edits: rank(candidate.toUpperCase()) }))
    .filter(({ edits }) => edits <= close)
    .toSorted((one, other) => one.edits - other.edits)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

const FEW = 3
/** So many names can be read at a glance. */
const MOST_LISTED = 20

/**
 * "did you mean a, b or c?", or what there is if nothing is close.
 * @param named what to say for a candidate, where it is not enough by itself
 */
export function suggestion(
  word: string,
  candidates: readonly string[],
  named: (candidate: string) => readonly string[] = (candidate) => [candidate],
): string {
  const close = word === '' ? [] : nearestFew(word, candidates, FEW).flatMap(named)
  if (close.length > 0) return `did you mean ${close.join(close.length === 2 ? ' or ' : ', ')}?`
  const all = candidates.flatMap(named)
  const rest = all.length - MOST_LISTED
  return `there are: ${all.slice(0, MOST_LISTED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** Levenshtein: how many characters to insert, drop or change. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
