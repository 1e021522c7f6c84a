import test from 'ava'
import { LIMITS } from '../support/buffers.ts'
import { event, request, running, SECRET, wire } from './with-receiver.ts'

const SHORT = { headers: 50, request: 100, check: 10 }
const HEADERS_SHORT = { headers: 50, request: 600_000, check: 10, silence: 600_000 }
const HEAD = `POST /webhooks/refiner HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\n`

for (const [who, begin, limits] of [
  ['that says nothing', '', HEADERS_SHORT],
  ['that does not end its headers', HEAD, HEADERS_SHORT],
  ['that does not send its body', `${HEAD}Content-Length: 100\r\n\r\n`, SHORT],
  ['that does not end its body', `${HEAD}Content-Length: 100\r\n\r\n{"uuid":`, SHORT],
  ['that does not end a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n10\r\n{"uuid"`, SHORT],
  ['that is unknown and sends on', 'POST /webhooks/refiner HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{', SHORT],
] as const) {
  test(`a sender ${who} is cut off, and nothing is kept`, async (t) => {
    const { receiver, buffer } = await running(t, { limits })
    const sender = await wire(t, receiver)
    sender.send(begin)
    t.notRegex(await sender.closed, /^HTTP\/1.1 2/)
    t.is((await buffer.stats()).received, 0)
  })
}

test('a sender is told for how long its connection stays open without a request', async (t) => {
  const { post } = await running(t, { limits: { idle: 7000 } })
  t.is((await post(event())).headers.get('keep-alive'), 'timeout=7')
})

test('a connection that is not used any more is closed', async (t) => {
  const { receiver } = await running(t, { limits: { idle: 10, check: 10 } })
  const sender = await wire(t, receiver)
  sender.send(request(event()))
  t.regex(await sender.closed, /^HTTP\/1.1 202 /)
})

test('a connection without a byte in either direction is closed', async (t) => {
  const { receiver } = await running(t, { limits: { silence: 20 } })
  const sender = await wire(t, receiver)
  sender.send(HEAD)
  t.is(await sender.closed, '')
})

test('more connections than the limit are turned away', async (t) => {
  const { receiver } = await running(t, { limits: { connections: 1 } })
  const first = await wire(t, receiver)
  first.send(request(event()))
  await first.until(/^HTTP\/1.1 202 /)
  t.is(await (await wire(t, receiver)).closed, '')
})

test('connections that say nothing keep nobody out: of too many, the oldest of them goes', async (t) => {
  const { receiver, post } = await running(t, { limits: { connections: 3, headers: 600_000, request: 600_000 } })
  const served = await wire(t, receiver)
  served.send(request(event()))
  await served.until(/^HTTP\/1.1 202 /)
  const [first, second] = [await wire(t, receiver), await wire(t, receiver)]
  const fresh = await wire(t, receiver)
  t.is(await first.closed, '')
  fresh.send(request(event({ n: 1 })))
  await fresh.until(/^HTTP\/1.1 202 /)
  t.is((await post(event({ n: 2 }))).status, 202)
  t.is(await second.closed, '')
  served.send(request(event({ n: 3 })))
  await served.until(/(HTTP\/1.1 202 .*){2}/s)
})

test('who has not ended its first request goes before who has, and after who has said nothing', async (t) => {
  const { receiver } = await running(t, { limits: { connections: 2, headers: 600_000, request: 600_000 } })
  const slow = await wire(t, receiver)
  slow.send(`${HEAD}Content-Length: 100\r\nExpect: 100-continue\r\n\r\n{`)
  await slow.until(/100 Continue/)
  const silent = await wire(t, receiver)
  const third = await wire(t, receiver)
  t.is(await silent.closed, '')
  third.send(request(event()))
  await third.until(/^HTTP\/1.1 202 /)
  const fourth = await wire(t, receiver)
  await slow.closed
  fourth.send(request(event({ n: 1 })))
  await fourth.until(/^HTTP\/1.1 202 /)
  t.pass()
})

test('who waits for the answer to a whole request keeps its place', async (t) => {
  const [begun, stored] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { receiver } = await running(t, {
    limits: { connections: 1 },
    wrap: (inner) => ({
      ...inner,
      append(given) {
        begun.resolve()
        return stored.promise.then(() => inner.append(given))
      },
    }),
  })
  const waiting = await wire(t, receiver)
  waiting.send(request(event()))
  await begun.promise
  const other = await wire(t, receiver)
  t.is(await other.closed, '')
  stored.resolve()
  await waiting.until(/^HTTP\/1.1 202 /)
})

test('an absolute URL in the request line is taken for its path', async (t) => {
  const { receiver } = await running(t)
  const sender = await wire(t, receiver)
  const absolute = (at: string, n: number) => request(event({ n })).replace('POST ', `POST ${at}`)
  sender.send(absolute('http://example.com', 1) + absolute('HTTPS://example.com:8443', 2))
  const answers = await sender.until(/(HTTP\/1.1 \d.*){2}}$/s)
  t.deepEqual(answers.match(/(?<=HTTP\/1.1 )\d+/g), ['202', '202'])
  sender.send(
    'GET http://example.com HTTP/1.1\r\nHost: x\r\n\r\nGET http://example.com?a=b HTTP/1.1\r\nHost: x\r\n\r\n',
  )
  await sender.until(/This is refiner-warehouse.*This is refiner-warehouse/s)
})

