/**
 * The HTTP server: what a slow, half-open or crowding sender may take, and how it stops. A request that has begun when
 * it stops is answered, and its connection closed; one that does not end within the grace is cut off, unacknowledged.
 */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { isIPv6 } from 'node:net'
import { PermanentError } from '../errors.ts'
import { limitConnections } from './crowd.ts'

/** Milliseconds, but for the connections. */
export interface ServerLimits {
  /** From the first byte of a request until its headers are there. */
  readonly headers: number
  /** From the first byte of a request until all of it is there. */
  readonly request: number
  /** Between two requests; more than the idle time of usual proxies, so that they close first. */
  readonly idle: number
  /** Without a byte in either direction, whatever is going on. */
  readonly silence: number
  /** How often the times above are looked at. */
  readonly check: number
  /** How long stopping waits for requests that have begun. */
  readonly grace: number
  readonly connections: number
}

export const SERVER_LIMITS: ServerLimits = {
  headers: 10_000,
  request: 30_000,
  idle: 65_000,
  silence: 60_000,
  check: 1_000,
  grace: 10_000,
  connections: 1_000,
}

export interface RunningServer {
  /** Such as `http://127.0.0.1:8080`. */
  readonly origin: string
  /** Resolves once every connection is closed. */
  stop(): Promise<void>
}

/** @throws PermanentError when the address cannot be listened on */
export async function startServer(
  listener: RequestListener,
  { host, port, limits }: { host: string; port: number; limits: ServerLimits },
): Promise<RunningServer> {
  const server = createServer({
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.idle,
    connectionsCheckingInterval: limits.check,
    keepAlive: true,
  })
  server.timeout = limits.silence
  limitConnections(server, limits.connections)
  const requests = trackRequests(server)
  server.on('request', listener)
  await listen(server, host, port)
  return {
    origin: originOf(server, host),
    async stop() {
      const closed = once(server, 'close')
      server.close()
      await requests.end(limits.grace)
      server.closeAllConnections()
      await closed
    },
  }
}

function trackRequests(server: Server) {
  const open = new Set<ServerResponse>()
  let whenNone: (() => void) | undefined
  server.on('request', (_, response) => {
    response.shouldKeepAlive &&= whenNone === undefined
    open.add(response)
    response.once('close', () => {
      open.delete(response)
      if (open.size === 0) whenNone?.()
    })
  })
  return {
    /** Resolves when no request is left, or after `grace` milliseconds. From now on connections close after their answer. */
    async end(grace: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>()
      whenNone = resolve
      for (const response of open) response.shouldKeepAlive = false
      if (open.size === 0) return
      const timer = setTimeout(resolve, grace)
      await promise
      clearTimeout(timer)
    },
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new PermanentError(`listen on ${host}:${port}: ${wayOut(cause)}`, { cause })
  }
}

function wayOut(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE') return 'the port is in use; stop what listens there or set PORT'
  if (code === 'EACCES') return 'this user may not listen there; set PORT above 1023'
  return 'set HOST and PORT to an address that is free here'
}

function originOf(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`
}
