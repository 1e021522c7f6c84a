/** What is an answer: not blank text, not what the application sends along, and not an empty list, which is none of the choices. */
import test from 'ava'
import { contextKeys } from '../../src/flatten/context.ts'
import { flatten } from '../../src/flatten/flatten.ts'
import { UNSET } from '../../src/flatten/options.ts'
import { columns, event, flattened, sortedColumns, stored } from '../support/flattening.ts'

const withContext = (patterns: readonly string[], ...bodies: readonly unknown[]) => {
  const events = bodies.map((body, at) => stored(body, at + 1))
  return flatten(
    { id: 'test-1-1', follows: null, firstSeq: 1, lastSeq: events.length, events },
    {
      ...UNSET,
      isContext: contextKeys(patterns),
    },
  )
}
const answering = (data: object, response: object = {}) => event({}, { data, ...response })

test('blank text is no answer, no sign of one, and stays in what was sent', (t) => {
  const data = { why: '', how: ' \t', what: ['', ' '], which: { row: ' ' } }
  const batch = flattened(answering(data))
  t.deepEqual(batch.rows.response_answers, [])
  t.deepEqual(columns(batch, 'responses', 'status', 'answers'), [['seen', JSON.stringify(data)]])
  t.deepEqual(
    sortedColumns(batch, 'question_items', 'question').map(([question]) => question),
    ['what'],
  )
})

test('an empty list is none of the choices, a place of its own, and no answer row', (t) => {
  const batch = flattened(answering({ tools: [], matrix: { row: [null, ''] }, name: 'x', rest: null, object: {} }))
  t.deepEqual(sortedColumns(batch, 'response_none_chosen', 'question', 'item'), [
    ['matrix', 'row'],
    ['tools', ''],
  ])
  t.deepEqual(columns(batch, 'response_answers', 'question'), [['name']])
})

test('keys that are context are values of their own, typed, and neither questions nor answers', (t) => {
  const data = { currentUrl: 'https://example.com', utm_depth: '3', UTM_When: '2026-05-03', nps: '9', none: [] }
  const batch = withContext(['currenturl', 'utm_*', 'none'], answering(data))
  t.deepEqual(sortedColumns(batch, 'response_context', 'name', 'value', 'value_number', 'value_date'), [
    ['UTM_When', '2026-05-03', null, '2026-05-03'],
    ['currentUrl', 'https://example.com', null, null],
    ['utm_depth', '3', 3, null],
  ])
  t.deepEqual(columns(batch, 'response_answers', 'question'), [['nps']])
  t.deepEqual(columns(batch, 'questions', 'question', 'body_position'), [['nps', 0]])
  t.is(batch.rows.response_none_chosen.length, 0)
})

test('context alone leaves a response seen, and a newer event replaces it', (t) => {
  const alone = answering({ currentUrl: '/a' }, { last_shown_at: '2026-01-01 00:00:00' })
  t.deepEqual(columns(withContext(['currentUrl'], alone), 'responses', 'status'), [['seen']])
  const newer = answering({ currentUrl: '/b', nps: 9 }, { last_shown_at: '2026-01-02 00:00:00' })
  const batch = withContext(['currentUrl'], alone, newer)
  t.deepEqual(columns(batch, 'response_context', 'value'), [['/b']])
  t.deepEqual(columns(batch, 'responses', 'status'), [['partial']])
})

test('a pattern is a text but for its stars, and takes whole keys in any case', (t) => {
  const isContext = contextKeys(['a.b', 'x*y', '[z]', '(', '\\d'])
  for (const key of ['a.b', 'A.B', 'xy', 'x\n1y', '[z]', '(', '\\d']) t.true(isContext(key), key)
  for (const key of ['aXb', 'a.bc', 'xyz', 'z', '5', '']) t.false(isContext(key), key)
})

test('what comes before anything was answered is told of each question', (t) => {
  const early = { triggered_event: 'Saw Survey' }
  const batch = flattened(
    event(early, { data: { cart: 5, nps: null, why: '' } }),
    event({}, { data: { cart: 5, nps: 9, why: 'x' }, first_data_reception_at: '2026-01-01' }),
  )
  t.deepEqual(sortedColumns(batch, 'questions', 'question', 'seen_before_answer'), [
    ['cart', true],
    ['nps', false],
    ['why', false],
  ])
})

test('questions and rows of a matrix have the last place that they were seen in', (t) => {
  const batch = flattened(
    answering({ zeta: 1, matrix: { speed: 1, design: 2 }, alpha: 1 }),
    answering({ zeta: 1, alpha: 1 }, { last_shown_at: '2026-01-01' }),
  )
  t.deepEqual(sortedColumns(batch, 'questions', 'question', 'body_position'), [
    ['alpha', 2],
    ['matrix', 1],
    ['zeta', 0],
  ])
  t.deepEqual(sortedColumns(batch, 'question_items', 'question', 'item', 'body_position'), [
    ['alpha', '', 0],
    ['matrix', 'design', 1],
    ['matrix', 'speed', 0],
    ['zeta', '', 0],
  ])
})

test('an item knows each kind of value that was ever sent, and whether a list of several was', (t) => {
  const batch = flattened(
    answering({ q: '9', day: '2026-05-03', list: ['a'], many: ['a', 'b'] }),
    answering({ q: 'N/A', day: '2026-05-03 10:00:00', list: 'b' }, { last_shown_at: '2026-01-01' }),
  )
  const kinds = ['seen_number', 'seen_date', 'seen_timestamp', 'seen_text', 'is_list', 'seen_several']
  t.deepEqual(sortedColumns(batch, 'question_items', 'question', ...kinds), [
    ['day', false, true, true, false, false, false],
    ['list', false, false, false, true, true, false],
    ['many', false, false, false, true, true, true],
    ['q', true, false, false, true, false, false],
  ])
})

test('a form has the attributes that its respondents had, and no others', (t) => {
  const batch = flattened(
    event(
      { attributes: { plan: 'pro', unset: null, blank: ' ' }, account: { uuid: 'a', attributes: { seats: 5 } } },
      {},
    ),
    event({ attributes: { elsewhere: 1 } }),
  )
  t.deepEqual(sortedColumns(batch, 'form_attributes', 'scope', 'name', 'seen_number', 'seen_text'), [
    ['account', 'seats', true, false],
    ['user', 'plan', false, true],
  ])
})

test('every name that a form, a segment or a tag had is kept', (t) => {
  const named = (name: string, at: string) =>
    event(
      { form: { uuid: 'f', name }, segments: [{ uuid: 's', name }], last_seen_at: at },
      { tags: [{ uuid: 't', name }] },
    )
  const batch = flattened(named('old', '2026-01-01'), named('new', '2026-01-02'))
  t.deepEqual(sortedColumns(batch, 'names', 'kind', 'uuid', 'name'), [
    ['form', 'f', 'new'],
    ['form', 'f', 'old'],
    ['segment', 's', 'new'],
    ['segment', 's', 'old'],
    ['tag', 't', 'new'],
    ['tag', 't', 'old'],
  ])
  t.deepEqual(columns(batch, 'forms', 'name'), [['new']])
})
