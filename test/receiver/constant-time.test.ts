import { createHmac } from 'node:crypto'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import test from 'ava'
import type { Credentials } from '../../src/receiver/places.ts'
import { createSenderCheck } from '../../src/receiver/sender.ts'

/** The lengths of what timingSafeEqual compares while `work` runs. */
function compared(work: () => void): number[] {
  const crypto: typeof import('node:crypto') = createRequire(import.meta.url)('node:crypto')
  const original = crypto.timingSafeEqual
  const lengths: number[] = []
  crypto.timingSafeEqual = (a, b) => {
    lengths.push(a.byteLength)
    return original(a, b)
  }
  syncBuiltinESMExports()
  try {
    work()
  } finally {
    crypto.timingSafeEqual = original
    syncBuiltinESMExports()
  }
  return lengths
}

const SECRETS = ['the-first-secret', 'the-second-secret-is-longer']
const request = (headers: Credentials['headers']): Credentials => ({ headers, query: '', segment: '' })

test('a secret is compared by digest, in constant time, with every secret, whichever fits', (t) => {
  const check = createSenderCheck(SECRETS, { kind: 'bearer' })
  for (const secret of [...SECRETS, 'x', 'the-first-secreT', 'x'.repeat(10_000)]) {
    const sent = request({ authorization: `Bearer ${secret}` })
    t.deepEqual(
      compared(() => check.beforeBody(sent)),
      [32, 32],
    )
  }
})

test('so is a signature', (t) => {
  const check = createSenderCheck(SECRETS, { kind: 'hmac', header: 'x-signature' })
  const body = Buffer.from('{}')
  for (const secret of [...SECRETS, 'another']) {
    const sent = request({ 'x-signature': createHmac('sha256', secret).update(body).digest('hex') })
    t.deepEqual(
      compared(() => check.afterBody(sent, body)),
      [32, 32],
    )
  }
})
