/** Names with `*` for any text, as settings have them, as a regular expression that JavaScript and RE2 read alike. */

/** Matches whole names, by the flags `i` and `s`. No pattern at all matches nothing. */
export function patternOf(patterns: readonly string[]): string {
  if (patterns.length === 0) return '^[^\\s\\S]$'
  return `^(?:${patterns.map((pattern) => pattern.split('*').map(escaped).join('.*')).join('|')})$`
}

/** Patterns, and those after a `!`, which are exceptions. */
export const withExceptions = (patterns: readonly string[]) => ({
  patterns: patterns.filter((pattern) => !pattern.startsWith('!')),
  exceptions: patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)),
})

const escaped = (text: string) => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
