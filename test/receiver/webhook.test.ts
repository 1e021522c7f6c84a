import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import type { EventBuffer } from '../../src/buffer/buffer.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { LIMITS, OPTIONS } from '../support/buffers.ts'
import { BEARER, event, running, SECRET } from './with-receiver.ts'

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url))
const idOf = (body: string | Uint8Array) => createHash('sha256').update(body).digest('hex').slice(0, 32)

/** The bodies that were stored, in order. */
async function stored(buffer: EventBuffer): Promise<string[]> {
  return (await buffer.nextBatch('duckdb', LIMITS))?.events.map(({ body }) => body) ?? []
}

test('an event is stored as it was sent, then answered 202 with the id of its content; again it is a duplicate', async (t) => {
  const { post, buffer } = await running(t)
  const body = fixture('refiner-sample.json')
  const first = await post(body)
  t.is(first.status, 202)
  t.regex(first.headers.get('content-type') ?? '', /^application\/json/)
  t.deepEqual(first.json, { event_id: idOf(body), status: 'accepted' })
  t.deepEqual((await post(body)).json, { event_id: idOf(body), status: 'duplicate' })
  t.deepEqual(await stored(buffer), [body.toString()])
  t.like(await buffer.stats(), { received: 2, duplicate: 1, quarantined: 0 })
})

test('Content-Type is not trusted: any or none will do', async (t) => {
  const { post } = await running(t)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1']) {
    t.is((await post(event({ type }), { ...BEARER, 'content-type': type })).status, 202)
  }
})

test('malformed JSON is answered 400 with its place, and kept', async (t) => {
  const { post, buffer } = await running(t)
  const body = fixture('refiner-sample-as-printed.json.txt')
  const { status, json } = await post(body)
  t.is(status, 400)
  const error =
    'parse the body as JSON: line 13, column 29: found ","; no comma may follow the last property of an object; remove it'
  t.deepEqual(json, { error, line: 13, column: 29, found: ',', event_id: idOf(body), kept: true })
  t.like(await buffer.readQuarantined(idOf(body)), { reason: error, body: new Uint8Array(body), source: 'webhook' })
})

test('what does not fit the schema is answered 422 with the paths and words of zod, and kept', async (t) => {
  const { post, buffer } = await running(t)
  const body = event({ form: { name: 'x' } })
  const { status, json } = await post(body)
  t.is(status, 422)
  const message = 'Invalid input: expected string, received undefined'
  const error = `check the event: form.uuid: ${message}`
  t.deepEqual(json, { error, issues: [{ path: ['form', 'uuid'], message }], event_id: idOf(body), kept: true })
  t.is((await buffer.readQuarantined(idOf(body)))?.reason, error)
})

test('when the quarantine is full, the answer says that the body was not kept', async (t) => {
  const { post } = await running(t, { bufferOptions: { ...OPTIONS, quarantine: { items: 1, bytes: 1e6 } } })
  t.like((await post('{')).json, { kept: true })
  t.like((await post('[')).json, { kept: false })
  t.like((await post('{')).json, { kept: true })
})

test('an empty body is answered 400', async (t) => {
  const { post } = await running(t)
  t.like(await post(''), { status: 400, json: { kept: true } })
})

test('of an unknown sender nothing is kept', async (t) => {
  const { post, buffer } = await running(t)
  for (const body of [event(), '{', '{}']) t.is((await post(body, {})).status, 401)
  t.like(await buffer.stats(), { received: 0, quarantined: 0 })
})

test('a gzip body is stored inflated, and is the same event as the plain one', async (t) => {
  const { post, buffer } = await running(t)
  const body = event({ attributes: { text: 'x'.repeat(200_000) } })
  for (const encoding of ['gzip', 'x-gzip', 'GZIP']) {
    const { json } = await post(gzipSync(body), { ...BEARER, 'content-encoding': encoding })
    t.is(json?.['event_id'], idOf(body))
  }
  t.like((await post(body, { ...BEARER, 'content-encoding': 'identity' })).json, { status: 'duplicate' })
  t.deepEqual(await stored(buffer), [body])
})

test('gzip that was cut short or damaged is answered 400, and kept as it was sent', async (t) => {
  const { post, buffer } = await running(t)
  const whole = gzipSync(event())
  const damaged = Buffer.from(whole)
  damaged.fill(0xff, 12, 20)
  for (const body of [whole.subarray(0, whole.length - 9), damaged, Buffer.from(event()), Buffer.from('')]) {
    const { status, json } = await post(body, { ...BEARER, 'content-encoding': 'gzip' })
    t.like({ status, json }, { status: 400, json: { kept: true, event_id: idOf(body) } })
    t.deepEqual((await buffer.readQuarantined(idOf(body)))?.body, new Uint8Array(body))
  }
})

test('an encoding that is not taken is answered 415', async (t) => {
  const { post, buffer } = await running(t)
  for (const encoding of ['br', 'deflate', 'gzip, gzip', 'zstd']) {
    const { status, headers } = await post(event(), { ...BEARER, 'content-encoding': encoding })
    t.is(status, 415)
    t.is(headers.get('accept-encoding'), 'gzip, identity')
  }
  t.is((await buffer.stats()).received, 0)
})

