/** What `npm audit --json` says: whether there are advisories for what is installed that nobody may overlook. */

export interface Verdict {
  readonly ok: boolean
  readonly said: string
}

/** Of severities, those that fail. */
const GRAVE = ['high', 'critical']

/**
 * A registry that is out of reach, or that has no advisories, is no failure: it says nothing of the packages.
 * @param report what it printed
 */
export function verdictOf(report: string): Verdict {
  const found = packagesIn(report)
  if (found === undefined)
    return { ok: true, said: `not audited, the registry tells no advisories: ${firstLine(report)}` }
  const grave = found.filter(({ severity }) => GRAVE.includes(severity))
  if (grave.length === 0) return { ok: true, said: `audited: ${found.length} packages have advisories, none is grave` }
  const lines = grave.map(({ name, severity }) => `  ${name}: ${severity}`)
  return { ok: false, said: `audited: update what has grave advisories (npm audit tells more):\n${lines.join('\n')}` }
}

interface Advised {
  readonly name: string
  readonly severity: string
}

/** undefined: it is no report. */
function packagesIn(report: string): readonly Advised[] | undefined {
  const { auditReportVersion, vulnerabilities } = objectOf(report)
  if (auditReportVersion === undefined || typeof vulnerabilities !== 'object' || vulnerabilities === null)
    return undefined
  return Object.entries(vulnerabilities).map(([name, found]) => ({ name, severity: String(Object(found).severity) }))
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

function firstLine(report: string): string {
  const { message } = objectOf(report)
  return (typeof message === 'string' ? message.split('\n')[0] : undefined) ?? 'no answer'
}
