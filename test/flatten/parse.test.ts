import test from 'ava'
import fc from 'fast-check'
import { census, hasEscapedKey, lookAtColons } from '../../src/flatten/doubts.ts'
import { parseExactly } from '../../src/flatten/exact.ts'
import { parse } from '../../src/flatten/parse.ts'
import { cells, columns, event, flattened } from '../support/flattening.ts'
import { jsonObject } from '../support/json.ts'

const field = (number: string) => parse(`{"a":${number}}`)

test('numbers that a double cannot hold keep their digits as text', (t) => {
  const beyond = ['9007199254740993', '-12345678901234567890', '1e400', '-1E+400', '1e-400', '0.1234567890123456789']
  for (const number of beyond) {
    for (const space of ['', ' ', '\n']) {
      const { value, payload } = field(`${space}${number}${space}`)
      t.deepEqual(value, { a: number })
      t.is(payload, JSON.stringify({ a: number }))
    }
  }
})

test('numbers that a double holds stay numbers, and the body stays as it was sent', (t) => {
  const numbers = ['1', '-0.5', '1.0', '9007199254740992', '9007199254740991', '1e300', '0.10000000000000001', '0e999']
  for (const number of [...numbers, '1000000000000000.0', '100.000000000000000000']) {
    const { value, payload } = field(number)
    t.deepEqual(value, { a: Number(number) }, number)
    t.is(payload, `{"a":${number}}`)
  }
})

test('long digits inside text are left alone', (t) => {
  const body = '{"a": "12345678901234567890", "b": "x 12345678901234567890, 1e400, y", "12345678901234567890": 1}'
  t.is(parse(body).payload, body)
})

/** Where a number may stand, each by itself: what finds one place may miss another. */
const PLACES: readonly (readonly [before: string, after: string])[] = [
  ['[1,', ']'],
  ['[[{"x":[ ', ' ]}]]'],
  ['[{"in" : ', '}]'],
  ['{"in"\n:\t', '}'],
  ['', ''],
]

test('a number is found wherever it stands in the body', (t) => {
  fc.assert(
    fc.property(
      fc.nat({ max: 50 }),
      fc.nat({ max: 50 }),
      fc.constantFrom('9007199254740993', '1e999', '1234567890123456789.5'),
      fc.constantFrom('', '-'),
      fc.constantFrom(...PLACES),
      (a, b, digits, sign, [before, after]) => {
        const number = sign + digits
        const { value } = parse(`{"pad":"${'x'.repeat(a)}","at":${before}${number}${after},"after":"${'y'.repeat(b)}"}`)
        const expected: unknown = JSON.parse(`${before}"${number}"${after}`)
        t.deepEqual(value['at'], expected)
      },
    ),
  )
})

test('an escaped pair of surrogates is a character', (t) => {
  const body = '{"a":"\\ud83d\\ude00"}'
  t.deepEqual(parse(body), { value: { a: '😀' }, payload: body, rejected: [] })
})

test('a lone surrogate becomes U+FFFD, with a note of where and what it was', (t) => {
  const batch = flattened('{"uuid":"u","triggered_event":"e","email":"a\\ud800b","attributes":{"x":["\\udc00"]}}')
  t.deepEqual(columns(batch, 'users', 'email', 'attributes'), [['a\uFFFDb', '{"x":["\uFFFD"]}']])
  t.deepEqual(columns(batch, 'rejected_values', 'path', 'table_name', 'column_name', 'value'), [
    ['email', 'webhook_events', 'payload', '"a\\ud800b"'],
    ['attributes.x[0]', 'webhook_events', 'payload', '"\\udc00"'],
  ])
  const payload = String(cells(batch, 'webhook_events')[0]?.['payload'])
  t.deepEqual(JSON.parse(payload).email, 'a\uFFFDb')
})

test('keys that differ in their lone surrogates only stay apart', (t) => {
  const { value, rejected } = parse('{"\\ud800":1,"\\ud801":2,"\uFFFD":3,"\\udc00":{"__proto__":4}}')
  t.is(Object.keys(value).length, 4)
  t.deepEqual(Object.values(value).slice(0, 3), [1, 2, 3])
  t.deepEqual(JSON.stringify(Object.values(value)[3]), '{"__proto__":4}')
  t.true(Object.keys(value).every((key) => key.isWellFormed()))
  t.is(new Set(rejected.map(({ path }) => path)).size, 3)
})

test('a text that is made safe and then does not fit is noted once, as it was sent', (t) => {
  const batch = flattened('{"uuid":"u","triggered_event":"e","last_seen_at":"\\ud800"}')
  t.deepEqual(columns(batch, 'rejected_values', 'path', 'value'), [['last_seen_at', '"\\ud800"']])
})

test('a body without such values is kept byte for byte and read as it is', (t) => {
  fc.assert(
    fc.property(jsonObject, (sent) => {
      const safe = JSON.parse(JSON.stringify(sent).replaceAll(/\\u[dD][89a-fA-F]../g, '?'))
      const body = JSON.stringify(safe)
      const { value, payload, rejected } = parse(body)
      t.is(rejected.length, 0)
      t.is(JSON.stringify(value), payload)
      if (!/\d{16}|e[+-]?\d{3}/.test(body)) t.is(payload, body)
    }),
  )
})

