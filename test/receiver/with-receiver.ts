/** A receiver on a free port with a SQLite buffer on disk, for one test. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { ExecutionContext } from 'ava'
import { pino } from 'pino'
import type { EventBuffer } from '../../src/buffer/buffer.ts'
import { type Receiver, type ReceiverOptions, startReceiver } from '../../src/receiver/receiver.ts'
import { OPTIONS, sqlitePlace } from '../support/buffers.ts'

export const SECRET = 'a-secret-of-20-chars'
export const BEARER = { authorization: `Bearer ${SECRET}` }

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** undefined: the text is not JSON. */
  readonly json: Record<string, unknown> | undefined
}

export interface Running {
  readonly receiver: Receiver
  /** The buffer on disk, whatever stands between it and the receiver. */
  readonly buffer: EventBuffer
  /** Everything logged, as JSON lines. */
  readonly logged: string[]
  /** From a known sender, unless other headers are given. */
  readonly post: (body: string | Uint8Array, headers?: Record<string, string>, suffix?: string) => Promise<Answered>
  readonly get: (path: string, method?: string) => Promise<Answered>
  readonly stop: () => Promise<void>
}

type Options = Partial<Omit<ReceiverOptions, 'buffer'>> & {
  /** What stands between the receiver and the buffer. */
  readonly wrap?: (buffer: EventBuffer) => EventBuffer
  readonly bufferOptions?: typeof OPTIONS
}

export async function running(
  t: ExecutionContext,
  { wrap, bufferOptions, ...options }: Options = {},
): Promise<Running> {
  const place = sqlitePlace()
  const buffer = place.open(bufferOptions ?? OPTIONS)
  const logged: string[] = []
  let receiver: Receiver | undefined
  let stopped: Promise<void> | undefined
  const stop = async () => {
    stopped ??= receiver?.stop()
    await stopped
  }
  t.teardown(async () => {
    await stop()
    await buffer.close()
    place.remove()
  })
  receiver = await startReceiver({
    host: '127.0.0.1',
    port: 0,
    secrets: [SECRET],
    auth: { kind: 'any' },
    bodyLimit: 2 ** 21,
    buffer: wrap?.(buffer) ?? buffer,
    destinations: () => ({}),
    lockLost: () => undefined,
    log: pino({ level: 'trace' }, { write: (line) => void logged.push(line) }),
    ...options,
  })
  const { url } = receiver
  return {
    receiver,
    buffer,
    logged,
    stop,
    post: (body, headers = BEARER, suffix = '') =>
      answered(fetch(url + suffix, { method: 'POST', headers, body: Buffer.from(body) })),
    get: (path, method = 'GET') => answered(fetch(new URL(path, url), { method })),
  }
}

async function answered(response: Promise<Response>): Promise<Answered> {
  const { status, headers, ...rest } = await response.then(async (whole) => ({
    status: whole.status,
    headers: whole.headers,
    text: await whole.text(),
  }))
  const isJson = headers.get('content-type')?.startsWith('application/json') === true && rest.text !== ''
  return { status, headers, text: rest.text, json: isJson ? JSON.parse(rest.text) : undefined }
}

export const event = (more: object = {}): string =>
  JSON.stringify({ uuid: 'user-1', triggered_event: 'Saw Survey', ...more })

/** A connection of its own, to say exactly what is to be said. */
export interface Wire {
  send(text: string | Uint8Array): void
  /** Resolves once what came so far fits; rejects if the connection closes before. */
  until(pattern: RegExp): Promise<string>
  /** Everything that came until the connection closed, by whomever and however. */
  readonly closed: Promise<string>
  breakOff(): void
}

export async function wire(t: ExecutionContext, { url }: Receiver): Promise<Wire> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  t.teardown(() => socket.destroy())
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {})
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)))
  await once(socket, 'connect')
  return {
    send: (more) => void socket.write(more),
    closed,
    breakOff: () => socket.destroy(),
    async until(pattern) {
      while (!pattern.test(text)) {
        if (socket.closed) throw new Error(`wait for ${pattern}: the connection closed after ${JSON.stringify(text)}`)
        await Promise.race([once(socket, 'data'), closed])
      }
      return text
    },
  }
}

export const request = (body: string, headers = ''): string =>
  `POST /webhooks/refiner HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\n${headers}` +
  `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
