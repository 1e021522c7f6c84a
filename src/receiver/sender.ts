/**
 * Who sent a request. How long a comparison takes tells nothing of a secret: digests are compared, of equal length, in
 * constant time, and always with every secret. No result of one is remembered, as looking it up would take a time that tells.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { WebhookAuth } from '../config/schema.ts'
import { type Credentials, placesOf } from './places.ts'

/** Each says why the sender is not known, in a sentence without any secret; null: known as far as this step can tell. */
export interface SenderCheck {
  beforeBody(request: Credentials): string | null
  /** For signatures. @param body as sent, before it is inflated */
  afterBody(request: Credentials, body: Uint8Array): string | null
}

/** @param secrets any of them is good; without one, every sender is known */
export function createSenderCheck(secrets: readonly string[], auth: WebhookAuth): SenderCheck {
  if (secrets.length === 0) return { beforeBody: () => null, afterBody: () => null }
  if (auth.kind === 'hmac') return createSignatureCheck(secrets, auth.header)
  return { beforeBody: createSecretCheck(secrets, auth), afterBody: () => null }
}

function createSecretCheck(
  secrets: readonly string[],
  auth: Exclude<WebhookAuth, { kind: 'hmac' }>,
): SenderCheck['beforeBody'] {
  const digests = secrets.map((secret) => digest(Buffer.from(secret)))
  const places = placesOf(auth)
  const lookedAt = `looked at: ${places.map(({ name }) => name).join(', ')}`
  return (request) => {
    let something = false
    for (const place of places) {
      for (const candidate of place.candidates(request)) {
        if (equalsAny(digest(candidate), digests)) return null
        something = true
      }
    }
    const found = something ? 'the secret is not the one set here' : 'there is no secret in it'
    return `check the sender: ${found}; ${lookedAt}; set the secret token of Refiner and WEBHOOK_SECRET to the same value`
  }
}

function createSignatureCheck(secrets: readonly string[], header: string): SenderCheck {
  const wayOut = `the header ${header} must hold the HMAC-SHA256 of the body under WEBHOOK_SECRET, in hex or base64`
  return {
    beforeBody: ({ headers }) =>
      signatureIn(headers[header]) === undefined ? `check the sender: there is no signature in it; ${wayOut}` : null,
    afterBody({ headers }, body) {
      const signature = signatureIn(headers[header])
      const expected = secrets.map((secret) => createHmac('sha256', secret).update(body).digest())
      if (signature !== undefined && equalsAny(signature, expected)) return null
      return `check the sender: the signature does not fit the body; ${wayOut}`
    },
  }
}

const DIGEST_BYTES = 32

function signatureIn(value: string | string[] | undefined): Buffer | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.replace(/^sha256=/i, '')
  const bytes = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64')
  return bytes.length === DIGEST_BYTES ? bytes : undefined
}

const digest = (bytes: Uint8Array) => hash('sha256', bytes, 'buffer')

function equalsAny(candidate: Uint8Array, secrets: readonly Uint8Array[]): boolean {
  let equal = false
  for (const secret of secrets) if (timingSafeEqual(candidate, secret)) equal = true
  return equal
}
