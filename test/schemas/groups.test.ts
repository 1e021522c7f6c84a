/** Which attributes make groups, and what of them is shown. */
import test, { type ExecutionContext } from 'ava'
import { groupable } from '../../schemas/views/groups.ts'
import { UNSET_MODELS } from '../../schemas/views/spec.ts'
import { FORM } from '../support/flattening.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

/** The n-th response, by a user of its own, with these attributes. */
const answered = (at: number, attributes: object, account: object = {}, data: object = { nps: at % 11 }) => ({
  uuid: `user-${at}`,
  triggered_event: 'Completed Survey',
  form: { uuid: FORM, name: 'NPS' },
  attributes,
  account: { uuid: `account-${at}`, attributes: account },
  response: { uuid: `response-${at}`, last_data_reception_at: `2026-0${1 + (at % 3)}-05 10:00:00`, data },
})
const VALUES = 'SELECT DISTINCT attribute, value FROM nps_by_attribute ORDER BY ALL'
const valuesOf = (rows: readonly object[]) => rows.map((row) => Object.values(row).join('='))

test('attributes that make groups group scores; identities, times, JSON, identifiers and answers written back do not', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const people = Array.from({ length: 8 }, (_, at) =>
    answered(at, {
      plan: at % 2 ? 'pro' : 'free',
      email: `p${at}@example.com`,
      name: `Ann ${at}`,
      phone: '+49 171 1234567',
      backup: `b${at}@example.com`,
      nps: String(at % 11),
      NPS: 1,
      user_id: '7',
      signed_up_at: '2026-01-01',
      since: '2026-01-01 10:00:00',
      list: ['a'],
      object: { a: 1 },
      blank: ' ',
      none: null,
      is_admin: true,
    }),
  )
  await load(...people)
  t.deepEqual(valuesOf(await ask(VALUES)), ['backup=(other)', 'is_admin=true', 'plan=free', 'plan=pro'])
})

/** Values of an attribute with their scores and people, and that they are all there. */
async function groupsOf(t: ExecutionContext, values: readonly unknown[]) {
  const { load, ask } = await viewWarehouse(t)
  await load(...values.map((value, at) => answered(at, value === undefined ? {} : { tier: value })))
  const rows = await ask('SELECT value, n, people FROM nps_by_attribute ORDER BY value')
  for (const each of rows) t.is(each['n'], each['people'])
  const [months] = await ask('SELECT COALESCE(SUM(n), 0) AS n FROM nps_by_month_and_attribute')
  const groups: Record<string, number> = Object.fromEntries(rows.map(({ value, n }) => [value, Number(n)]))
  const sum = Object.values(groups).reduce((total, n) => total + n, 0)
  t.is(Number(months?.['n']), sum)
  return { groups, sum }
}
const several = (count: number, value: (at: number) => unknown) => Array.from({ length: count }, (_, at) => value(at))
const name = (at: number) => `Ann ${String.fromCharCode(65 + at)}`

test('a value that one person alone has is counted and not shown, however few people there are', async (t) => {
  t.deepEqual(await groupsOf(t, several(8, name)), { groups: { '(other)': 8 }, sum: 8 })
  t.deepEqual(await groupsOf(t, several(1, name)), { groups: { '(other)': 1 }, sum: 1 })
})

test('a placeholder that many share does not make names groups, and neither do namesakes', async (t) => {
  const names = several(20, (at) => name(at < 3 ? 0 : at))
  const placeholders = [...several(10, () => '-'), ...several(12, () => 'N/A'), ...several(15, () => 'unknown')]
  t.deepEqual((await groupsOf(t, [...names, ...placeholders])).groups, {
    '(other)': 20,
    '-': 10,
    'N/A': 12,
    unknown: 15,
  })
})

