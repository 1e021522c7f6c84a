import { readFile } from 'node:fs/promises'
import test from 'ava'
import { cells, columns, flattened } from '../support/flattening.ts'

const sample = await readFile(new URL('../fixtures/refiner-sample.json', import.meta.url), 'utf8')

test("the vendor's sample becomes one row of each subject, and all of its answers, tags, segments and attributes", (t) => {
  const batch = flattened(sample)
  const counts = Object.fromEntries(Object.entries(batch.rows).map(([table, rows]) => [table, rows.length]))
  t.deepEqual(counts, {
    responses: 1,
    response_answers: 2,
    response_none_chosen: 0,
    response_context: 0,
    response_tags: 1,
    respondents: 1,
    respondent_segments: 4,
    users: 1,
    user_attributes: 5,
    user_segments: 4,
    accounts: 1,
    account_attributes: 0,
    forms: 1,
    questions: 2,
    question_items: 2,
    attributes: 5,
    form_attributes: 5,
    segments: 4,
    tags: 1,
    names: 6,
    webhook_events: 1,
    rejected_values: 0,
  })
  t.deepEqual(columns(batch, 'responses', 'status', 'created_on', 'first_shown_at', 'show_counter'), [
    ['partial', '2022-04-27', '2022-04-27T17:04:27.000000Z', null],
  ])
  t.deepEqual(columns(batch, 'response_answers', 'question', 'item', 'choice', 'value', 'value_number'), [
    ['nps', '', 0, '9', 9],
    ['something', '', 0, 'else', null],
  ])
  t.true(columns(batch, 'user_segments', 'segment_uuid').flat().includes('0611f7b0-9f60-11ea-9826-e14c34c4cf0'))
  t.deepEqual(columns(batch, 'questions', 'question', 'value_type', 'is_list'), [
    ['nps', 'number', false],
    ['something', 'text', false],
  ])
  t.is(cells(batch, 'webhook_events')[0]?.['payload'], sample)
})

test('versions are fixed-width parts joined by a bar, source time first', (t) => {
  const batch = flattened(sample)
  const arrival = '20250101000000000001|00000000000000000000000000000001'
  t.deepEqual(columns(batch, 'responses', 'row_version', 'answers_version', 'tags_version'), [
    Array.from({ length: 3 }, () => `20220427170427000000|1|000002|20200915075348000000|${arrival}`),
  ])
  t.deepEqual(columns(batch, 'respondents', 'row_version'), [
    ['20220427170427000000|79749898999999999998|fffffffffffffffffffffffffffffffe'],
  ])
  t.deepEqual(columns(batch, 'users', 'row_version'), [[`20220427170427000000|${arrival}`]])
})
