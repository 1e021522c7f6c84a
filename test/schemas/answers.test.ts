/** What the views take for an answer, for context, and for a response that was started. */
import test from 'ava'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { event, FORM } from '../support/flattening.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

/** The n-th response, by a user of its own. */
const response = (at: number, data: object, fields: object = {}, trigger = 'Completed Survey') => ({
  uuid: `user-${at}`,
  triggered_event: trigger,
  form: { uuid: FORM, name: 'Checkout' },
  response: { uuid: `response-${at}`, first_shown_at: `2026-05-0${at + 1} 10:00:00`, data, ...fields },
})
const answered = (at: number, data: object) =>
  response(at, data, {
    first_data_reception_at: `2026-05-0${at + 1} 10:01:00`,
    last_data_reception_at: `2026-05-0${at + 1} 10:02:00`,
  })

test('what a form carries before anything was answered is context, in answered responses too, and in no view of answers', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(
    answered(0, { cart: 12, why: 'cheap' }),
    response(1, { cart: 30 }, {}, 'Saw Survey'),
    response(2, { cart: 7 }, { dismissed_at: '2026-05-03 11:00:00' }, 'Dismissed Survey'),
  )
  t.deepEqual(await ask('SELECT question, value FROM answers'), [{ question: 'why', value: 'cheap' }])
  t.deepEqual(await ask('SELECT name, value_number FROM context_values ORDER BY 2'), [
    { name: 'cart', value_number: 7 },
    { name: 'cart', value_number: 12 },
    { name: 'cart', value_number: 30 },
  ])
  t.deepEqual(await ask('SELECT DISTINCT question FROM answer_distribution'), [{ question: 'why' }])
  const [funnel] = await ask('SELECT seen, started, completed, dismissed FROM survey_funnel')
  t.deepEqual(funnel, { seen: 3, started: 1, completed: 0, dismissed: 1 })
  t.deepEqual(await ask('SELECT status, is_started FROM response_states ORDER BY response_uuid'), [
    { status: 'partial', is_started: true },
    { status: 'seen', is_started: false },
    { status: 'dismissed', is_started: false },
  ])
})

test('the order in which the evidence comes changes nothing', async (t) => {
  const bodies = [answered(0, { cart: 12, why: 'cheap' }), response(1, { cart: 30 }, {}, 'Saw Survey')]
  const found = []
  for (const order of [bodies, bodies.toReversed()]) {
    const { load, ask } = await viewWarehouse(t)
    for (const body of order) await load(body)
    found.push(
      await ask('SELECT question, value FROM answers'),
      await ask('SELECT name, value FROM context_values ORDER BY 2'),
    )
  }
  t.deepEqual(found.slice(0, 2), found.slice(2))
})

test('a score is never context, and neither is anything where no response has times of answers', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(response(0, { nps: 9, something: 'else' }, {}, 'Saw Survey'))
  t.deepEqual(await ask('SELECT question FROM answers ORDER BY 1'), [{ question: 'nps' }, { question: 'something' }])
  await load(answered(1, { nps: 3, reason: 'slow' }))
  t.deepEqual(await ask('SELECT DISTINCT question FROM answers ORDER BY 1'), [
    { question: 'nps' },
    { question: 'reason' },
  ])
})

test('a setting that came later takes keys out of what was loaded before', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await load(answered(0, { badge: 'A-1', why: 'cheap' }))
  t.is((await ask('SELECT * FROM answers')).length, 2)
  const later = await viewWarehouse(t, { contextKeys: ['BADGE'] }, path)
  await later.load(answered(1, { badge: 'A-2', why: 'near' }))
  t.deepEqual(await ask('SELECT question, value FROM answers ORDER BY value'), [
    { question: 'why', value: 'cheap' },
    { question: 'why', value: 'near' },
  ])
})

test('blank text and midnights that an older version loaded are what they are now: no answer, and days', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await load(answered(0, { day: '2026-05-03', why: 'x' }), answered(1, { day: '2026-05-04', why: 'y' }))
  await withConnection(path, async (connection) => {
    await connection.run(`UPDATE response_answers SET value_timestamp = CAST(value_date AS TIMESTAMP), value_date = NULL WHERE question = 'day';
      UPDATE response_answers SET value = '  ' WHERE value = 'y';
      UPDATE response_answers SET is_list = NULL`)
  })
  t.deepEqual(await ask("SELECT value_date, value_timestamp FROM answers WHERE question = 'day' ORDER BY 1"), [
    { value_date: '2026-05-03', value_timestamp: null },
    { value_date: '2026-05-04', value_timestamp: null },
  ])
  t.deepEqual(await ask("SELECT value FROM answers WHERE question = 'why'"), [{ value: 'x' }])
})

test('an empty list counts in the base of shares, and never asked does not', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(...[['lodash'], ['lodash'], [], []].map((tools, at) => answered(at, { tools })), answered(4, { other: 1 }))
  t.deepEqual(await ask("SELECT value, n, respondents, share FROM answer_distribution WHERE question = 'tools'"), [
    { value: 'lodash', n: 2, respondents: 4, share: 0.5 },
  ])
})

