/** Names of metrics as words in the identifiers of questions. */

/** RE2, for `my-nps`, `NPS?`, `nps2`, `npsScore`, `myNps` and `NPSScore`, and not for `snapshots`. */
export function wordIn(name: string): string {
  const [upper, capital] = [name.toUpperCase(), `${name.charAt(0).toUpperCase()}${name.slice(1)}`]
  return [
    `(^|[^A-Za-z])(?i:${name})([^A-Za-z]|$)`,
    `(^|[^A-Za-z])${name}([^a-z]|$)`,
    `(^|[^A-Z])${capital}([^a-z]|$)`,
    `(^|[^A-Z])${upper}([^A-Za-z]|[A-Z][a-z]|$)`,
  ].join('|')
}

/** Whether any metric is a word in it. */
export const metricWords = (): string => ['nps', 'csat', 'ces'].map(wordIn).join('|')