test('a group of few people stays where values are no names, and nothing is lost', async (t) => {
  const plans = [...several(30, () => 'free'), ...several(3, () => 'enterprise'), ...several(2, () => 'pro'), 'custom']
  const mail = several(3, () => 'ann@example.com')
  t.deepEqual(await groupsOf(t, [...plans, ...mail, '2026-01-01', '["a"]', ' ', undefined]), {
    groups: { '(other)': 6, enterprise: 3, free: 30, pro: 2 },
    sum: 41,
  })
  t.deepEqual((await groupsOf(t, [true, 'false', ...several(3, () => 'unknown')])).groups, {
    false: 1,
    true: 1,
    unknown: 3,
  })
})

test('what is no number has one group beside the bands, and what is no time none beside times', async (t) => {
  const odd = ['-', '-', 'N/A', 'many', '2026-01-01', 'ann@example.com']
  t.deepEqual((await groupsOf(t, [...several(20, (at) => 10 + at), ...odd])).groups, {
    '(no number)': 6,
    '10 to under 20': 10,
    '20 to under 50': 10,
  })
  t.deepEqual((await groupsOf(t, [...several(20, () => '2026-01-01'), ...odd])).groups, {})
  // Among texts a number is one of them.
  t.deepEqual((await groupsOf(t, [...several(6, () => 'beta'), ...several(3, () => 12)])).groups, { 12: 3, beta: 6 })
})

test('an attribute of which nearly everyone has a value of their own is one group, in each month', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(...Array.from({ length: 30 }, (_, at) => answered(at, { badge: `A ${at}`, team: `team ${at % 7}` })))
  for (const view of ['nps_by_attribute', 'nps_by_month_and_attribute']) {
    t.deepEqual(await ask(`SELECT DISTINCT value FROM ${view} WHERE attribute = 'badge'`), [{ value: '(other)' }], view)
    t.is((await ask(`SELECT DISTINCT value FROM ${view} WHERE attribute = 'team'`)).length, 7)
  }
})

test('numbers stand in bands that sort by where they begin', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const seats = [0, 7, 9.5, 10, '19.9', '20', 49, 1234, -3, '007', 'many', 5e14]
  await load(...seats.map((value, at) => answered(at, {}, { seats: value })))
  t.deepEqual(
    valuesOf(
      await ask(
        "SELECT value, value_from, n FROM nps_by_attribute WHERE attribute = 'seats' ORDER BY value_from NULLS FIRST, value",
      ),
    ),
    [
      '(no number)==2',
      'below 0==1',
      '0=0=1',
      '7=7=1',
      '9 to under 10=9=1',
      '10 to under 20=10=2',
      '20 to under 50=20=2',
      '1000 to under 2000=1000=1',
      '500000000000000 and more=500000000000000=1',
    ],
  )
})

test('the settings say which attributes group, and which do not identify after all', async (t) => {
  const models = { groupAttributes: ['plan', 'my_nps', 'since', 'mail*'], identifyingKeys: ['!mail_plan'] }
  const { load, ask } = await viewWarehouse(t, models)
  const one = { plan: 'pro', since: '2026-01-01', country: 'de', email: 'x' }
  await load(answered(0, { ...one, mail_plan: 'a@example.com' }), answered(1, one))
  t.deepEqual(valuesOf(await ask(VALUES)), ['mail_plan=a@example.com', 'plan=pro', 'since=2026-01-01'])
})

test('answers are known under any spelling that attributes have', (t) => {
  const names = [
    'how_likely',
    'howLikely',
    'howl',
    'plan',
    'customerEmail',
    'first_name',
    'last_form_submission_at',
    'companyId',
  ]
  const attributes = names.map((name) => ({ scope: 'user', name }) as const)
  t.deepEqual(groupable(attributes, ['How likely?', 'my-NPS'], UNSET_MODELS), {
    user: ['how_likely', 'howLikely', 'howl', 'plan'],
    account: [],
  })
})

