/** One kept connection that sends webhooks: raw bytes over a socket, so that the sender costs little beside the server. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { sampleEvents } from '../src/samples/samples.ts'
import { SECRET } from './product.ts'

export interface Connection {
  /** Sends one event that was never sent before. One at a time. */
  send(onAnswer: (status: number) => void): void
  close(): void
}

/** As long as the events of the samples are on average. */
const BODY_BYTES = 1900
const NUMBER = '000000000000'
const HEAD_END = '\r\n\r\n'

let sent = 0

export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port, pathname } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  const request = requestTo(pathname)
  const place = request.indexOf(NUMBER)
  let received = ''
  let answer: ((status: number) => void) | undefined
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk
    const end = received.indexOf(HEAD_END)
    if (end === -1) return
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1])
    if (received.length < end + HEAD_END.length + length) return
    const status = Number(received.slice(9, 12))
    received = ''
    answer?.(status)
  })
  return {
    send(onAnswer) {
      answer = onAnswer
      request.write(String(++sent).padStart(NUMBER.length, '0'), place, 'latin1')
      // The bytes may wait in the socket: a copy, as they change with the next event.
      socket.write(Buffer.from(request))
    },
    close: () => socket.destroy(),
  }
}

function requestTo(path: string): Buffer {
  const [event] = sampleEvents({ seed: 1, count: 1, start: new Date('2026-01-01') })
  const numbered = { ...event, display_name: NUMBER, pad: '' }
  const pad = 'x'.repeat(Math.max(0, BODY_BYTES - Buffer.byteLength(JSON.stringify(numbered))))
  const body = Buffer.from(JSON.stringify({ ...numbered, pad }))
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${SECRET}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  return Buffer.concat([Buffer.from(head.join('\r\n') + HEAD_END), body])
}
