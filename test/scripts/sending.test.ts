import test from 'ava'
import { sendAll } from '../../scripts/sending.ts'
import { freePort, listen } from '../support/listen.ts'

interface Rest {
  readonly secret?: string
  readonly rate?: number
  readonly onAnswer?: () => void
  readonly signal?: AbortSignal
}

function send(url: string, count: number, rest: Rest = {}) {
  const { secret, rate, onAnswer = () => {}, signal = new AbortController().signal } = rest
  return sendAll({ url, bodies: numbered(count), secret, rate, onAnswer, signal })
}

function* numbered(count: number) {
  for (let number = 0; number < count; number++) yield { number }
}

test('every answer is counted as what it is, and the first refusal is kept', async (t) => {
  let requests = 0
  let answers = 0
  const url = await listen(t, (_, response) => {
    const [code, body] =
      (
        [
          [202, '{"event_id": "a1", "status": "accepted"}'],
          [202, '{"event_id":"a1","status":"duplicate"}'],
          [422, 'no'],
        ] as const
      )[requests++ % 3] ?? []
    response.writeHead(code ?? 500).end(body)
  })
  const sent = await send(url, 99, { onAnswer: () => answers++ })
  t.deepEqual(sent, { accepted: 33, duplicate: 33, failed: 33, refusal: '422 no', eventId: 'a1' })
  t.is(answers, 99)
})

test('a 503 is sent again when the receiver says so, and a broken connection too', async (t) => {
  let requests = 0
  const url = await listen(t, (request, response) => {
    requests++
    if (requests === 1) response.writeHead(503, { 'retry-after': '0' }).end()
    else if (requests === 2) request.socket.destroy()
    else response.writeHead(202).end('{"status":"accepted"}')
  })
  t.like(await send(url, 10), { accepted: 10, failed: 0 })
  t.is(requests, 12)
})

test('the secret goes along, and a refused one ends the sending', async (t) => {
  const url = await listen(t, (request, response) => {
    const right = request.headers.authorization === 'Bearer right'
    response.writeHead(right ? 202 : 401).end('{"status":"accepted"}')
  })
  t.like(await send(url, 3, { secret: 'right' }), { accepted: 3 })
  await t.throwsAsync(send(url, 3, { secret: 'wrong' }), { message: /refuses the secret; .*--secret/ })
})

test('where nothing listens, the error says how to start it', async (t) => {
  const port = await freePort()
  await t.throwsAsync(send(`http://127.0.0.1:${port}/`, 3), {
    message: /nothing listens there; start it with npm start/,
  })
  await t.throwsAsync(send(`http://localhost:${port}/`, 3), {
    message: /nothing listens there; start it with npm start/,
  })
})

test('an address that takes no events is said after the first answers, with the one that does', async (t) => {
  for (const status of [403, 404, 405]) {
    let requests = 0
    const url = await listen(t, (_, response) => {
      requests++
      response.writeHead(status).end()
    })
    await t.throwsAsync(send(url, Number.POSITIVE_INFINITY), {
      message: `send to ${url}: it takes no events there (${status}); give the address that npm start logs, such as ${url}/webhooks/refiner`,
    })
    t.true(requests <= 32)
  }
})

test('at a signal the sending ends: between two events, amid one that is not answered, and before it is tried again', async (t) => {
  for (const [rate, answer] of [
    [0.001, 202],
    [undefined, undefined],
    [undefined, 503],
  ] as const) {
    const stopping = new AbortController()
    const url = await listen(t, (_, response) => {
      if (answer !== undefined) response.writeHead(answer, { 'retry-after': '1000' }).end('{"status":"accepted"}')
      if (answer !== 202) stopping.abort()
    })
    const onAnswer = () => stopping.abort()
    const sent = await send(url, Number.POSITIVE_INFINITY, { ...(rate && { rate }), onAnswer, signal: stopping.signal })
    t.like(sent, { accepted: answer === 202 ? 1 : 0, failed: 0, refusal: null })
  }
})

test('an event whose time has come is not waited for', async (t) => {
  const warnings: Error[] = []
  const hear = (warning: Error) => warnings.push(warning)
  process.on('warning', hear)
  t.teardown(() => process.off('warning', hear))
  const url = await listen(t, (_, response) => response.writeHead(202).end('{"status":"accepted"}'))
  t.like(await send(url, 100, { rate: 1e6 }), { accepted: 100 })
  t.deepEqual(warnings, [])
})