test('answers that identify are counted and not shown: by the name, by their form, or as one person alone gave them', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const people = Array.from({ length: 12 }, (_, at) => ({
    uuid: `user-${at}`,
    triggered_event: 'Completed Survey',
    form: { uuid: FORM, name: 'Who' },
    response: {
      uuid: `response-${at}`,
      last_data_reception_at: '2026-05-01 10:00:00',
      data: {
        email: 'n/a',
        firstName: 'Ann',
        reach_me: at < 2 ? 'by post' : `p${at}@example.com`,
        number: `+49 171 12345${at}0`,
        motto: `motto ${at}`,
        owner: at < 3 ? 'N/A' : at < 5 ? 'Bob' : `Ann ${at}`,
        team_size: ['1-10', '201-1000'][at % 2],
        since: '2026-05-03',
        subscribed_email: true,
      },
    },
  }))
  await load(...people)
  const shown = await ask('SELECT question, value, answers, n, respondents FROM answer_distribution ORDER BY ALL')
  t.deepEqual(
    shown.map((row) => Object.values(row)),
    [
      ['email', '(other)', 1, 12, 12],
      ['firstName', '(other)', 1, 12, 12],
      ['motto', '(other)', 12, 12, 12],
      ['number', '(other)', 12, 12, 12],
      ['owner', '(other)', 9, 12, 12],
      ['reach_me', '(other)', 11, 12, 12],
      ['since', '2026-05-03', 1, 12, 12],
      ['subscribed_email', 'true', 1, 12, 12],
      ['team_size', '1-10', 1, 6, 12],
      ['team_size', '201-1000', 1, 6, 12],
    ],
  )
})

test('the settings add names that identify, and take some away', async (t) => {
  const { load, ask } = await viewWarehouse(t, { identifyingKeys: ['badge_*', '!contact'] })
  const same = { Badge_No: '7', why: 'x' }
  await load(answered(0, { ...same, contact: 'a@example.com' }), answered(1, same))
  t.deepEqual(await ask('SELECT question, value FROM answer_distribution ORDER BY 1'), [
    { question: 'Badge_No', value: '(other)' },
    { question: 'contact', value: 'a@example.com' },
    { question: 'why', value: 'x' },
  ])
})

test('a day and a month are those of the time zone', async (t) => {
  const late = event(
    {},
    { first_shown_at: '2026-06-01 02:30:00', last_data_reception_at: '2026-06-01 02:31:00', data: { nps: 9 } },
  )
  for (const [timeZone, day, month] of [
    ['UTC', '2026-06-01', '2026-06-01'],
    ['America/New_York', '2026-05-31', '2026-05-01'],
    ['Asia/Tokyo', '2026-06-01', '2026-06-01'],
  ] as const) {
    const { load, ask } = await viewWarehouse(t, { timeZone })
    await load(late)
    t.deepEqual(await ask('SELECT day FROM response_timeline'), [{ day }], timeZone)
    t.deepEqual(await ask('SELECT month FROM nps_by_month'), [{ month }], timeZone)
  }
})

test("a survey's models carry the name of its view, which stays when the survey is renamed", async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(answered(0, { why: 'cheap' }))
  await load({
    ...answered(1, { why: 'near' }),
    form: { uuid: FORM, name: 'Renamed' },
    last_seen_at: '2026-06-01 00:00:00',
  })
  for (const view of ['survey_funnel', 'answer_distribution', 'response_states']) {
    const found = await ask(`SELECT DISTINCT form_uuid, form_name, survey_view FROM ${view}`)
    t.deepEqual(found, [{ form_uuid: FORM, form_name: 'Renamed', survey_view: 'survey_checkout' }], view)
  }
})

test('a question that has its type stays one, though an event has an answer to it too early', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(
    ...Array.from({ length: 25 }, (_, at) => ({ ...answered(at % 9, { seats: at }), uuid: `u-${at}` })).map(
      (body, at) => ({
        ...body,
        response: { ...body.response, uuid: `r-${at}` },
      }),
    ),
  )
  await load(response(1, { seats: 3 }, {}, 'Saw Survey'))
  t.is((await ask("SELECT * FROM answers WHERE question = 'seats'")).length, 26)
  t.is((await ask('SELECT COUNT(seats) AS n FROM survey_checkout'))[0]?.['n'], 26)
})

test('an event of another trigger than showing is no evidence of context, and a key may be excepted', async (t) => {
  const { load, ask } = await viewWarehouse(t, { contextKeys: ['cart*', '!cart_note'] })
  await load(
    answered(0, { why: 'cheap', cart_id: 1, cart_note: 'gift' }),
    response(1, { why: 'left' }, { dismissed_at: '2026-05-02 11:00:00' }, 'Dismissed Survey'),
    response(2, { cart_note: 'none' }, {}, 'Saw Survey'),
  )
  t.deepEqual(await ask('SELECT question, value FROM answers ORDER BY ALL'), [
    { question: 'cart_note', value: 'gift' },
    { question: 'cart_note', value: 'none' },
    { question: 'why', value: 'cheap' },
    { question: 'why', value: 'left' },
  ])
})

