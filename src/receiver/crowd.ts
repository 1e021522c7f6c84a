/**
 * How many connections there may be, and which one goes when there are too many: one that has never sent a whole request, before anyone
 * who has, so that connections that say nothing keep nobody out. Else the new one is turned away.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

interface Visitor {
  /** The request that it is sending, or waiting for the answer of. */
  request: IncomingMessage | undefined
  /** Whether it had an answer to a whole request. */
  wasServed: boolean
}

/** @param most connections at a time */
export function limitConnections(server: Server, most: number): void {
  /** In the order in which they came. */
  const visitors = new Map<Socket, Visitor>()
  server.on('connection', (socket: Socket) => {
    if (visitors.size >= most) {
      const loser = firstIdler(visitors)
      if (loser === undefined) {
        socket.destroy()
        return
      }
      visitors.delete(loser)
      loser.destroy()
    }
    visitors.set(socket, { request: undefined, wasServed: false })
    socket.once('close', () => visitors.delete(socket))
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const visitor = visitors.get(request.socket)
    if (visitor === undefined) return
    visitor.request = request
    response.once('close', () => {
      visitor.wasServed ||= request.complete
      if (visitor.request === request) visitor.request = undefined
    })
  })
}

/** The longest there of those that have said nothing; else of those that have not ended their first request. */
function firstIdler(visitors: ReadonlyMap<Socket, Visitor>): Socket | undefined {
  let slow: Socket | undefined
  for (const [socket, { request, wasServed }] of visitors) {
    if (wasServed || request?.complete) continue
    if (request === undefined) return socket
    slow ??= socket
  }
  return slow
}
