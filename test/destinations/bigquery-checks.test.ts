/** What `npm run bigquery -- setup` and `doctor` find out, on the fake. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { check, clock, type Finding } from '../../src/destinations/bigquery/checks.ts'
import { NEEDS } from '../../src/destinations/bigquery/permissions.ts'
import { asked, destinationOn, fakeFor, optionsOn } from '../support/bigquery/loading.ts'
import type { Step } from '../support/bigquery/routes.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'

/** Each try waits for the network a few times, so each seventh request is met, from another one in each run. KILL_STEP=1 meets all. */
const STEP = Number(process.env['KILL_STEP'] ?? 7)

async function findingsOn(fake: FakeBigquery, make = true, options = {}): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const finding of check(optionsOn(fake, options), { make })) findings.push(finding)
  return findings
}

const those = (findings: readonly Finding[], verdict: Finding['verdict']) =>
  findings.filter((finding) => finding.verdict === verdict)

const failures = async (fake: FakeBigquery) => those(await findingsOn(fake), 'fail').map(({ said }) => said)

test('where all is well, each step is tried, and nothing of it is left', async (t) => {
  const fake = await fakeFor(t)
  const findings = await findingsOn(fake)
  t.deepEqual(
    findings.map(({ what, verdict }) => `${verdict} ${what}`),
    [
      'ok datasets and tables',
      'ok a load job',
      'ok changing a table',
      'ok a transaction that updates',
      'ok dropping the table of this check',
      'ok the clock',
    ],
  )
  t.deepEqual(
    [...fake.world.tables.keys()].filter((name) => name.startsWith('refiner_staging.')),
    [],
  )
  t.is((await findingsOn(fake, false))[0]?.what, 'the dataset')
})

const REFUSALS: readonly (readonly [Step, string])[] = [
  ['dataset get', 'bigquery.datasets.get'],
  ['dataset insert', 'bigquery.datasets.create (roles/bigquery.user on the project'],
  ['table insert', 'bigquery.tables.create'],
  ['upload', 'bigquery.jobs.create (roles/bigquery.jobUser on the project)'],
  ['table patch', 'bigquery.tables.update (roles/bigquery.dataEditor on the datasets)'],
  ['merge insert', 'bigquery.tables.getData, bigquery.tables.updateData (roles/bigquery.dataEditor on the datasets)'],
  ['table delete', 'bigquery.tables.delete (roles/bigquery.dataEditor on the datasets)'],
]

for (const [step, permission] of REFUSALS) {
  test(`who is refused at ${step} is told which permission that takes`, async (t) => {
    const fake = await fakeFor(t)
    fake.inject(step, 'reject')
    const [said = '', ...others] = await failures(fake)
    t.deepEqual(others, [])
    const [, told = ''] = said.split('(accessDenied). It takes ')
    t.true(told.includes(permission), said)
  })
}

test('who may start a job that then may not read is told the same', async (t) => {
  const fake = await fakeFor(t)
  fake.inject('merge insert', 'done with accessDenied')
  t.regex((await failures(fake)).join(), /\(accessDenied\)\. It takes .*bigquery\.tables\.getData/)
})

test('what fails for another reason is not put down to permissions', async (t) => {
  for (const fault of ['unavailable', 'reset', 'done with quotaExceeded'] as const) {
    const fake = await fakeFor(t)
    fake.inject('upload', fault)
    const said = await failures(fake)
    t.is(said.length, 1)
    t.notRegex(said.join(), /It takes/)
  }
})

test('without billing, setup says that append mode does without', async (t) => {
  const fake = await fakeFor(t)
  fake.inject('merge insert', 'no billing')
  const said = await failures(fake)
  t.is(said.length, 1)
  t.regex(said.join(), /turn billing on.* set BIGQUERY_MODE=append .*\(billingNotEnabled\)$/)
})

