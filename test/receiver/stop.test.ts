import test, { type ExecutionContext } from 'ava'
import { LIMITS } from '../support/buffers.ts'
import { event, request, running, SECRET, wire } from './with-receiver.ts'

/** A receiver whose buffer keeps every event waiting until `release`; `held` resolves once `count` wait. */
async function holding(t: ExecutionContext, count: number, grace = 60_000) {
  const gate = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  let waiting = 0
  t.teardown(gate.resolve)
  const door = await running(t, {
    limits: { grace },
    wrap: (inner) => ({
      ...inner,
      async append(arrived) {
        if (++waiting === count) held.resolve()
        await gate.promise
        return inner.append(arrived)
      },
    }),
  })
  return { ...door, held: held.promise, release: gate.resolve }
}

test('stopping answers every request that has begun, closes its connection, and what is answered is stored', async (t) => {
  const { receiver, buffer, stop, held, release } = await holding(t, 20)
  const senders = await Promise.all(Array.from({ length: 20 }, () => wire(t, receiver)))
  for (const [n, sender] of senders.entries()) sender.send(request(event({ n })))
  await held
  const stopped = stop()
  release()
  await stopped
  for (const sender of senders) {
    const answer = await sender.closed
    t.regex(answer, /^HTTP\/1.1 202 /)
    t.regex(answer, /Connection: close/i)
  }
  t.is((await buffer.nextBatch('duckdb', LIMITS))?.events.length, 20)
})

test('a request that comes on an open connection while it stops is answered 503 with Retry-After', async (t) => {
  const { receiver, get, buffer, stop, held, release } = await holding(t, 1)
  const late = await wire(t, receiver)
  const [head = '', body = ''] = request(event({ n: 2 })).split('\r\n\r\n')
  late.send(head)
  const first = await wire(t, receiver)
  first.send(request(event({ n: 1 })))
  await held
  await get('/health/live')
  const stopped = stop()
  late.send(`\r\n\r\n${body}`)
  const answer = await late.closed
  t.regex(answer, /^HTTP\/1.1 503 /)
  t.regex(answer, /Retry-After: \d+/i)
  t.regex(answer, /Connection: close/i)
  release()
  await stopped
  t.is((await buffer.stats()).received, 1)
})

test('stopping closes connections that are idle, new or half-open, and takes no new ones', async (t) => {
  const { receiver, stop } = await running(t)
  const [used, fresh, half] = await Promise.all([wire(t, receiver), wire(t, receiver), wire(t, receiver)])
  used.send(request(event()))
  await used.until(/ 202 /)
  half.send('POST /webhooks/refiner HTTP/1.1\r\n')
  await stop()
  t.regex(await used.closed, /202/)
  t.is(await fresh.closed, '')
  t.is(await half.closed, '')
  await t.throwsAsync(fetch(receiver.url))
})

test('a sender that does not end its body does not hold up stopping beyond the grace', async (t) => {
  const { receiver, buffer, stop } = await running(t, { limits: { grace: 20 } })
  const sender = await wire(t, receiver)
  sender.send(
    `POST /webhooks/refiner HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nX-Api-Key: ${SECRET}\r\nContent-Length: 9\r\n\r\n`,
  )
  await sender.until(/100 Continue/)
  await stop()
  t.notRegex(await sender.closed, / 202 /)
  t.is((await buffer.stats()).received, 0)
})

test('health is red while it stops', async (t) => {
  const { receiver, stop, held, release } = await holding(t, 1)
  const sender = await wire(t, receiver)
  const late = await wire(t, receiver)
  late.send('GET /health/ready HTTP/1.1\r\n')
  sender.send(request(event()))
  await held
  const stopped = stop()
  late.send('Host: x\r\n\r\n')
  t.regex(await late.closed, /^HTTP\/1.1 503 .*"check":"receiver","ok":false,"reason":"it is stopping/s)
  release()
  await stopped
})
