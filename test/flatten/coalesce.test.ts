import test from 'ava'
import { cells, columns, event, flattenEvents, flattened, sortedColumns, stored } from '../support/flattening.ts'

const at = (second: number) => `2022-01-01T00:00:${String(second).padStart(2, '0')}.000000Z`

const named = (name: string, second: number) =>
  event(
    { segments: [{ uuid: 's', name }], form: { uuid: 'f', name }, last_seen_at: at(second) },
    { tags: [{ uuid: 't', name }] },
  )

const state = (second: number, values: object) =>
  event({ attributes: values }, { last_shown_at: at(second), data: values })

const having = (second: number, attributes: object) => event({ last_seen_at: at(second), attributes })

const id = (seq: number) => stored('', seq).id

test('the newest lifecycle time wins, whatever the order of arrival', (t) => {
  const seen = event({}, { first_shown_at: at(1), last_shown_at: at(1) })
  const done = event({}, { first_shown_at: at(1), completed_at: at(9), data: { q: 1 } })
  for (const batch of [flattened(seen, done), flattened(done, seen)]) {
    t.deepEqual(columns(batch, 'responses', 'status', 'completed_at'), [['completed', at(9)]])
    t.is(batch.rows.webhook_events.length, 2)
  }
})

test('on a tie the further state wins, then more answers, then last_seen_at, then arrival', (t) => {
  const shown = { last_shown_at: at(1), completed_at: null }
  const states = [
    event({ last_seen_at: at(50) }, shown),
    event({}, { ...shown, data: { a: 1 } }),
    event({}, { ...shown, data: { a: 1, b: [1, 2] } }),
    event({ last_seen_at: at(2) }, { ...shown, data: { a: 1, b: [1, 3] } }),
    event({ last_seen_at: at(2) }, { ...shown, data: { a: 1, b: [1, 4] } }),
    event({}, { dismissed_at: at(1) }),
    event({}, { completed_at: at(1) }),
  ]
  for (let last = 1; last < states.length; last++) {
    const [older, newer] = [stored(states[last - 1], last), stored(states[last], last + 1)]
    for (const batch of [flattenEvents([older, newer]), flattenEvents([newer, older])]) {
      t.deepEqual(columns(batch, 'responses', 'event_id'), [[newer.id]])
    }
  }
})

test('a collection that the newest event does not carry stays that of the newest event that did', (t) => {
  const first = event(
    { last_seen_at: at(1), attributes: { plan: 'pro' }, segments: [{ uuid: 's', name: 'S' }] },
    { last_data_reception_at: at(1), data: { q: 1 }, tags: [{ uuid: 'tag' }] },
  )
  const second = event({ last_seen_at: at(2) }, { last_data_reception_at: at(2) })
  const [one, two] = [stored(first, 1), stored(second, 2)]
  for (const batch of [flattenEvents([one, two]), flattenEvents([two, one])]) {
    const [user, response, respondent] = (['users', 'responses', 'respondents'] as const).map(
      (name) => cells(batch, name)[0],
    )
    t.deepEqual([user?.['event_id'], user?.['last_seen_at'], user?.['attributes']], [two.id, at(2), '{"plan":"pro"}'])
    t.deepEqual([response?.['event_id'], response?.['answers']], [two.id, '{"q":1}'])
    t.deepEqual([respondent?.['event_id'], respondent?.['segments']], [two.id, '[{"uuid":"s","name":"S"}]'])
    t.true(String(response?.['tags_version']) < String(response?.['row_version']))
    t.is(respondent?.['account_attributes_version'], '')
    for (const name of ['response_answers', 'response_tags', 'respondent_segments', 'user_attributes'] as const) {
      t.deepEqual(columns(batch, name, 'event_id'), [[one.id]], name)
    }
    t.deepEqual(columns(batch, 'response_answers', 'row_version'), [[response?.['answers_version'] ?? null]])
    t.deepEqual(columns(batch, 'user_segments', 'row_version'), [[user?.['segments_version'] ?? null]])
  }
})

test('an empty collection of a newer event removes what an older one brought', (t) => {
  const first = event(
    { segments: [{ uuid: 's' }], attributes: { a: 1 } },
    { last_shown_at: at(1), tags: [{ uuid: 't' }] },
  )
  const second = event({ segments: [], attributes: {} }, { last_shown_at: at(2), tags: [], data: {} })
  const batch = flattened(first, second)
  for (const name of ['user_segments', 'respondent_segments', 'user_attributes', 'response_tags'] as const) {
    t.is(batch.rows[name].length, 0, name)
  }
  t.deepEqual(columns(batch, 'users', 'attributes'), [['{}']])
})