test('a body of exactly the limit is accepted and one byte more is answered 413, plain, chunked or inflated', async (t) => {
  const limit = 5000
  const { post, receiver, buffer } = await running(t, { bodyLimit: limit })
  const exact = (seed: string) => event({ seed }).padEnd(limit)
  const gzip = { ...BEARER, 'content-encoding': 'gzip' }
  const chunked = async (text: string) => {
    const body = new Blob([text.slice(0, 100), text.slice(100)]).stream()
    return (await fetch(receiver.url, { method: 'POST', headers: BEARER, body, duplex: 'half' })).status
  }
  t.is((await post(exact('a'))).status, 202)
  t.is(await chunked(exact('b')), 202)
  t.is((await post(gzipSync(exact('c')), gzip)).status, 202)
  t.like(await post(`${exact('d')} `), {
    status: 413,
    json: { error: 'read the body: it is longer than 5000 bytes; raise BODY_LIMIT to take it' },
  })
  t.is(await chunked(`${exact('e')} `), 413)
  t.is((await post(gzipSync(`${exact('f')} `), gzip)).status, 413)
  t.is((await buffer.stats()).received, 3)
})

test('a gzip bomb is answered 413', async (t) => {
  const { post, buffer } = await running(t, { bodyLimit: 100_000 })
  const bomb = gzipSync(Buffer.alloc(50 * 2 ** 20))
  t.true(bomb.length < 100_000)
  t.is((await post(bomb, { ...BEARER, 'content-encoding': 'gzip' })).status, 413)
  t.is((await buffer.stats()).received, 0)
})

test('another path is answered 404 without repeating it, as it may hold the secret', async (t) => {
  const { post, get } = await running(t)
  for (const suffix of [`/${SECRET}/more`, `s/${SECRET}`]) {
    const { status, json, text } = await post(event(), {}, suffix)
    t.is(status, 404)
    t.regex(String(json?.['error']), /POST \/webhooks\/refiner$/)
    t.notRegex(text, new RegExp(SECRET))
  }
  t.is((await get('/nowhere')).status, 404)
})

test('another method is answered 405 with those that are allowed', async (t) => {
  const { get } = await running(t)
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
    const { status, headers } = await get('/webhooks/refiner', method)
    t.deepEqual([status, headers.get('allow')], [405, 'HEAD, OPTIONS, POST'])
  }
  const { status, headers } = await get('/stats', 'POST')
  t.deepEqual([status, headers.get('allow')], [405, 'GET, HEAD'])
})

for (const [kind, error] of [
  ['passing', new TransientError('store the event: the disk is full; make room')],
  ['lasting', new PermanentError('store the event: the file is read-only; let this user write to it')],
] as const) {
  test(`a ${kind} failure of the buffer is answered 503 with Retry-After, nothing is counted, and health shows it until a write succeeds`, async (t) => {
    let full = true
    const fail = () => {
      throw error
    }
    const { post, get, buffer, logged } = await running(t, {
      wrap: (inner) => ({
        ...inner,
        append: async (arrived) => (full ? fail() : inner.append(arrived)),
        quarantine: async (arrived, reason) => (full ? fail() : inner.quarantine(arrived, reason)),
      }),
    })
    for (const body of [event(), '{']) {
      const { status, headers } = await post(body)
      t.is(status, 503)
      t.true(Number(headers.get('retry-after')) > 0)
    }
    t.is((await buffer.stats()).received, 0)
    const red = await get('/health/ready')
    t.is(red.status, 503)
    t.true(red.text.includes(error.message))
    t.is(logged.filter((line) => line.includes(error.message)).length, 1)

    full = false
    t.is((await post(event())).status, 202)
    t.is((await get('/health/ready')).status, 200)
  })
}

test('a bug is answered 500, and the log tells its place but not its words', async (t) => {
  const { post, logged } = await running(t, {
    wrap: (inner) => ({
      ...inner,
      append: async () => {
        throw new TypeError('cannot read user@example.com')
      },
    }),
  })
  const { status, text } = await post(event())
  t.is(status, 500)
  t.notRegex(text, /example/)
  const line = logged.find((each) => each.includes('TypeError')) ?? ''
  t.regex(line, /an unexpected TypeError at test\/receiver\/webhook\.test\.ts:\d+/)
  t.notRegex(logged.join(), /example/)
})

test('neither the log nor an answer holds a secret or anything that was sent', async (t) => {
  const { post, get, logged, stop } = await running(t)
  const marker = 'PRIVATE'
  const bodies = [
    event({ email: marker }),
    `{"${marker}": ${marker}`,
    `{"uuid": {"${marker}": 1}}`,
    Buffer.concat([Buffer.from(marker), Buffer.from([0xff])]),
  ]
  const said: string[] = []
  for (const body of bodies) {
    for (const [headers, suffix] of [
      [BEARER, ''],
      [{ 'x-api-key': `${SECRET}${marker}` }, ''],
      [{ 'content-encoding': 'gzip' }, `?token=${SECRET}`],
      [{ 'content-encoding': marker }, `/${SECRET}`],
      [{}, `s?token=${SECRET}&${marker}`],
    ] as const) {
      const { text, headers: answered } = await post(body, headers, suffix)
      said.push(text, JSON.stringify([...answered]))
    }
  }
  for (const path of ['/', '/stats', '/health/ready', `/${marker}`]) said.push((await get(path)).text)
  await stop()
  t.true(logged.length > 0)
  for (const text of [...said, ...logged]) {
    t.notRegex(text, /PRIVATE/)
    t.false(text.includes(SECRET))
  }
})

test('an address that is taken is said with the way out', async (t) => {
  const { receiver } = await running(t)
  const port = Number(new URL(receiver.url).port)
  await t.throwsAsync(running(t, { port }), {
    instanceOf: PermanentError,
    message: `listen on 127.0.0.1:${port}: the port is in use; stop what listens there or set PORT`,
  })
})
