import test from 'ava'
import { sendAll } from '../../scripts/sending.ts'
import { freePort, listen } from '../support/listen.ts'

const send = (url: string, count: number, rest: { secret?: string; rate?: number; onAnswer?: () => void } = {}) => {
  const bodies = Array.from({ length: count }, (_, number) => ({ number }))
  return sendAll({ url, bodies, secret: rest.secret, rate: rest.rate, onAnswer: rest.onAnswer ?? (() => {}) })
}

test('every answer is counted as what it is, and the first refusal is kept', async (t) => {
  let requests = 0
  let answers = 0
  const url = await listen(t, (_, response) => {
    const [code, body] =
      (
        [
          [202, '{"status": "accepted"}'],
          [202, '{"status":"duplicate"}'],
          [422, 'no'],
        ] as const
      )[requests++ % 3] ?? []
    response.writeHead(code ?? 500).end(body)
  })
  const sent = await send(url, 99, { onAnswer: () => answers++ })
  t.deepEqual(sent, { accepted: 33, duplicate: 33, failed: 33, refusal: '422 no' })
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
