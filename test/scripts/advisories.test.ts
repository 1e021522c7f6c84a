import test from 'ava'
import { verdictOf } from '../../scripts/advisories.ts'

/** As `npm audit --json` of npm 11 prints it. */
const report = (severities: Readonly<Record<string, string>>) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      Object.entries(severities).map(([name, severity]) => [name, { name, severity, via: [], fixAvailable: true }]),
    ),
  })

test('advisories of severity high or more fail, by the names of the packages', (t) => {
  const { ok, said } = verdictOf(report({ a: 'moderate', b: 'high', c: 'critical' }))
  t.false(ok)
  t.regex(said, /\n {2}b: high\n {2}c: critical$/)
})

test('less grave ones, and none, pass', (t) => {
  t.like(verdictOf(report({ a: 'moderate', b: 'low' })), { ok: true })
  t.deepEqual(verdictOf(report({})), { ok: true, said: 'audited: 0 packages have advisories, none is grave' })
})

test('a registry that is out of reach, or has no advisories, is noted and is no failure', (t) => {
  const refused = JSON.stringify({ message: '405 Method Not Allowed - POST https://registry.example', statusCode: 405 })
  t.deepEqual(verdictOf(refused), {
    ok: true,
    said: 'not audited, the registry tells no advisories: 405 Method Not Allowed - POST https://registry.example',
  })
  for (const text of ['', 'npm error network', 'null', '[]']) t.like(verdictOf(text), { ok: true })
})
