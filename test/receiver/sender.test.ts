import { createHmac } from 'node:crypto'
import test from 'ava'
import type { WebhookAuth } from '../../src/config/schema.ts'
import { TOKEN_HEADERS, TOKEN_PARAMETERS } from '../../src/receiver/places.ts'
import { BEARER, event, running, SECRET } from './with-receiver.ts'

interface Place {
  readonly name: string
  readonly headers?: (secret: string) => Record<string, string>
  readonly suffix?: (secret: string) => string
}

const headerPlace = (name: string): Place => ({ name, headers: (secret) => ({ [name]: secret }) })
const queryPlace = (name: string): Place => ({ name: `?${name}`, suffix: (secret) => `?a=b&${name}=${secret}&c` })
const bearer: Place = { name: 'bearer', headers: (secret) => ({ authorization: `bearer  ${secret}` }) }
const raw: Place = { name: 'raw authorization', headers: (secret) => ({ authorization: secret }) }
const token: Place = { name: 'authorization token', headers: (secret) => ({ authorization: `Token ${secret}` }) }
const path: Place = { name: 'path', suffix: (secret) => `/${secret}` }

const ALL = [bearer, raw, token, ...TOKEN_HEADERS.map(headerPlace), ...TOKEN_PARAMETERS.map(queryPlace), path]

const MODES: readonly [auth: WebhookAuth, accepted: readonly Place[]][] = [
  [{ kind: 'any' }, ALL],
  [{ kind: 'bearer' }, [bearer]],
  [{ kind: 'header', name: 'x-api-key' }, ALL.filter(({ name }) => name === 'x-api-key')],
  [{ kind: 'header', name: 'x-mine' }, [headerPlace('x-mine')]],
  [{ kind: 'query', name: 'token' }, ALL.filter(({ name }) => name === '?token')],
  [{ kind: 'query', name: 'mine' }, [queryPlace('mine')]],
  [{ kind: 'path' }, [path]],
]

for (const [auth, accepted] of MODES) {
  test(`with ${JSON.stringify(auth)} the secret is taken from there and from nowhere else, in either of two values`, async (t) => {
    const secrets = [SECRET, 'another-secret+/=é']
    const { post } = await running(t, { secrets, auth })
    const send = async (place: Place, secret: string) => {
      const inHeader = Buffer.from(secret).toString('latin1')
      const headers = place.headers?.(inHeader) ?? {}
      const suffix = place.suffix?.(encodeURIComponent(secret)) ?? ''
      return (await post(event(), headers, suffix)).status
    }
    for (const place of accepted) {
      for (const secret of secrets) t.is(await send(place, secret), 202, place.name)
      for (const wrong of [`${SECRET}x`, SECRET.slice(1), SECRET.toUpperCase(), 'x']) {
        t.is(await send(place, wrong), 401, place.name)
      }
    }
    const names = accepted.map(({ name }) => name)
    for (const place of ALL.filter(({ name }) => !names.includes(name))) {
      t.true([401, 404].includes(await send(place, SECRET)), place.name)
    }
    t.is((await post(event(), {})).status, 401)
  })
}

test('the + of a base64 secret is taken as it is in a query', async (t) => {
  const { post } = await running(t, { secrets: ['abc+def/ghi='] })
  t.is((await post(event(), {}, '?token=abc+def/ghi=')).status, 202)
})

test('what cannot be decoded in a URL is a wrong secret and no error', async (t) => {
  const { post } = await running(t)
  for (const suffix of ['/%ff%', '?token=%', '?%=%e0', '?=&&', '/']) t.is((await post(event(), {}, suffix)).status, 401)
})

test('a 401 asks for a Bearer and says where it looked and what it missed', async (t) => {
  const { post } = await running(t)
  const none = await post(event(), {})
  t.is(none.headers.get('www-authenticate'), 'Bearer')
  t.regex(
    none.text,
    /there is no secret in it; looked at: header Authorization, .*x-refiner-token.*query parameter token/,
  )
  t.regex((await post(event(), { 'x-api-key': 'wrong' })).text, /the secret is not the one set here/)
})

test('an empty secret is never one', async (t) => {
  const { post } = await running(t)
  t.is((await post(event(), { authorization: 'Bearer ', 'x-api-key': '' }, '?token=')).status, 401)
})

test('without a secret set, everyone is known', async (t) => {
  const { post } = await running(t, { secrets: [] })
  t.is((await post(event(), {})).status, 202)
  t.is((await post(event(), BEARER, '/whatever')).status, 202)
})

const hmac = (secret: string, body: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', secret).update(body).digest(encoding)

test('a signature is taken in hex or base64, with or without sha256=, under either of two secrets', async (t) => {
  const secrets = [SECRET, 'another-secret']
  const { post } = await running(t, { secrets, auth: { kind: 'hmac', header: 'x-signature' } })
  const body = event()
  for (const secret of secrets) {
    for (const signature of [
      hmac(secret, body, 'hex'),
      hmac(secret, body, 'base64'),
      hmac(secret, body, 'hex').toUpperCase(),
    ]) {
      t.is((await post(body, { 'x-signature': signature })).status, 202)
      t.is((await post(body, { 'x-signature': `sha256=${signature}` })).status, 202)
    }
  }
})

test('a signature that is missing, malformed, or of another body or secret is answered 401, and nothing is kept', async (t) => {
  const { post, buffer } = await running(t, { auth: { kind: 'hmac', header: 'x-signature' } })
  const body = event()
  const wrong = [
    {},
    { ...BEARER },
    { 'x-signature': '' },
    { 'x-signature': SECRET },
    { 'x-signature': hmac(SECRET, body, 'hex').slice(2) },
    { 'x-signature': hmac(SECRET, `${body} `, 'hex') },
    { 'x-signature': hmac('another-secret', body, 'base64') },
    { 'x-signature-2': hmac(SECRET, body, 'hex') },
  ]
  for (const headers of wrong) {
    const { status, text } = await post(body, headers)
    t.is(status, 401)
    t.regex(text, /the header x-signature must hold the HMAC-SHA256 of the body/)
  }
  t.is((await post('{', { 'x-signature': hmac(SECRET, '[', 'hex') })).status, 401)
  t.like(await buffer.stats(), { received: 0 })
})
