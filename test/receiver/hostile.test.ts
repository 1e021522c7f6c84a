import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import fc from 'fast-check'
import { drain, LIMITS } from '../support/buffers.ts'
import { jsonObject, jsonValue } from '../support/json.ts'
import { BEARER, event, type Running, running } from './with-receiver.ts'

const idOf = (body: Uint8Array) => createHash('sha256').update(body).digest('hex').slice(0, 32)

/** Sends a body, plain or as gzip. Answers the status once what was kept reads back as sent; anything else is an error. */
async function sendAndReadBack({ post, buffer }: Running, text: string | Uint8Array, gzip = false): Promise<number> {
  const body = Buffer.from(text)
  const { status, json } = gzip
    ? await post(gzipSync(body), { ...BEARER, 'content-encoding': 'gzip' })
    : await post(body)
  if (json?.['event_id'] !== idOf(body)) throw new Error(`${status}: another id`)
  if (status === 202) {
    const batch = await buffer.nextBatch('duckdb', { ...LIMITS, events: 1e6 })
    const stored = batch?.events.find(({ id }) => id === idOf(body))
    if (json['status'] === 'accepted' && (stored === undefined || !body.equals(Buffer.from(stored.body)))) {
      throw new Error('accepted, and does not read back as sent')
    }
    await drain(buffer, 'duckdb')
  } else {
    const kept = await buffer.readQuarantined(idOf(body))
    if (kept === undefined || !body.equals(kept.body)) throw new Error(`${status}: not kept as sent`)
  }
  return status
}

const LONG = 'k'.repeat(300)
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
const attributes = (json: string) => `{"uuid":"u","triggered_event":"t","attributes":${json}}`

const BODIES: readonly [name: string, body: string | Uint8Array, status: number][] = [
  [
    'names that mean something elsewhere',
    attributes('{"__proto__":1,"constructor":{"prototype":{}},"toString":1,"select":1,"":1}'),
    202,
  ],
  [
    'emoji, quotes and newlines as names',
    attributes(JSON.stringify({ '😀': 1, '"\'`': 1, 'a\nb\r\n': 1, '; drop table': 1 })),
    202,
  ],
  ['a __proto__ at the top', `{"__proto__":{"uuid":1},"uuid":"u","triggered_event":"t"}`, 202],
  ['the same name twice', '{"uuid":"a","uuid":"b","triggered_event":"t"}', 202],
  [
    '10,000 names',
    event({ attributes: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n])) }),
    202,
  ],
  ['names of 300 characters', event({ attributes: { [LONG]: LONG, [`${LONG}2`]: { [LONG]: 1 } } }), 202],
  ['100 levels', attributes(deep(99)), 202],
  ['101 levels', attributes(deep(100)), 422],
  ['100,000 levels', deep(100_000), 422],
  ['100,000 levels that never close', '['.repeat(100_000), 400],
  ['integers beyond a double', attributes('{"a":12345678901234567890123,"b":-0,"c":1e400,"d":0.1e-400}'), 202],
  ['lone surrogates as escapes', attributes('{"\\ud800":"\\udfff\\ud83d"}'), 202],
  ['NUL as an escape', attributes('{"a\\u0000":"\\u0000"}'), 202],
  ['NUL as it is', attributes('{"a":"\u0000"}'), 400],
  ['a text of 1 MB', event({ email: 'é'.repeat(2 ** 19) }), 202],
  ['a number of 1 MB', attributes('9'.repeat(2 ** 20)), 202],
  ['space around it', ` \r\n\t${event()}\n\n`, 202],
  ['invalid UTF-8', Buffer.concat([Buffer.from('{"uuid":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]), 400],
  ['a surrogate in UTF-8', Buffer.concat([Buffer.from('"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"')]), 400],
  ['UTF-16', Buffer.from(event(), 'utf16le'), 400],
  ['a byte order mark of UTF-16', `\ufeff${event()}`.replace('\ufeff', '\ufffe'), 400],
  ['a byte order mark in the middle', ` \ufeff${event()}`, 400],
  ['a byte order mark before no event', '\ufeff{', 400],
  ['no body', '', 400],
]

for (const [name, body, expected] of BODIES) {
  test(`${name}: ${expected}, and what is kept reads back as sent`, async (t) => {
    const door = await running(t)
    t.is(await sendAndReadBack(door, body), expected)
    t.is(await sendAndReadBack(door, body, true), expected)
  })
}

test('whatever is sent is answered 202, 400 or 422 and reads back as sent', async (t) => {
  const door = await running(t, {
    bufferOptions: {
      consumers: ['duckdb'],
      retention: { days: 30, bytes: 1e9 },
      quarantine: { items: 1e6, bytes: 1e9 },
    },
  })
  const whole = jsonObject.map((more) => event({ attributes: more, ...more }))
  const cut = fc.tuple(whole, fc.nat()).map(([text, at]) => text.slice(0, at % text.length))
  const body = fc.oneof(
    whole,
    jsonValue.map((value) => JSON.stringify(value)),
    cut,
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 50 }),
  )
  const answered = new Set<number>()
  await fc.assert(
    fc.asyncProperty(body, fc.boolean(), async (text, gzip) => {
      const status = await sendAndReadBack(door, text, gzip)
      answered.add(status)
      return [202, 400, 422].includes(status)
    }),
    { numRuns: 400 },
  )
  t.deepEqual(
    [...answered].toSorted((a, b) => a - b),
    [202, 400, 422],
  )
})