test('a question of another survey takes no attribute away, and the own one does', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const other = { ...answered(9, { role: 'dev' }, {}, { Role: 'dev' }), form: { uuid: 'other', name: 'Other' } }
  await load(answered(0, { role: 'dev', team: 'a' }), answered(1, { role: 'dev', team: 'a' }), other)
  t.deepEqual(valuesOf(await ask(VALUES)), ['role=dev', 'team=a'])
  await load(answered(2, { role: 'dev' }, {}, { nps: 9, Role: 'dev', ROLE: 'dev' }))
  t.deepEqual(valuesOf(await ask(VALUES)), ['team=a'])
})

test('an attribute of which everyone has one of their own groups where the settings say that it identifies nobody', async (t) => {
  const { load, ask } = await viewWarehouse(t, { identifyingKeys: ['!company_name'] })
  await load(...Array.from({ length: 20 }, (_, at) => answered(at, { company_name: `Acme ${at}` })))
  t.is((await ask(VALUES)).length, 20)
})

const TYPED = 'SELECT question, value, n FROM nps_by_attribute ORDER BY question, value_from NULLS FIRST, value'

test('an attribute keeps the type that its column was given, in each question, whatever its values are now', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const seats = (at: number) => (at < 20 ? 'unlimited' : String(at))
  const data = (at: number) => (at < 18 ? { nps: at % 11 } : { nps: at % 11, nps_2: 5 })
  await load(...several(40, (at) => answered(at, { seats: seats(at) }, {}, data(at))))
  const before = await ask(TYPED)
  await load(answered(50, { seats: 'unlimited' }))
  await load(answered(51, { seats: 'unlimited' }))
  t.deepEqual(valuesOf(before), [
    'nps=(no number)=20',
    'nps=20 to under 50=20',
    'nps_2=(no number)=2',
    'nps_2=20 to under 50=20',
  ])
  t.deepEqual(valuesOf(await ask(TYPED)).slice(0, 2), ['nps=(no number)=22', 'nps=20 to under 50=20'])
})

test('digits with leading zeros are texts, and numbers are in bands however they are written', async (t) => {
  const zips = several(40, (at) => (at % 2 === 0 ? '01067' : '80331'))
  t.deepEqual((await groupsOf(t, zips)).groups, { '01067': 20, 80331: 20 })
  const numbers = [...several(20, () => '7'), '1e3', '1.5E+3', '12345678901234567', 3e15, '007']
  t.deepEqual((await groupsOf(t, numbers)).groups, {
    7: 20,
    '(no number)': 1,
    '1000 to under 2000': 2,
    '500000000000000 and more': 2,
  })
})

test('segments whose names are people are one group, and people are counted once', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const segment = (name: string) => ({ uuid: `segment-${name}`, name, created_at: '2026-01-01 10:00:00' })
  const event = (at: number, ...names: string[]) => ({ ...answered(at, {}), segments: names.map(segment) })
  const again = event(2, 'Beta', 'ann@example.com')
  await load(event(0, 'Beta', 'ann@example.com', '+49 171 1234567'), event(1, 'Beta', 'Phone number'), again, {
    ...again,
    response: { ...again.response, uuid: 'response-again' },
  })
  t.deepEqual(await ask('SELECT segment_uuid, segment_name, n, people FROM nps_by_segment ORDER BY segment_name'), [
    { segment_uuid: null, segment_name: '(other)', n: 4, people: 3 },
    { segment_uuid: 'segment-Beta', segment_name: 'Beta', n: 4, people: 3 },
  ])
  t.deepEqual(await ask('SELECT SUM(n) AS n, SUM(people) AS people FROM nps'), [{ n: 4, people: 3 }])
})

test('spaces around a value make no group of their own', async (t) => {
  t.deepEqual(
    (
      await groupsOf(
        t,
        several(6, (at) => (at % 2 === 0 ? 'Web' : ' Web ')),
      )
    ).groups,
    { Web: 6 },
  )
})
