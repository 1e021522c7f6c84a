/** A backlog of sample events, through the buffer itself: many at once share a commit. */
import { createHash } from 'node:crypto'
import { sampleEvents } from '../src/samples/samples.ts'
import { openBuffer } from '../src/stores.ts'
import { configOf } from './product.ts'

const AT_ONCE = 1000

export async function fillBuffer(directory: string, count: number): Promise<void> {
  const buffer = openBuffer(configOf(directory))
  const began = Date.now() * 1000
  let previous: Promise<unknown> = Promise.resolve()
  let current: Promise<unknown>[] = []
  let made = 0
  for (const event of sampleEvents({ seed: 1, count, start: new Date('2026-01-01') })) {
    const body = Buffer.from(JSON.stringify(event))
    const id = createHash('sha256').update(body).digest('hex').slice(0, 32)
    current.push(buffer.append({ id, receivedAt: began + made++, source: 'webhook', body }))
    if (current.length < AT_ONCE) continue
    await previous
    previous = Promise.all(current)
    current = []
  }
  await Promise.all([previous, ...current])
  await buffer.close()
}
