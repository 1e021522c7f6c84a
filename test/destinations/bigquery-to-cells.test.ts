import test from 'ava'
import { type AnswerField, cellOf } from '../../src/destinations/bigquery/to-cells.ts'

const cell = (type: string, value: unknown, more: Omit<AnswerField, 'type'> = {}) => cellOf({ type, ...more }, value)
const list = (...values: unknown[]) => values.map((v) => ({ v }))
const record = (...values: unknown[]) => ({ f: list(...values) })

test('whole numbers that a double does not hold are their digits', (t) => {
  t.is(cell('INTEGER', '9007199254740991'), 9_007_199_254_740_991)
  t.is(cell('INTEGER', '9007199254740992'), '9007199254740992')
  t.is(cell('INT64', '-9223372036854775808'), '-9223372036854775808')
})

test('doubles are exact in every form, and what is none is its word', (t) => {
  t.is(cell('FLOAT', '1.0E10'), 1e10)
  t.is(cell('FLOAT64', '5e-324'), 5e-324)
  t.is(cell('FLOAT', '0.1'), 0.1)
  t.is(cell('FLOAT', 'NaN'), 'NaN')
  t.is(cell('FLOAT', '-Infinity'), '-Infinity')
})

test('decimals are numbers up to 15 digits, else their digits', (t) => {
  t.is(cell('NUMERIC', '-123456789012.345'), -123_456_789_012.345)
  t.is(cell('NUMERIC', '0.1234567890123456'), '0.1234567890123456')
  t.is(cell('BIGNUMERIC', '12345678901234567890'), '12345678901234567890')
})

test('instants have six digits, also before 1970', (t) => {
  t.is(cell('TIMESTAMP', '1700000000123456'), '2023-11-14T22:13:20.123456Z')
  t.is(cell('TIMESTAMP', '-1'), '1969-12-31T23:59:59.999999Z')
  t.is(cell('TIMESTAMP', '0'), '1970-01-01T00:00:00.000000Z')
  t.is(cell('TIMESTAMP', '253402300799999999'), '9999-12-31T23:59:59.999999Z')
})

test('booleans, days, texts and null', (t) => {
  t.deepEqual([cell('BOOLEAN', 'true'), cell('BOOL', 'false')], [true, false])
  t.is(cell('DATE', '2026-11-01'), '2026-11-01')
  t.is(cell('STRING', ''), '')
  for (const type of ['STRING', 'INTEGER', 'TIMESTAMP', 'RECORD', 'JSON']) t.is(cell(type, null), null)
})

test('lists are joined, and an empty one is none', (t) => {
  t.is(cell('STRING', list('a', 'b, c'), { mode: 'REPEATED' }), 'a, b, c')
  t.is(cell('TIMESTAMP', list('0'), { mode: 'REPEATED' }), '1970-01-01T00:00:00.000000Z')
  t.is(cell('STRING', [], { mode: 'REPEATED' }), null)
})

test('what is nested is JSON text', (t) => {
  const fields = [
    { name: 'a', type: 'INTEGER' },
    { name: 'b', type: 'STRING', mode: 'REPEATED' },
    { name: 'c', type: 'JSON' },
  ]
  const value = record('9007199254740993', list('x', 'y'), '{"d":[null]}')
  const json = '{"a":9007199254740993,"b":["x","y"],"c":{"d":[null]}}'
  t.is(cell('RECORD', value, { fields }), json)
  t.is(cell('RECORD', list(value, value), { fields, mode: 'REPEATED' }), `[${json},${json}]`)
  t.is(cell('JSON', '{"d":[null]}'), '{"d":[null]}')
})