test('the respondent is the user as of the answer: on a tie the first to arrive stays', (t) => {
  const answered = { last_data_reception_at: at(5), last_shown_at: at(1) }
  const then = stored(event({ email: 'then', last_seen_at: at(5) }, answered), 1)
  const later = stored(event({ email: 'later', last_seen_at: at(40) }, { ...answered, tags: [{ uuid: 't' }] }), 2)
  const shownLater = stored(event({ email: 'shown' }, { last_shown_at: at(4) }), 3)
  for (const batch of [flattenEvents([then, later, shownLater]), flattenEvents([shownLater, later, then])]) {
    t.deepEqual(columns(batch, 'respondents', 'email'), [['then']])
    t.deepEqual(columns(batch, 'users', 'email'), [['later']])
  }
})

test("a user's newest time counts the account's last_seen_at and the lifecycle of a survey", (t) => {
  const states = [
    event({ email: 'a', last_seen_at: at(1) }),
    event({ email: 'b', last_seen_at: at(1), account: { uuid: 'x', last_seen_at: at(2) } }),
    event({ email: 'c', last_seen_at: at(1) }, { received_at: at(3) }),
  ]
  t.deepEqual(columns(flattened(...states.toReversed()), 'users', 'email'), [['c']])
  t.deepEqual(columns(flattened(...states.slice(0, 2).toReversed()), 'users', 'email'), [['b']])
})

test('forms, segments and tags go by their newest name', (t) => {
  const batch = flattened(named('new', 9), named('old', 1))
  t.deepEqual(columns(batch, 'forms', 'form_uuid', 'name'), [['f', 'new']])
  t.deepEqual(columns(batch, 'segments', 'segment_uuid', 'name'), [['s', 'new']])
  t.deepEqual(columns(batch, 'tags', 'tag_uuid', 'name'), [['t', 'new']])
})

test('questions and attributes have the widest type of all events, also of superseded ones', (t) => {
  const batch = flattened(
    state(9, { a: '1', b: true, c: null, d: '2020-01-01', e: ['1', '2'], f: 1, h: '' }),
    state(1, { a: 'x', b: 'false', c: [], d: null, e: '3', f: { row: [true] }, g: 0 }),
  )
  t.deepEqual(sortedColumns(batch, 'questions', 'question', 'value_type', 'is_list'), [
    ['a', 'text', false],
    ['b', 'boolean', false],
    ['c', null, true],
    ['d', 'date', false],
    ['e', 'number', true],
    ['f', 'text', true],
    ['g', 'number', false],
    ['h', null, false],
  ])
  t.deepEqual(sortedColumns(batch, 'attributes', 'name', 'value_type'), [
    ['a', 'text'],
    ['b', 'boolean'],
    ['c', 'text'],
    ['d', 'date'],
    ['e', 'text'],
    ['f', 'text'],
    ['g', 'number'],
    ['h', null],
  ])
  t.deepEqual(new Set(columns(batch, 'attributes', 'event_id').flat()).size, 2)
})

test('names that come and go are known by the newest event that had them', (t) => {
  const batch = flattened(having(2, { a: 1, b: 1 }), having(3, { b: 1, c: 1 }), having(1, { a: 1, b: 1, c: 1, d: 1 }))
  t.deepEqual(sortedColumns(batch, 'attributes', 'name', 'event_id'), [
    ['a', id(1)],
    ['b', id(2)],
    ['c', id(2)],
    ['d', id(3)],
  ])
})

test('rejected values come from every event', (t) => {
  const batch = flattened(event({ email: [] }), event({ email: [] }))
  t.is(batch.rows.rejected_values.length, 2)
  t.is(batch.rows.users.length, 1)
})

test('the same event twice in a batch is there once', (t) => {
  const one = stored(event({ email: [], attributes: { a: 1 } }, { data: { q: 1 } }))
  t.deepEqual(flattenEvents([one, one]).rows, flattenEvents([one]).rows)
})

test('a missing time sorts before every other', (t) => {
  const batch = flattened(event({ email: 'dated', last_seen_at: '0001-01-01' }), event({ email: 'undated' }))
  t.deepEqual(columns(batch, 'users', 'email'), [['dated']])
})