test('a sender that goes away in the middle leaves nothing and is no error', async (t) => {
  const { receiver, get, buffer, logged } = await running(t)
  const sender = await wire(t, receiver)
  sender.send(`${HEAD}Expect: 100-continue\r\nContent-Length: 100\r\n\r\n{"uuid":`)
  await sender.until(/100 Continue/)
  sender.breakOff()
  await sender.closed
  while (!logged.some((line) => line.includes('the sender went away'))) t.is((await get('/health/live')).status, 200)
  t.is((await buffer.stats()).received, 0)
  t.deepEqual(
    logged.filter((line) => JSON.parse(line).level >= 40),
    [],
  )
})

test('a sender may wait to be told to continue', async (t) => {
  const { receiver } = await running(t)
  const sender = await wire(t, receiver)
  const body = event()
  sender.send(`${HEAD}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`)
  await sender.until(/^HTTP\/1.1 100 Continue\r\n\r\n$/)
  sender.send(body)
  await sender.until(/HTTP\/1.1 202 /)
  t.pass()
})

test('requests on one connection are answered in their order, good and bad', async (t) => {
  const { receiver, buffer } = await running(t)
  const sender = await wire(t, receiver)
  const [a, b] = [event({ n: 1 }), event({ n: 2 })]
  sender.send(request(a) + request('{') + request(b) + request('{}') + request(a))
  const answers = await sender.until(/(HTTP.*){5}}$/s)
  t.deepEqual(answers.match(/(?<=HTTP\/1.1 )\d+/g), ['202', '400', '202', '422', '202'])
  t.regex(answers, /"duplicate"}$/)
  const batch = await buffer.nextBatch('duckdb', LIMITS)
  t.deepEqual(
    batch?.events.map(({ body }) => body),
    [a, b],
  )
})

test('a body may come in chunks of any size', async (t) => {
  const { receiver, buffer } = await running(t)
  const sender = await wire(t, receiver)
  const body = event({ text: 'é😀' })
  sender.send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
  for (const byte of Buffer.from(body)) sender.send(Buffer.from([49, 13, 10, byte, 13, 10]))
  sender.send('0\r\n\r\n')
  await sender.until(/HTTP\/1.1 202 /)
  t.is((await buffer.nextBatch('duckdb', LIMITS))?.events[0]?.body, body)
})

test('who is refused before the body is read gets the answer, whatever still comes, and the connection lives on', async (t) => {
  const { receiver, post } = await running(t, { bodyLimit: 100_000 })
  const long = 'x'.repeat(700_000)
  t.is((await post(long, {})).status, 401)
  t.is((await post(long)).status, 413)
  const sender = await wire(t, receiver)
  sender.send(
    `POST /webhooks/refiner HTTP/1.1\r\nHost: x\r\nContent-Length: ${long.length}\r\n\r\n${long}${request(event())}`,
  )
  t.regex(await sender.until(/HTTP\/1.1 202 /), /^HTTP\/1.1 401 /)
})

test('who is refused and does not stop sending is cut off', async (t) => {
  const { receiver } = await running(t, { bodyLimit: 1000 })
  for (const head of [HEAD, 'POST /webhooks/refiner HTTP/1.1\r\nHost: x\r\n']) {
    const sender = await wire(t, receiver)
    sender.send(`${head}Content-Length: ${2 ** 31}\r\n\r\n`)
    await sender.until(/HTTP\/1.1 4/)
    const more = setInterval(() => sender.send('x'.repeat(1000)), 1)
    const answer = await sender.closed
    clearInterval(more)
    t.regex(answer, /^HTTP\/1.1 4(01|13) /)
  }
})

test('what is no HTTP is answered 400 and cut off', async (t) => {
  const { receiver } = await running(t)
  const sender = await wire(t, receiver)
  sender.send('\x16\x03\x01\x02\x00\x01\x00\r\n\r\n')
  t.regex(await sender.closed, /^HTTP\/1.1 400 /)
})
