import test from 'ava'
import fc from 'fast-check'
import type { JsonValue } from '../../schemas/records.ts'
import type { Row, Table } from '../../schemas/spec.ts'
import { eventTables } from '../../schemas/tables.ts'
import { MAX_DEPTH } from '../../schemas/webhook.ts'
import { leavesOf } from '../../src/flatten/answers.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { isBlank } from '../../src/flatten/value.ts'
import { columns, event, flattened } from '../support/flattening.ts'
import { jsonObject, jsonValue } from '../support/json.ts'

/** What is wrong with rows as such; nothing in a good batch. */
function faults(batch: RowBatch): string[] {
  const rows: Readonly<Record<string, readonly Row[]>> = batch.rows
  return Object.values<Table>(eventTables).flatMap((table) => {
    const { name } = table
    const all = Object.entries(table.columns)
    const keys = new Set<string>()
    return (rows[name] ?? []).flatMap((row) => {
      const key = JSON.stringify(table.key.map((column) => row[all.findIndex(([known]) => known === column)]))
      const twice = keys.has(key) ? [`${name} has ${key} twice`] : []
      keys.add(key)
      const wrong = all.filter(([, { type, required }], at) => !fits(row[at], type, required))
      const width = row.length === all.length ? [] : [`${name} has ${row.length} cells`]
      return [...twice, ...width, ...wrong.map(([column]) => `${name}.${column} of ${key}`)]
    })
  })
}

function fits(cell: unknown, type: string, required: boolean): boolean {
  if (cell === null) return !required
  if (type === 'boolean') return typeof cell === 'boolean'
  if (type === 'number') return Number.isFinite(cell)
  if (type === 'integer') return Number.isSafeInteger(cell)
  if (typeof cell !== 'string' || !cell.isWellFormed()) return false
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(cell)
  if (type === 'timestamp') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(cell)
  return type !== 'json' || JSON.parse(cell) !== undefined
}

const identifier = fc.constantFrom('a', 'b', '__proto__', 'constructor', '\ud800', '\0')
const items = fc.oneof(
  jsonValue,
  fc.array(fc.record({ uuid: fc.oneof(identifier, jsonValue), name: jsonValue, created_at: jsonValue }), {
    maxLength: 4,
  }),
)
const anything = fc.oneof(jsonValue, jsonObject, fc.constantFrom('2022-01-01 10:00:00', '2022-01-01T10:00:00+02:00'))
const fields = (...names: string[]) => Object.fromEntries(names.map((name) => [name, anything]))
const times = ['first_shown_at', 'last_shown_at', 'first_data_reception_at', 'last_data_reception_at', 'completed_at']

/** Whatever the door accepts. */
const body = fc.record(
  {
    uuid: identifier,
    triggered_event: identifier,
    ...fields(
      'project_uuid',
      'remote_id',
      'email',
      'display_name',
      'first_seen_at',
      'last_seen_at',
      'attributes',
      'extra',
    ),
    segments: items,
    account: fc.record({ uuid: fc.oneof(identifier, jsonValue), ...fields('domain', 'last_seen_at', 'attributes') }),
    form: fc.record({ uuid: identifier, name: anything }),
    response: fc.record(
      { uuid: identifier, ...fields(...times, 'show_counter', 'data'), tags: items },
      { requiredKeys: ['uuid'] },
    ),
  },
  { requiredKeys: ['uuid', 'triggered_event'] },
)

test('whatever is accepted becomes rows that fit their tables, one per key, and always the same', (t) => {
  fc.assert(
    fc.property(fc.array(body, { maxLength: 5 }), (bodies) => {
      const batch = flattened(...bodies)
      t.deepEqual(faults(batch), [])
      t.is(batch.rows.webhook_events.length, bodies.length)
      t.deepEqual(flattened(...bodies), batch)
    }),
    { numRuns: 500 },
  )
})

const sentText = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value))

test('no value is lost: answers and attributes say what was sent', (t) => {
  const safe = jsonObject.map((sent): Record<string, JsonValue> => JSON.parse(wellFormed(JSON.stringify(sent))))
  fc.assert(
    fc.property(safe, safe, (data, attributes) => {
      const batch = flattened(event({ attributes }, { data }))
      const answers = columns(batch, 'response_answers', 'question', 'item', 'choice', 'value')
      t.deepEqual(
        answers,
        leavesOf(data)
          .filter(({ sent }) => typeof sent !== 'string' || !isBlank(sent))
          .map(({ question, item, choice, sent }) => [question, item, choice, String(sent)]),
      )
      const set = Object.entries(attributes).filter(([, value]) => value !== null)
      t.deepEqual(
        columns(batch, 'user_attributes', 'name', 'value'),
        set.map(([name, value]) => [name, sentText(value)]),
      )
      t.deepEqual(columns(batch, 'responses', 'answers'), [[JSON.stringify(data)]])
      t.deepEqual(columns(batch, 'users', 'attributes'), [[JSON.stringify(attributes)]])
    }),
    { numRuns: 500 },
  )
})

/** Without numbers that become text; those have tests of their own. */
const wellFormed = (json: string) =>
  json.replaceAll(/\\u[dD][89a-fA-F]../g, '?').replaceAll(/-?[\d.]{16,}(?:e[+-]?\d+)?|-?[\d.]+e[+-]?\d+/g, '1')

test('values nested a hundred deep are answers like others', (t) => {
  for (const [open, close, item] of [
    ['[', ']', /^(?:\[0\])+$/],
    ['{"k":', '}', /^k(?:\.k)+$/],
  ] as const) {
    const depth = MAX_DEPTH - 3
    const batch = flattened(
      JSON.stringify(event({}, { data: { q: 0 } })).replace(
        '"q":0',
        `"q":${open.repeat(depth)}"x"${close.repeat(depth)}`,
      ),
    )
    const [[found, value] = []] = columns(batch, 'response_answers', 'item', 'value')
    t.regex(String(found), item)
    t.is(value, 'x')
    t.deepEqual(faults(batch), [])
  }
})

test('five thousand keys, and keys of 300 characters, each make their row', (t) => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`${at}`.padStart(300, 'k'), at]))
  const batch = flattened(event({ attributes: many }, { data: many }))
  t.is(batch.rows.user_attributes.length, 5000)
  t.is(batch.rows.response_answers.length, 5000)
  t.is(batch.rows.questions.length, 5000)
  t.is(faults(batch).length, 0)
})

test('a megabyte of digits, or of bad segments, takes no more than a look at each', (t) => {
  const digits = '7'.repeat(1_000_000)
  const broken = Object.fromEntries(Array.from({ length: 9000 }, (_, at) => [`s${at}`, at]))
  const batch = flattened(event({ remote_id: digits, email: `x ${digits} y`, segments: broken }))
  t.deepEqual(columns(batch, 'users', 'remote_id'), [[digits]])
  t.is(batch.rows.rejected_values.length, 9000)
})

test('names of the language reach no prototype', (t) => {
  const hostile = '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}'
  const sent = JSON.stringify(event({ attributes: 0 }, { data: 0 })).replace(
    '"attributes":0',
    `"attributes":${hostile}`,
  )
  const batch = flattened(sent.replace('"data":0', `"data":${hostile}`))
  t.is(Object.getOwnPropertyDescriptor(Object.prototype, 'polluted'), undefined)
  t.deepEqual(columns(batch, 'response_answers', 'question', 'item', 'value'), [
    ['__proto__', 'polluted', 'yes'],
    ['constructor', 'prototype.polluted', 'yes'],
  ])
  t.deepEqual(columns(batch, 'users', 'attributes'), [[hostile]])
})
