import test from 'ava'
import { KINDS, widestOf } from '../../schemas/catalog-records.ts'
import { parseTime, timeOfMicros } from '../../src/flatten/time.ts'
import { isBlank, typed, typeOf } from '../../src/flatten/value.ts'

const typesOf = (sent: string | number | boolean) => {
  const { number, boolean, timestamp } = typed(sent)
  return number ?? boolean ?? timestamp
}

test('JSON numbers and plain decimals are numbers', (t) => {
  for (const [sent, number] of [
    ['9', 9],
    ['0', 0],
    ['-3.5', -3.5],
    ['10.50', 10.5],
    ['-0', 0],
    [7, 7],
    [-0, 0],
    [1e300, 1e300],
    ['9007199254740992', 2 ** 53],
    ['-9007199254740992', -(2 ** 53)],
  ] as const) {
    t.is(typesOf(sent), number, String(sent))
  }
})

test('what is no plain decimal, or no double holds, is no number', (t) => {
  const beyond = ['9007199254740993', '-9007199254740993', '12345678901234567890', '9'.repeat(400)]
  const other = ['007', '1e5', '+1', ' 9', '9 ', '0x1F', '', '-', '.5', '5.', '1,5', '1.2.3', 'NaN', '٣', '9\n']
  for (const sent of [...beyond, ...other]) {
    t.is(typesOf(sent), null, sent)
    t.is(typed(sent).value, sent)
  }
})

test('booleans are true and false, in lower case', (t) => {
  t.is(typesOf(true), true)
  t.is(typesOf('false'), false)
  t.is(typed(false).value, 'false')
  for (const sent of ['True', 'FALSE', 'yes', 't']) t.is(typesOf(sent), null)
})

test('ISO 8601 dates and date-times become UTC with microseconds', (t) => {
  for (const [sent, time] of [
    ['2022-10-12T02:05:55.000000Z', '2022-10-12T02:05:55.000000Z'],
    ['2020-09-02 21:53:33', '2020-09-02T21:53:33.000000Z'],
    ['2020-02-29', '2020-02-29T00:00:00.000000Z'],
    ['2000-02-29T00:00', '2000-02-29T00:00:00.000000Z'],
    ['2020-01-01T00:00:00.123456789Z', '2020-01-01T00:00:00.123456Z'],
    ['2020-01-01T00:00:00.1', '2020-01-01T00:00:00.100000Z'],
    ['2020-01-01T00:30:00+01:00', '2019-12-31T23:30:00.000000Z'],
    ['2020-01-01T00:30:00.9999999-0230', '2020-01-01T03:00:00.999999Z'],
    ['2020-01-01T00:30:00+05', '2019-12-31T19:30:00.000000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
  ] as const) {
    t.is(parseTime(sent), time, sent)
    if (sent.length > 10) t.is(typesOf(sent), time, sent)
    else t.like(typed(sent), { date: sent, timestamp: null })
  }
})

test('what no calendar or clock has is no time', (t) => {
  const normal = ['2021-02-29T00:00:00.000000Z', '1900-02-29T00:00:00.000000Z', '0000-01-01T00:00:00.000000Z']
  const clock = ['2020-01-01T24:00:00.000000Z', '2020-01-01T00:60:00.000000Z', '2020-01-01T00:00:60.000000Z']
  const shape = [
    '2020-01-01T00:00:00.00000xZ',
    '2020-13-01',
    '2020-00-10',
    '2020-01-00',
    '2020-04-31',
    '20200101',
    '2020',
  ]
  const other = ['2020-1-1', '2020-01-01T', '2020-01-01T10', '2020-01-01Z', '12/31/2020', 'today', '', '2020-01-01\n']
  const range = ['0001-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00', '2020-01-01T00:00:00+24:00']
  for (const sent of [...normal, ...clock, ...shape, ...other, ...range]) {
    t.is(parseTime(sent), null, sent)
    t.is(typesOf(sent), sent === '2020' ? 2020 : sent === '20200101' ? 20200101 : null, sent)
  }
})

test('arrivals keep their microseconds', (t) => {
  t.is(timeOfMicros(1_735_689_600_000_007), '2025-01-01T00:00:00.000007Z')
  t.is(timeOfMicros(1_735_689_600_999_999), '2025-01-01T00:00:00.999999Z')
  t.is(timeOfMicros(0), '1970-01-01T00:00:00.000000Z')
})

test('one kind of values is the type of all, several are text, and none is none', (t) => {
  t.is(widestOf(KINDS.number), 'number')
  t.is(widestOf(KINDS.number | KINDS.boolean), 'text')
  t.is(widestOf(KINDS.date), 'date')
  t.is(widestOf(0), null)
  t.is(typeOf(''), null)
  t.is(typeOf('2026-05-03'), 'date')
  t.is(typeOf('2026-05-03T00:00:00Z'), 'timestamp')
  t.is(typeOf(null), null)
  t.is(typeOf(['1']), 'text')
})

test('white space alone is blank, whatever kind of space', (t) => {
  for (const blank of ['', ' ', '\t\n\r\f', '\u00a0', '\u2003\u3000', '\u2028'])
    t.true(isBlank(blank), JSON.stringify(blank))
  for (const filled of ['a', ' a ', '-', '\u200b', '0', '\0']) t.false(isBlank(filled), JSON.stringify(filled))
})
