/** HEAD and OPTIONS on the webhook path, by which some senders try an address before they save it. */
import { createHmac } from 'node:crypto'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { BEARER, event, type Running, running, SECRET, wire } from './with-receiver.ts'

const METHODS = ['HEAD', 'OPTIONS']

const probe = ({ receiver }: Running, method: string, headers: Record<string, string>, suffix = '') =>
  fetch(receiver.url + suffix, { method, headers })

async function countsNothing(t: ExecutionContext, { buffer }: Running): Promise<void> {
  t.like(await buffer.stats(), { received: 0, duplicate: 0, quarantined: 0 })
}

test('a probe by a known sender is answered 204 without a body, and nothing is stored or counted', async (t) => {
  const server = await running(t)
  for (const method of METHODS) {
    for (const [headers, suffix] of [
      [BEARER, ''],
      [{ 'x-api-key': SECRET }, ''],
      [{}, `?token=${SECRET}`],
      [{}, `/${SECRET}`],
    ] as const) {
      const response = await probe(server, method, headers, suffix)
      t.deepEqual([response.status, response.headers.get('allow')], [204, 'HEAD, OPTIONS, POST'])
      t.is(await response.text(), '')
    }
  }
  await countsNothing(t, server)
})

test('a probe by an unknown sender is refused as its POST would be, and the log counts it', async (t) => {
  const server = await running(t)
  const posted = await server.post(event(), {})
  for (const method of METHODS) {
    const response = await probe(server, method, {})
    t.deepEqual([response.status, response.headers.get('www-authenticate')], [401, 'Bearer'])
    t.is(await response.text(), method === 'HEAD' ? '' : posted.text)
    t.is((await probe(server, method, { 'x-api-key': `${SECRET}x` })).status, 401)
  }
  await server.stop()
  const refused = server.logged.flatMap((line) => JSON.parse(line).refused?.['401'] ?? [])
  t.is(
    refused.reduce((sum, count) => sum + count, 0),
    5,
  )
  await countsNothing(t, server)
})

test('where bodies are signed, a probe signs its own, which is empty as a rule', async (t) => {
  const server = await running(t, { auth: { kind: 'hmac', header: 'x-signature' } })
  const signed = (body: string) => ({ 'x-signature': createHmac('sha256', SECRET).update(body).digest('hex') })
  for (const method of METHODS) {
    t.is((await probe(server, method, signed(''))).status, 204)
    t.is((await probe(server, method, signed(event()))).status, 401)
    t.is((await probe(server, method, {})).status, 401)
    t.is((await probe(server, method, BEARER)).status, 401)
  }
  await countsNothing(t, server)
})

test('the body of a probe is not kept, and is bounded as any other', async (t) => {
  const server = await running(t, { bodyLimit: 100 })
  const { receiver } = server
  for (const [body, status] of [
    [event(), 204],
    ['x'.repeat(101), 413],
  ] as const) {
    const { send, until } = await wire(t, receiver)
    const headers = `Host: x\r\nAuthorization: Bearer ${SECRET}\r\nContent-Length: ${body.length}\r\n`
    send(`OPTIONS /webhooks/refiner HTTP/1.1\r\n${headers}\r\n${body}`)
    t.regex(await until(/\r\n\r\n/), new RegExp(`^HTTP/1.1 ${status} `))
  }
  await countsNothing(t, server)
})