test('a staging dataset whose tables never expire is warned of, with the command that ends it', async (t) => {
  const fake = await fakeFor(t)
  fake.world.datasets.set('refiner_staging', { location: 'EU' })
  const findings = await findingsOn(fake)
  t.deepEqual(those(findings, 'fail'), [])
  const [warning, ...others] = those(findings, 'warn')
  t.deepEqual([warning?.what, others], ['the dataset refiner_staging', []])
  t.regex(warning?.said ?? '', /`bq update --default_table_expiration 86400 refiner_staging`/)
})

test('a dataset in another place than BIGQUERY_LOCATION is warned of, in whatever case it is written', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).prepare()
  const warnings = async (location: string | undefined) => those(await findingsOn(fake, false, { location }), 'warn')
  t.deepEqual(await warnings(undefined), [])
  t.deepEqual(await warnings('eu'), [])
  const [warning] = await warnings('US')
  t.is(warning?.what, 'the location')
  t.regex(
    warning?.said ?? '',
    /^BIGQUERY_LOCATION is US, and refiner was made in EU, where it stays; unset it, or name another dataset/,
  )
})

test('doctor makes no dataset', async (t) => {
  const fake = await fakeFor(t)
  const [finding, ...others] = await findingsOn(fake, false)
  t.deepEqual([finding?.verdict, others], ['fail', []])
  t.regex(finding?.said ?? '', /it is not there; `npm run bigquery -- setup` makes it$/)
  t.deepEqual(asked(fake, 'dataset insert', 'table insert'), [])
})

test('a clock that is more than five seconds off fails, with which way and what to do', (t) => {
  t.like(clock(-5000), { verdict: 'ok', said: "this machine's clock is 5.0 s behind Google's" })
  t.is(clock(5000).verdict, 'ok')
  t.is(clock(-5001).verdict, 'fail')
  t.like(clock(61_000), {
    verdict: 'fail',
    said: "this machine's clock is 61.0 s ahead of Google's; set it by NTP, as arrivals are ordered by it",
  })
})

test('the role of the documents has what the checks try, but for making datasets, and what a change of credentials takes', (t) => {
  const role = readFileSync(new URL('../../docs/bigquery-role.yaml', import.meta.url), 'utf8')
  const tried = new Set<string>(Object.values(NEEDS).flat())
  tried.delete('bigquery.datasets.create')
  tried.add('bigquery.jobs.get')
  t.deepEqual(
    [...role.matchAll(/^- (.+)$/gm)].map(([, permission]) => permission),
    [...tried].toSorted(),
  )
  t.regex(role, /^title: .+\ndescription: .+\nstage: GA\nincludedPermissions:$/m)
  const page = readFileSync(new URL('../../docs/bigquery.md', import.meta.url), 'utf8')
  t.regex(page, /gcloud iam roles create \w+ --project=my-project --file=docs\/bigquery-role\.yaml/)
})

for (const when of ['before', 'after'] as const) {
  test(`setup that ends at any of its requests, ${when} it is done, is completed by the next one`, async (t) => {
    const undisturbed = await fakeFor(t)
    t.deepEqual(await failures(undisturbed), [])
    const made = [...undisturbed.world.tables.keys()].toSorted()
    const all = undisturbed.requests.length
    t.true(made.length > 20)
    const first = Math.floor(Math.random() * STEP)
    await Promise.all(
      Array.from({ length: Math.floor((all - first) / STEP) }, async (_, step) => {
        const at = first + step * STEP
        const fake = await fakeFor(t)
        fake.dieAt(at + 1, when)
        await failures(fake).catch(() => [])
        t.true(await fake.heal(), `at ${at + 1}`)
        t.deepEqual(await failures(fake), [], `at ${at + 1}`)
        const tables = [...fake.world.tables.keys()].filter((name) => !name.includes('.check_'))
        t.deepEqual(tables.toSorted(), made, `at ${at + 1}`)
      }),
    )
    t.log(`at each ${STEP}th of ${all} requests, from the ${first + 1}th on`)
  })
}
