/** A local HTTP server for one test. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { ExecutionContext } from 'ava'

/** Answers each request once its body is read. @returns the origin, such as `http://127.0.0.1:40123` */
export async function listen(
  t: ExecutionContext,
  listener: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    text(request).then(
      (body) => listener(request, response, body),
      // Whoever asked is gone.
      () => response.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('listen: no port')
  return `http://127.0.0.1:${address.port}`
}

/** A port on which nothing listens, though something did just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('listen: no port')
  return address.port
}