test('context and blank text start no response, whatever times it has', async (t) => {
  const { load, ask } = await viewWarehouse(t, { contextKeys: ['page'] })
  const times = { first_data_reception_at: '2026-05-01 10:00:00' }
  await load(response(0, { page: '/a' }, times), response(1, { why: ' ' }, times), response(2, { why: 'x' }, times))
  t.deepEqual(await ask('SELECT status, is_started FROM response_states ORDER BY response_uuid'), [
    { status: 'seen', is_started: false },
    { status: 'seen', is_started: false },
    { status: 'partial', is_started: true },
  ])
})

test('numbers of a scale are shown whatever the question is called, and a key that is an address is not', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const csat = { 'ann@example.com': 5, 'bob@example.com': 5, speed: 4 }
  await load(answered(0, { ease_of_login: 4, csat }))
  t.deepEqual(await ask('SELECT question, item, value, answers, n FROM answer_distribution ORDER BY ALL'), [
    { question: 'csat', item: '(other)', value: '(other)', answers: 2, n: 2 },
    { question: 'csat', item: 'speed', value: '4', answers: 1, n: 1 },
    { question: 'ease_of_login', item: '', value: '4', answers: 1, n: 1 },
  ])
  t.deepEqual(await ask('SELECT item FROM csat'), [{ item: 'speed' }])
  t.deepEqual(await ask('SELECT item, answers, not_used, is_used, note FROM score_questions ORDER BY item'), [
    {
      item: '(other)',
      answers: 2,
      not_used: 2,
      is_used: false,
      note: 'Not scored: 2 names that may identify a person.',
    },
    { item: 'speed', answers: 1, not_used: 0, is_used: true, note: null },
  ])
})

test('keys of nested answers that are people are one item, are no scores, and are counted', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const name = (at: number) => `Bob Jones ${'abcdefgh'.charAt(at)}`
  const events = Array.from({ length: 8 }, (_, at) => ({
    ...answered(at, {
      colleague: { [name(at)]: 5, [`Dr ${name(at)}`]: 5 },
      nps: { [name(at)]: 9 },
      'nps@acme.example': 4,
    }),
    uuid: `user-${at}`,
  }))
  await load(...events)
  const places =
    'SELECT question, item, value, answers, n, users, respondents, share FROM answer_distribution ORDER BY 1'
  const other = { item: '(other)', value: '(other)', answers: 8, n: 8, users: 8, respondents: 8, share: 1 }
  t.deepEqual(await ask(places), [
    { question: '(other)', item: '', value: '4', answers: 1, n: 8, users: 8, respondents: 8, share: 1 },
    { ...other, question: 'colleague', answers: 16, n: 16, respondents: 16 },
    { ...other, question: 'nps' },
  ])
  t.deepEqual(await ask('SELECT * FROM nps'), [])
  t.deepEqual(await ask('SELECT question, item, answers, not_used, note FROM score_questions ORDER BY 1'), [
    { question: '(other)', item: '', answers: 8, not_used: 8, note: 'Not scored: 1 name that may identify a person.' },
    {
      question: 'nps',
      item: '(other)',
      answers: 8,
      not_used: 8,
      note: 'Not scored: 8 names that may identify a person.',
    },
  ])
})

test('rows of a matrix stand by themselves, also while one person alone has answered them', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const rows = Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`row ${at}`, 4]))
  await load({ ...answered(0, { csat: rows }), uuid: 'user-0' })
  const counts = 'SELECT COUNT(DISTINCT item) AS items, SUM(n) AS n FROM answer_distribution'
  t.deepEqual(await ask(counts), [{ items: 6, n: 6 }])
  t.deepEqual(await ask('SELECT COUNT(*) AS scored FROM csat'), [{ scored: 6 }])
})

test('people of the row (other) are counted once', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(...['one', 'two', 'three'].map((why, at) => ({ ...answered(at, { why }), uuid: 'user-0' })))
  t.deepEqual(await ask('SELECT value, answers, n, users FROM answer_distribution'), [
    { value: '(other)', answers: 3, n: 3, users: 1 },
  ])
})

test('keys of nested answers are shown where the settings say that the question identifies nobody', async (t) => {
  const { load, ask } = await viewWarehouse(t, { identifyingKeys: ['!shop'] })
  const events = Array.from({ length: 6 }, (_, at) => ({
    ...answered(at, { shop: { [`shop ${at}`]: 5 } }),
    uuid: `user-${at}`,
  }))
  await load(...events)
  t.is((await ask('SELECT DISTINCT item FROM answer_distribution')).length, 6)
})
