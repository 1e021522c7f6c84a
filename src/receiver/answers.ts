/** What the receiver says. Answers hold ids, counts and the names of settings; nothing that was sent, and no secret. */
import type { Context } from 'koa'

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; a string as plain text; null: nothing is sent. */
  readonly body: object | string | null
}

export const WEBHOOK_PATH = '/webhooks/refiner'
export const WEBHOOK_METHODS = 'HEAD, OPTIONS, POST'

/** After how many seconds to try again when the receiver cannot take an event now. */
const RETRY_AFTER = '10'

export const answers = {
  mayPost: { status: 204, headers: { Allow: WEBHOOK_METHODS }, body: null },
  unknownSender: (error: string): Answer => ({
    status: 401,
    headers: { 'WWW-Authenticate': 'Bearer' },
    body: { error },
  }),
  noSuchPath: {
    status: 404,
    body: { error: `find the path: there is none such; send webhooks to POST ${WEBHOOK_PATH}` },
  },
  wrongMethod: (allowed: string): Answer => ({
    status: 405,
    headers: { Allow: allowed },
    body: { error: `use the path by its method: ${allowed}` },
  }),
  tooLong: (limit: number): Answer => ({
    status: 413,
    body: { error: `read the body: it is longer than ${limit} bytes; raise BODY_LIMIT to take it` },
  }),
  unknownEncoding: {
    status: 415,
    headers: { 'Accept-Encoding': 'gzip, identity' },
    body: { error: 'read the body: its Content-Encoding is not known here; send it plain or as gzip' },
  },
  unavailable: (error: string): Answer => ({
    status: 503,
    headers: { 'Retry-After': RETRY_AFTER },
    body: { error },
  }),
  bug: { status: 500, body: { error: 'handle the request: an error in the receiver itself; its log says more' } },
} satisfies Record<string, Answer | ((value: never) => Answer)>

export function send(context: Context, { status, headers, body }: Answer): void {
  context.status = status
  if (headers !== undefined) context.set({ ...headers })
  context.body = body
}

/** The one answer that is sent thousands of times a second: past Koa's own, which costs a third of an empty request. */
export function sendAccepted(context: Context, id: string, status: 'accepted' | 'duplicate'): void {
  const body = `{"event_id":"${id}","status":"${status}"}`
  context.respond = false
  context.res.writeHead(202, ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', `${body.length}`])
  context.res.end(body)
}
