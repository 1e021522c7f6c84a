import { hash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { verify } from '../scripts/torture/verify.ts'
import { sampleEvents } from '../src/samples/samples.ts'
import { openBuffer } from '../src/stores.ts'
import { ALWAYS, configOf, folder, NEVER, type Product, run, startProduct, until } from './support/process.ts'

const bodies = (count: number) =>
  [...sampleEvents({ seed: 2, count, start: new Date(Date.UTC(2026, 0, 5)) })].map((event) => JSON.stringify(event))

/** Ids of the events that are answered 202 until the receiver is gone. The first answer is told. */
async function sendAll(product: Product, count: number, onFirst: () => void): Promise<string[]> {
  const acknowledged: string[] = []
  await Promise.all(
    bodies(count).map(async (body) => {
      const answer = await product.post(body).catch(() => undefined)
      if (answer?.status !== 202) return
      acknowledged.push(hash('sha256', body, 'hex').slice(0, 32))
      if (acknowledged.length === 1) onFirst()
    }),
  )
  return acknowledged
}

async function loadAndVerify(t: ExecutionContext, dataDir: string, acknowledged: readonly string[]): Promise<number> {
  const { code, errors } = await run(t, 'scripts/load.ts', { dataDir })
  t.is(code, 0, errors)
  const config = configOf(dataDir)
  const buffer = openBuffer(config)
  try {
    return (await verify(config, buffer, acknowledged)).events
  } finally {
    await buffer.close()
  }
}

test('stopped while requests are in flight, it exits by 0 and has every event that it acknowledged', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, NEVER)
  const acknowledged = await sendAll(product, 400, () => product.kill('SIGTERM'))
  t.is((await product.ended).code, 0)
  t.true(acknowledged.length > 0)
  t.true((await loadAndVerify(t, dataDir, acknowledged)) >= acknowledged.length)
})

test('stopped as soon as it says that it receives, it exits by 0', async (t) => {
  const product = await startProduct(t, await folder(t), NEVER)
  product.kill('SIGTERM')
  t.is((await product.ended).code, 0)
})

test('a second signal ends it at once, and loses nothing that was acknowledged', async (t) => {
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, NEVER)
  const acknowledged = await sendAll(product, 50, () => {})
  t.is(acknowledged.length, 50)
  // A request that has begun and does not end keeps the first signal waiting.
  const { hostname, port } = new URL(product.url)
  const socket = connect(Number(port), hostname).on('error', () => {})
  socket.write(`POST /webhooks/refiner HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n`)
  await once(socket, 'data')
  product.kill('SIGTERM')
  await product.said(/"stopping;/)
  product.kill('SIGTERM')
  const { signal, output } = await product.ended
  socket.destroy()
  t.is(signal, 'SIGTERM')
  t.notRegex(output, /"stopped"/)
  t.is(await loadAndVerify(t, dataDir, acknowledged), 50)
})

test('stopped while it loads, it exits by 0, and the next start loads the rest exactly once', async (t) => {
  const dataDir = await folder(t)
  const env = { ...ALWAYS, BATCH_MAX_EVENTS: '5' }
  const config = configOf(dataDir, env)
  const buffer = openBuffer(config)
  try {
    const acknowledged = bodies(200).map((body, at) => ({
      id: hash('sha256', body, 'hex').slice(0, 32),
      receivedAt: Date.now() * 1000 + at,
      source: 'webhook' as const,
      body: Buffer.from(body),
    }))
    await Promise.all(acknowledged.map((event) => buffer.append(event)))
    const first = await startProduct(t, dataDir, env)
    await first.said(/"msg":"loaded"/)
    first.kill('SIGTERM')
    t.is((await first.ended).code, 0)
    const { loaded = 0, pending = 0 } = (await buffer.stats()).consumers['duckdb'] ?? {}
    t.true(loaded > 0)
    t.true(pending > 0)

    const second = await startProduct(t, dataDir, env)
    await until(async () => ((await buffer.stats()).consumers['duckdb']?.pending === 0 ? true : undefined))
    second.kill('SIGTERM')
    t.is((await second.ended).code, 0)
    t.deepEqual(
      await verify(
        config,
        buffer,
        acknowledged.map(({ id }) => id),
      ),
      { events: 200 },
    )
  } finally {
    await buffer.close()
  }
})
