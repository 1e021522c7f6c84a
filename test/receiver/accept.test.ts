import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { z } from 'zod'
import { checkBody } from '../../src/receiver/accept.ts'
import { jsonValue } from '../support/json.ts'
import { event } from './with-receiver.ts'

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url))
const check = (text: string) => checkBody(Buffer.from(text))

const issuesSchema = z.array(z.strictObject({ path: z.array(z.string()), message: z.string() }))

/** The issues of a body that does not fit, as `path: message`. */
function issuesOf(text: string): string[] {
  const checked = check(text)
  if (checked.ok || checked.status !== 422) return [`not 422: ${JSON.stringify(checked)}`]
  return issuesSchema.parse(checked.details['issues']).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

/** An event of so many levels, itself the first. */
const nested = (levels: number, open: string, close: string) =>
  `{"uuid":"u","triggered_event":"t","x":${open.repeat(levels - 1)}${open === '[' ? '' : '1'}${close.repeat(levels - 1)}}`

test("the vendor's sample is refused as printed, at its trailing comma, and accepted without it", (t) => {
  t.deepEqual(checkBody(fixture('refiner-sample-as-printed.json.txt')), {
    ok: false,
    status: 400,
    reason:
      'parse the body as JSON: line 13, column 29: found ","; no comma may follow the last property of an object; remove it',
    details: { line: 13, column: 29, found: ',' },
  })
  t.deepEqual(checkBody(fixture('refiner-sample.json')), { ok: true })
})

test('an event needs a user and a trigger, and nothing else', (t) => {
  t.deepEqual(check(event()), { ok: true })
  t.deepEqual(issuesOf('{}'), [
    'uuid: Invalid input: expected string, received undefined',
    'triggered_event: Invalid input: expected string, received undefined',
  ])
  t.deepEqual(issuesOf(event({ uuid: '', triggered_event: 7 })), [
    'uuid: Too small: expected string to have >=1 characters',
    'triggered_event: Invalid input: expected string, received number',
  ])
})

test('a form, response or account may be absent, null or the [] of PHP, and else is an object with its uuid', (t) => {
  for (const part of ['form', 'response', 'account']) {
    t.deepEqual(check(event({ [part]: null })), { ok: true })
    t.deepEqual(check(event({ [part]: [] })), { ok: true })
    t.deepEqual(check(event({ [part]: { uuid: 'x', more: [1] } })), { ok: true })
    t.deepEqual(issuesOf(event({ [part]: [1] })), [`${part}: Invalid input: expected object, received array`])
    t.deepEqual(issuesOf(event({ [part]: 'x' })), [`${part}: Invalid input: expected object, received string`])
  }
  t.deepEqual(check(event({ account: {} })), { ok: true })
  t.deepEqual(issuesOf(event({ form: {}, response: { uuid: 1 } })), [
    'form.uuid: Invalid input: expected string, received undefined',
    'response.uuid: Invalid input: expected string, received number',
  ])
})

test('of a key that is sent twice the last value is checked, as it is the one that is loaded', (t) => {
  const sent = (...uuids: readonly string[]) => `{"triggered_event":"e",${uuids.join()},"form":1,"form":[]}`
  t.deepEqual(check(sent('"uuid":7', '"uuid":"u"')), { ok: true })
  t.deepEqual(check(sent('"uuid":null', '"\\u0075uid":"u"')), { ok: true })
  const issue = 'uuid: Invalid input: expected string, received number'
  t.deepEqual(issuesOf(sent('"uuid":"u"', '"uuid":7')), [issue])
  t.deepEqual(issuesOf(sent('"uuid":"u"', '"uu\\u0069d":7')), [issue])
})

test('only an object is an event', (t) => {
  for (const text of ['null', '1', '"x"', 'true', '[]']) t.regex(issuesOf(text)[0] ?? '', /: expected object, received/)
})

test('what stands under __proto__ is not taken for the event', (t) => {
  t.is(issuesOf(`{"__proto__":${event()}}`).length, 2)
})

for (const [open, close] of [
  ['[', ']'],
  ['{"a":', '}'],
] as const) {
  test(`a body of ${open} may be nested 100 levels deep and not 101`, (t) => {
    t.deepEqual(check(nested(100, open, close)), { ok: true })
    t.deepEqual(issuesOf(nested(101, open, close)), [': Invalid input: nested more than 100 levels deep'])
    t.is(check(nested(200_000, open, close)).ok, false)
  })
}

test('many brackets side by side are not deep', (t) => {
  t.deepEqual(check(event({ attributes: { list: Array.from({ length: 500 }, () => [{}]) } })), { ok: true })
})

test('what is not UTF-8 is refused with the offset at which it stops being it', (t) => {
  const prefix = Buffer.from('{"a":"ö😀')
  for (const bad of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
    t.like(checkBody(Buffer.concat([prefix, Buffer.from(bad), Buffer.from('"}')])), {
      status: 400,
      details: { offset: prefix.length },
    })
  }
  const cut = Buffer.from('"😀').subarray(0, 4)
  const checked = checkBody(cut)
  t.is(checked.ok ? 0 : checked.status, 400)
})

test('an empty body is refused, also one of a byte order mark alone', (t) => {
  for (const body of ['', '\ufeff']) {
    t.like(check(body), {
      status: 400,
      reason: 'parse the body as JSON: the body is empty; send the event as JSON',
    })
  }
})

test('one byte order mark of UTF-8 may come before an event, and nowhere else; one of UTF-16 is refused', (t) => {
  t.deepEqual(check(`\ufeff${event()}`), { ok: true })
  t.deepEqual(check(`\ufeff \n${event()}`), { ok: true })
  for (const text of [`\ufeff\ufeff${event()}`, ` \ufeff${event()}`, `${event()}\ufeff`]) {
    t.like(check(text), { status: 400, details: { line: 1, found: 'U+FEFF' } })
  }
  t.like(check('\ufeff{\n"a":}'), { status: 400, details: { line: 2, column: 5, found: '}' } })
  const little = Buffer.from(`\ufeff${event()}`, 'utf16le')
  const big = Buffer.from(little).swap16()
  for (const body of [little, big]) {
    const reason = 'parse the body as JSON: the bytes at offset 0 are not UTF-8; send the text encoded in UTF-8'
    t.deepEqual(checkBody(body), { ok: false, status: 400, reason, details: { offset: 0 } })
  }
  t.like(checkBody(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0xff])), { status: 400, details: { offset: 4 } })
})

test('a view into a larger memory is checked by itself', (t) => {
  const whole = Buffer.from(`[[${event()}]]`)
  t.deepEqual(checkBody(new Uint8Array(whole.buffer, whole.byteOffset + 2, whole.length - 4)), { ok: true })
})

test('a refusal repeats nothing of the body but one character', (t) => {
  const marker = 'Q7'
  const broken = fc
    .tuple(jsonValue, fc.nat(), fc.constantFrom(',', ':', '"', '}', ']', '\\', '\n'))
    .map(([value, place, sign]) => {
      const text = JSON.stringify({
        [marker]: [marker, { [marker]: value }],
        uuid: [marker],
        form: marker,
        response: { uuid: { [marker]: 1 } },
      })
      const at = place % text.length
      return place % 2 === 0 ? text : text.slice(0, at) + sign + text.slice(at)
    })
  fc.assert(
    fc.property(broken, (text) => {
      const checked = check(text)
      return !checked.ok && !JSON.stringify(checked).includes(marker)
    }),
    { numRuns: 1000 },
  )
  t.pass()
})
