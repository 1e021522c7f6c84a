/** The data folder is taken away from a running server: it says so, and acknowledges nothing that nobody finds again. */
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { z } from 'zod'
import { openExistingBuffer } from '../src/stores.ts'
import { event } from './receiver/with-receiver.ts'
import { configOf, folder, NEVER, startProduct } from './support/process.ts'

const stats = z.looseObject({ received: z.int() })

/** Of a folder that a server had. */
async function receivedInto(dataDir: string): Promise<number> {
  const buffer = openExistingBuffer(configOf(dataDir, NEVER))
  try {
    return (await buffer.stats()).received
  } finally {
    await buffer.close()
  }
}

const ways: Readonly<Record<string, (dataDir: string) => Promise<unknown>>> = {
  'the folder is moved': (dataDir) => rename(dataDir, `${dataDir}-old`),
  'the folder is moved and another made': (dataDir) => rename(dataDir, `${dataDir}-old`).then(() => mkdir(dataDir)),
  'the folder is deleted': (dataDir) => rm(dataDir, { recursive: true }),
  'the buffer is deleted': (dataDir) => rm(join(dataDir, 'buffer.sqlite')),
}

for (const [way, lose] of Object.entries(ways)) {
  test(`events are refused and health is red at once when ${way}`, async (t) => {
    const dataDir = join(await folder(t), 'data')
    const product = await startProduct(t, dataDir, NEVER)
    t.is((await product.post(event({ n: 1 }))).status, 202)
    await lose(dataDir)
    const health = await product.get('/health')
    t.is(health.status, 503)
    t.regex(
      health.body,
      /"check":"buffer","ok":false,"reason":"[^"]*was moved or deleted while it was open; put it back/,
    )
    for (let n = 2; n < 20; n++) t.is((await product.post(event({ n }))).status, 503)
    t.is((await product.get('/stats')).status, 503)
  })
}

test('a folder that is put back is used again, with every event that was acknowledged', async (t) => {
  const dataDir = join(await folder(t), 'data')
  const product = await startProduct(t, dataDir, NEVER)
  await product.post(event({ n: 1 }))
  await rename(dataDir, `${dataDir}-old`)
  t.is((await product.post(event({ n: 2 }))).status, 503)
  await rename(`${dataDir}-old`, dataDir)
  t.is((await product.post(event({ n: 2 }))).status, 202)
  t.is((await product.get('/health')).status, 200)
  t.like(stats.parse(JSON.parse((await product.get('/stats')).body)), { received: 2 })
  product.kill('SIGTERM')
  await product.ended
  t.is(await receivedInto(dataDir), 2)
})

test('a lock that is deleted is told, as another server could begin', async (t) => {
  const dataDir = join(await folder(t), 'data')
  const product = await startProduct(t, dataDir, NEVER)
  await rm(join(dataDir, 'server.lock'))
  const health = await product.get('/health')
  t.is(health.status, 503)
  t.regex(health.body, /"check":"receiver","ok":false,"reason":"[^"]*server\.lock was moved or deleted/)
  t.is((await product.post(event())).status, 202)
})
