import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { LIMITS } from '../support/buffers.ts'
import { BEARER, event, running } from './with-receiver.ts'

const idOf = (body: string | Uint8Array) => createHash('sha256').update(body).digest('hex').slice(0, 32)

const MARK = Buffer.from('\ufeff')

test('a byte order mark before an event is ignored, plain or compressed: it is the event without it', async (t) => {
  const { post, buffer } = await running(t)
  const gzip = { ...BEARER, 'content-encoding': 'gzip' }
  const [first, second] = [event(), event({ email: 'ö' })]
  const marked = (text: string) => Buffer.concat([MARK, Buffer.from(text)])
  t.deepEqual((await post(marked(first))).json, { event_id: idOf(first), status: 'accepted' })
  t.deepEqual((await post(second)).json, { event_id: idOf(second), status: 'accepted' })
  for (const text of [first, second]) {
    const again = { event_id: idOf(text), status: 'duplicate' }
    t.deepEqual((await post(text)).json, again)
    t.deepEqual((await post(marked(text))).json, again)
    t.deepEqual((await post(gzipSync(marked(text)), gzip)).json, again)
  }
  const { events } = (await buffer.nextBatch('duckdb', LIMITS)) ?? { events: [] }
  t.deepEqual(
    events.map(({ body }) => body),
    [first, second],
  )
})

test('a body that is no event is kept with its byte order mark', async (t) => {
  const { post, buffer } = await running(t)
  const body = Buffer.concat([MARK, Buffer.from('{')])
  t.like(await post(body), { status: 400, json: { line: 1, column: 2, event_id: idOf(body) } })
  t.deepEqual((await buffer.readQuarantined(idOf(body)))?.body, new Uint8Array(body))
})
