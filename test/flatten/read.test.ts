import test from 'ava'
import { columns, event, flattened, RESPONSE, sortedColumns } from '../support/flattening.ts'

const counter = (show_counter: unknown) =>
  columns(flattened(event({}, { show_counter })), 'responses', 'show_counter').flat()

const status = (response: object) => columns(flattened(event({}, response)), 'responses', 'status').flat()[0]

test('text columns take scalars as their text', (t) => {
  const batch = flattened(event({ remote_id: 42, email: true, display_name: '', project_uuid: 1.5 }))
  t.deepEqual(columns(batch, 'users', 'remote_id', 'email', 'display_name', 'project_uuid'), [
    ['42', 'true', '', '1.5'],
  ])
  t.is(batch.rows.rejected_values.length, 0)
})

test('what does not fit a typed cell is null there, and kept as a rejected value', (t) => {
  const user = { remote_id: { a: 1 }, last_seen_at: '2021-02-29', first_seen_at: 1_600_000_000, attributes: 'none' }
  const account = { uuid: ['a'], domain: [], attributes: 3 }
  const response = { completed_at: 'soon', show_counter: 1.5, data: 'x', tags: false }
  const batch = flattened(event({ ...user, account, segments: 'all' }, response))
  t.deepEqual(sortedColumns(batch, 'rejected_values', 'path', 'table_name', 'column_name', 'value'), [
    ['account.attributes', 'accounts', 'attributes', '3'],
    ['account.domain', 'accounts', 'domain', '[]'],
    ['account.uuid', 'accounts', 'account_uuid', '["a"]'],
    ['attributes', 'users', 'attributes', '"none"'],
    ['first_seen_at', 'users', 'first_seen_at', '1600000000'],
    ['last_seen_at', 'users', 'last_seen_at', '"2021-02-29"'],
    ['remote_id', 'users', 'remote_id', '{"a":1}'],
    ['response.completed_at', 'responses', 'completed_at', '"soon"'],
    ['response.data', 'responses', 'answers', '"x"'],
    ['response.show_counter', 'responses', 'show_counter', '1.5'],
    ['response.tags', 'response_tags', null, 'false'],
    ['segments', 'user_segments', null, '"all"'],
  ])
  t.deepEqual(columns(batch, 'users', 'remote_id', 'last_seen_at', 'attributes', 'segments_version'), [
    [null, null, null, ''],
  ])
  t.deepEqual(columns(batch, 'responses', 'status', 'show_counter', 'answers_version'), [['seen', null, '']])
})

test('counters may come as text', (t) => {
  t.deepEqual(counter('12'), [12])
  t.deepEqual(counter(3), [3])
  t.deepEqual(counter('1.0'), [null])
  t.deepEqual(counter('9007199254740993'), [null])
})

test('segments and tags without a uuid are rejected one by one, the others stay', (t) => {
  const segments = [
    { uuid: 's1', name: 1 },
    'all',
    { name: 'x' },
    { uuid: 7, name: {} },
    { uuid: 's2', created_at: '?' },
  ]
  const batch = flattened(event({ segments }))
  t.deepEqual(columns(batch, 'user_segments', 'segment_uuid', 'segment_name'), [
    ['s1', '1'],
    ['7', null],
    ['s2', null],
  ])
  t.deepEqual(columns(batch, 'rejected_values', 'path', 'column_name', 'value'), [
    ['segments[1]', null, '"all"'],
    ['segments[2]', null, '{"name":"x"}'],
    ['segments[3].name', 'segment_name', '{}'],
    ['segments[4].created_at', 'entered_at', '"?"'],
  ])
})

test('a uuid that a list holds twice makes one row, with the first name', (t) => {
  const many = Array.from({ length: 40 }, (_, at) => ({ uuid: `t${at % 20}`, name: `n${at}` }))
  const batch = flattened(event({ segments: many.slice(0, 3).concat(many.slice(0, 3)) }, { tags: many }))
  t.is(batch.rows.user_segments.length, 3)
  t.deepEqual(
    columns(batch, 'response_tags', 'tag_name').flat(),
    many.slice(0, 20).map(({ name }) => name),
  )
})

