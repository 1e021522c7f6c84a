/** One event makes so many rows and no more; what is beyond stays whole in JSON, and is told. */
import test from 'ava'
import { contextKeys } from '../../src/flatten/context.ts'
import { flatten } from '../../src/flatten/flatten.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { cells, columns, event, stored } from '../support/flattening.ts'

const MOST = 100

function flattened(...bodies: readonly object[]): RowBatch {
  const events = bodies.map((body, at) => stored(body, at + 1))
  const options = { isContext: contextKeys([]), maxValues: MOST }
  return flatten({ id: 'b-1-1', follows: null, firstSeq: 1, lastSeq: events.length, events }, options)
}

const times = <T>(count: number, each: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => each(at))
const named = (count: number) => Object.fromEntries(times(count, (at) => [`name ${at}`, at]))
const rowsOf = (batch: RowBatch) =>
  Object.entries(batch.rows).flatMap(([table, rows]) => (rows.length > 1 ? [`${table}: ${rows.length}`] : []))

/** Bodies with one value more than the limit, by where it stands. */
const tooMany: Readonly<Record<string, object>> = {
  'response.data': event({}, { data: { choices: times(MOST + 1, String) } }),
  attributes: event({ attributes: named(MOST + 1) }),
  'account.attributes': event({ account: { uuid: 'a', attributes: named(MOST + 1) } }),
  segments: event({ segments: times(MOST + 1, (at) => ({ uuid: `s${at}`, name: 'S' })) }),
  'response.tags': event({}, { tags: times(MOST + 1, (at) => ({ uuid: `t${at}`, name: 'T' })) }),
}

for (const [path, body] of Object.entries(tooMany)) {
  test(`${path} beyond the limit makes no rows, is told, and is whole in the payload`, (t) => {
    const batch = flattened(body)
    t.deepEqual(rowsOf(batch), [])
    t.deepEqual(columns(batch, 'rejected_values', 'path', 'value', 'reason'), [
      [
        path,
        `"${MOST + 1} values, see webhook_events.payload"`,
        `is more than MAX_VALUES_PER_EVENT (${MOST}) allows; no rows are made of it`,
      ],
    ])
    t.deepEqual(columns(batch, 'webhook_events', 'payload'), [[JSON.stringify(body)]])
  })
}

test('what is beyond the limit stays in the JSON columns', (t) => {
  const attributes = named(MOST + 1)
  const data = { matrix: named(MOST + 1) }
  const one = flattened(event({ attributes }, { data }))
  const two = flattened(event({ account: { uuid: 'a', attributes } }))
  t.deepEqual(columns(one, 'users', 'attributes'), [[JSON.stringify(attributes)]])
  t.deepEqual(columns(one, 'respondents', 'attributes'), [[JSON.stringify(attributes)]])
  t.deepEqual(columns(one, 'responses', 'answers', 'status'), [[JSON.stringify(data), 'partial']])
  t.deepEqual(columns(two, 'accounts', 'attributes'), [[JSON.stringify(attributes)]])
})

/** As many values as the limit allows, of each kind of row that they make. */
const justEnough: Readonly<Record<string, object>> = {
  choices: { q: times(MOST, String) },
  questions: named(MOST),
  'places of a matrix': { q: named(MOST) },
  'empty lists': { q: Object.fromEntries(times(MOST, (at) => [`name ${at}`, []])) },
  nulls: { q: times(MOST, () => null) },
}

for (const [kind, data] of Object.entries(justEnough)) {
  test(`at the limit, all ${kind} become rows`, (t) => {
    const batch = flattened(event({ project_uuid: 'x'.repeat(3 * MOST) }, { data }))
    t.deepEqual(cells(batch, 'rejected_values'), [])
    const more = flattened(event({ project_uuid: 'x'.repeat(3 * MOST) }, { data: { ...data, more: 1 } }))
    t.deepEqual(columns(more, 'rejected_values', 'path'), [['response.data']])
  })
}

test('what stands first in an event makes rows, and what comes beyond the limit does not', (t) => {
  const batch = flattened(event({ attributes: named(60) }, { data: { q: times(60, String) }, tags: [{ uuid: 't' }] }))
  t.is(batch.rows.user_attributes.length, 60)
  t.is(batch.rows.response_answers.length, 0)
  t.is(batch.rows.response_tags.length, 1)
})

test('an event beyond the limit takes nothing from those beside it', (t) => {
  const small = event({ uuid: 'other', attributes: named(3) }, { uuid: 'r', data: { q: 9 } })
  const batch = flattened(event({}, { data: { choices: times(5 * MOST, String) } }), small)
  t.is(batch.rows.response_answers.length, 1)
  t.is(batch.rows.user_attributes.length, 3)
})

test('a newer state beyond the limit leaves no rows of the older one', (t) => {
  const at = (day: number, data: object) => event({}, { last_data_reception_at: `2025-01-0${day} 10:00:00`, data })
  const batch = flattened(at(1, { q: 1 }), at(2, { q: times(MOST + 1, String) }))
  t.is(batch.rows.response_answers.length, 0)
})

test('texts that are made safe are listed up to a thousand', (t) => {
  const data = { q: times(3000, () => '\ud800') }
  const batch = flattened(event({}, { data }))
  t.true(batch.rows.rejected_values.length <= 1002)
  t.true(columns(batch, 'rejected_values', 'value').some(([value]) => String(value).includes('more of them follow')))
})
