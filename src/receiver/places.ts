/** Where a request may carry the secret token. Refiner documents no place, so by default all the usual ones are looked at. */
import type { IncomingHttpHeaders } from 'node:http'
import type { WebhookAuth } from '../config/schema.ts'

/** A request as far as it tells who sent it. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders
  /** Without the `?`, as sent. */
  readonly query: string
  /** What follows the webhook's path, as sent; '' if nothing does. */
  readonly segment: string
}

export interface Place {
  /** For people: `header x-api-key`. */
  readonly name: string
  /** What may be the secret there, in bytes; none if the request has nothing in this place. */
  candidates(request: Credentials): readonly Uint8Array[]
}

/** Header names other than Authorization that `any` looks at. */
export const TOKEN_HEADERS = [
  'x-refiner-token',
  'x-refiner-secret',
  'x-webhook-token',
  'x-webhook-secret',
  'x-secret-token',
  'x-auth-token',
  'x-api-key',
  'x-token',
  'x-secret',
]
/** Query parameters that `any` looks at. */
export const TOKEN_PARAMETERS = ['token', 'secret', 'key']

/** In the order in which they are looked at. `hmac` is not among them: its header holds no secret. */
export function placesOf(auth: Exclude<WebhookAuth, { kind: 'hmac' }>): readonly Place[] {
  if (auth.kind === 'bearer') return [bearer]
  if (auth.kind === 'header') return [header(auth.name)]
  if (auth.kind === 'query') return [parameter(auth.name)]
  if (auth.kind === 'path') return [segment]
  return [authorization, ...TOKEN_HEADERS.map(header), ...TOKEN_PARAMETERS.map(parameter), segment]
}

const SCHEME = /^[a-z]+ +/i
const BEARER = /^bearer +/i

const bearer: Place = {
  name: 'header Authorization (as Bearer)',
  candidates({ headers: { authorization: value } }) {
    return value !== undefined && BEARER.test(value) ? [headerBytes(value.replace(BEARER, ''))] : []
  },
}

/** After a scheme such as Bearer or Token, or bare. */
const authorization: Place = {
  name: 'header Authorization',
  candidates({ headers: { authorization: value } }) {
    if (value === undefined) return []
    return SCHEME.test(value) ? [headerBytes(value.replace(SCHEME, '')), headerBytes(value)] : [headerBytes(value)]
  },
}

const header = (name: string): Place => ({
  name: `header ${name}`,
  candidates({ headers }) {
    const value = headers[name]
    return typeof value === 'string' ? [headerBytes(value)] : []
  },
})

const parameter = (name: string): Place => ({
  name: `query parameter ${name}`,
  candidates: ({ query }) => parametersIn(query).flatMap(([key, value]) => (key === name ? [Buffer.from(value)] : [])),
})

const segment: Place = {
  name: 'path segment after the webhook path',
  candidates: ({ segment: value }) => (value === '' ? [] : [Buffer.from(decoded(value))]),
}

/** Node hands out header bytes as Latin-1. */
const headerBytes = (value: string) => Buffer.from(value, 'latin1')

/** Not by URLSearchParams: it would turn the `+` of a base64 secret into a space. */
function parametersIn(query: string): [key: string, value: string][] {
  if (query === '') return []
  return query.split('&').map((pair) => {
    const at = pair.indexOf('=')
    return at === -1 ? [decoded(pair), ''] : [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))]
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