// JSON.parse of V8 13.6 takes the second key of the second body for that of the first (nodejs/node#63785).
test('an escaped key is never taken for another one', (t) => {
  for (const escaped of ['\\\\', '\\n', '\\"', '\\u00e4', '\\/']) {
    for (const space of ['', ' ']) {
      const [[key] = []] = Object.entries(parse(`{"${escaped}"${space}: 1}`).value)
      t.is(key, JSON.parse(`"${escaped}"`))
      t.deepEqual(Object.keys(parse(`{"h":[],"\\\\":0}`).value), ['h', '\\'])
      t.deepEqual(Object.keys(parse(`{"h":1,"${escaped}"${space}:2}`).value), ['h', key])
    }
  }
})

test('of a key that is sent twice in an object the last value counts, in the payload too', (t) => {
  for (const [body, payload] of [
    ['{"a":1,"a":2}', '{"a":2}'],
    ['{"a":1, "b":{"c" :[{"d":1,"d"\n:{"e":3}}]}, "f":0}', '{"a":1,"b":{"c":[{"d":{"e":3}}]},"f":0}'],
    ['{"a":1,"\\u0061":2}', '{"a":2}'],
    ['{"a":{"b":1,"b":2},"a":3}', '{"a":3}'],
    ['{"__proto__":1,"__proto__":2}', '{"__proto__":2}'],
    ['{"a":"\\":1","a":2}', '{"a":2}'],
    ['{"":1,"":2}', '{"":2}'],
    ['{"a":{},"a":{}}', '{"a":{}}'],
    ['{"a":9007199254740993,"a":2}', '{"a":2}'],
    ['{"a":1,"a":"\\ud800"}', '{"a":"\uFFFD"}'],
  ] as const) {
    const parsed = parse(body)
    t.is(parsed.payload, payload, body)
    t.is(JSON.stringify(parsed.value), payload, body)
  }
})

test('a body that repeats no key stays as it was sent, whatever its texts and spaces', (t) => {
  for (const body of [
    '{ "a" : 1, "b"\t:\r\n{"a": {"a":[{"a":1},{"a":1}]}} }',
    '{"a":"{\\"a\\":1,\\"a\\":2}","b":": \\" :"}',
    '{"a":"10:00:00","A":2,"a ":3}',
    '{"1":1,"0":0}',
  ]) {
    t.is(parse(body).payload, body)
  }
})

test('only what holds a name too many is read exactly', (t) => {
  const may = (body: string) => lookAtColons(body).names > census(JSON.parse(body)).keys
  for (const body of ['{}', '{"a" :[{"b":"1:2"},{"b"\n:null}],"c":{"a":{}}}']) t.false(may(body), body)
  for (const body of ['{"a":1,"a":2}', '{"a":[{"b":{"c":1,"c" :2}}]}', '{"a":"\\":"}']) t.true(may(body), body)
})

test('a user whose id is sent twice is the same in every table and in the payload', (t) => {
  const batch = flattened('{"uuid":"first","triggered_event":"e","uuid":"last","attributes":{"x":1,"x":2}}')
  const [payload] = cells(batch, 'webhook_events').map((row) => String(row['payload']))
  t.is(payload, '{"uuid":"last","triggered_event":"e","attributes":{"x":2}}')
  t.deepEqual(columns(batch, 'webhook_events', 'user_uuid'), [['last']])
  t.deepEqual(columns(batch, 'users', 'user_uuid', 'attributes'), [['last', '{"x":2}']])
  t.deepEqual(columns(batch, 'user_attributes', 'value'), [['2']])
})

test('the exact reader reads what JSON.parse reads', (t) => {
  fc.assert(
    fc.property(jsonObject, fc.constantFrom(undefined, 1, '\t'), (sent, indent) => {
      const body = JSON.stringify(sent, null, indent)
      const { value, changed } = parseExactly(body)
      if (!changed) t.is(JSON.stringify(value, null, indent), body)
      t.deepEqual(Object.keys(value), Object.keys(sent))
    }),
    { numRuns: 1000 },
  )
})

test('a key counts as escaped wherever it stands, and a value never does', (t) => {
  for (const body of ['{"\\n":1}', '{"a":"\\\\","b\\"c"\n :{}}', '{"a":[{"x\\u0041":"\\""}]}'])
    t.true(hasEscapedKey(body), body)
  for (const body of ['{}', '{"a":"\\":\\"","b":1}', '{"a":["\\\\"],"b":"\\/"}']) t.false(hasEscapedKey(body), body)
})

test('a 20-digit attribute is lossless in its row and in the JSON cell', (t) => {
  const batch = flattened(
    JSON.stringify(event({ attributes: { id: 0 } })).replace('"id":0', '"id":12345678901234567890'),
  )
  t.deepEqual(columns(batch, 'user_attributes', 'value', 'value_number'), [['12345678901234567890', null]])
  t.deepEqual(columns(batch, 'users', 'attributes'), [['{"id":"12345678901234567890"}']])
})