test("PHP's empty objects and lists with gaps are taken for what they mean", (t) => {
  const batch = flattened(
    event(
      { attributes: [], segments: { '3': { uuid: 's3' }, '5': { uuid: 's5' }, 'x.y': 0 }, account: [] },
      { data: ['a', null, ['b']], tags: {} },
    ),
  )
  t.deepEqual(columns(batch, 'users', 'attributes'), [['{}']])
  t.deepEqual(columns(batch, 'user_segments', 'segment_uuid'), [['s3'], ['s5']])
  t.deepEqual(columns(batch, 'rejected_values', 'path'), [['segments.x\\.y']])
  t.deepEqual(columns(batch, 'responses', 'answers'), [['{"0":"a","1":null,"2":["b"]}']])
  t.deepEqual(columns(batch, 'response_answers', 'question', 'value'), [
    ['0', 'a'],
    ['2', 'b'],
  ])
  t.not(columns(batch, 'responses', 'tags_version')[0]?.[0], '')
  t.is(batch.rows.accounts.length, 0)
})

test('null collections are absent', (t) => {
  const batch = flattened(event({ attributes: null, segments: null, account: null }, { data: null, tags: null }))
  t.deepEqual(columns(batch, 'users', 'attributes', 'attributes_version', 'segments_version'), [[null, '', '']])
  t.deepEqual(columns(batch, 'responses', 'answers', 'answers_version', 'tags_version'), [[null, '', '']])
})

test('an account without uuid makes no row, and is part of the respondent', (t) => {
  for (const uuid of [undefined, null, '']) {
    const batch = flattened(event({ account: { uuid, domain: 'd', attributes: { plan: 'pro' } } }, {}))
    t.is(batch.rows.accounts.length, 0)
    t.is(batch.rows.account_attributes.length, 0)
    t.deepEqual(columns(batch, 'respondents', 'account_uuid', 'account_domain', 'account_attributes'), [
      [null, 'd', '{"plan":"pro"}'],
    ])
    t.deepEqual(columns(batch, 'attributes', 'scope', 'name', 'value_type'), [['account', 'plan', 'text']])
  }
})

test('attributes are scalars as sent, lists and objects as JSON text, and no row for null', (t) => {
  const attributes = { a: '1', b: 2, c: [1, 'x'], d: {}, e: null, f: '' }
  const batch = flattened(event({ attributes, account: { uuid: 'acc', attributes } }))
  const rows = [
    ['a', '1', 1],
    ['b', '2', 2],
    ['c', '[1,"x"]', null],
    ['d', '{}', null],
    ['f', '', null],
  ]
  t.deepEqual(columns(batch, 'user_attributes', 'name', 'value', 'value_number'), rows)
  t.deepEqual(columns(batch, 'account_attributes', 'name', 'value', 'value_number'), rows)
})

test('the status is completed, else dismissed, else partial with any answer, else seen', (t) => {
  const at = '2022-01-01T00:00:00.000000Z'
  t.is(status({ completed_at: at, dismissed_at: at }), 'completed')
  t.is(status({ dismissed_at: at, data: { q: 1 } }), 'dismissed')
  t.is(status({ data: { q: 1 } }), 'partial')
  t.is(status({ data: { q: [null] } }), 'seen')
  t.is(status({}), 'seen')
})

test('an event without a survey makes no response', (t) => {
  const batch = flattened(event({ form: null, response: [] }))
  t.is(batch.rows.responses.length + batch.rows.respondents.length + batch.rows.forms.length, 0)
  t.deepEqual(columns(batch, 'webhook_events', 'form_uuid', 'response_uuid'), [[null, null]])
})

test('a response without a form is kept, and makes no question', (t) => {
  const batch = flattened(event({ form: null, response: { uuid: RESPONSE, data: { q: 1 } } }))
  t.deepEqual(columns(batch, 'response_answers', 'response_uuid', 'form_uuid'), [[RESPONSE, null]])
  t.is(batch.rows.questions.length, 0)
})
