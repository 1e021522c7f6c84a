/** GoogleSQL's own analyzer and reference engine, as a process of its own that is asked by gRPC. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { installed } from './install.ts'
import type { Methods } from './messages.ts'

export interface Server {
  /** @throws Error with GoogleSQL's words */
  call<Name extends keyof Methods>(name: Name, takes: Methods[Name]['takes']): Promise<Methods[Name]['gives']>
  stop(): Promise<void>
}

type Callback<T> = (error: Error | null, value: T) => void

interface Client {
  waitForReady(deadline: number, callback: (error?: Error) => void): void
  close(): void
}
type Stub = Client & { [Name in keyof Methods]: (takes: object, callback: Callback<Methods[Name]['gives']>) => void }

interface Grpc {
  loadPackageDefinition(definition: object): {
    zetasql: { local_service: { ZetaSqlLocalService: new (address: string, as: object, options: object) => Stub } }
  }
  readonly credentials: { createInsecure(): object }
}
interface Loader {
  loadSync(file: string, options: object): object
}

/** Milliseconds until a server that was started answers; it takes a tenth of a second. */
const START = 60_000

/**
 * The server ends with its input, and so with us, however we end. It listens at a socket in a folder: a port that was free a moment ago
 * may be another one's by then.
 */
const SCRIPT = `exec 3<&0
"$0" "unix:$1/socket" 1 >/dev/null & server=$!
exec 2>/dev/null
(cat <&3 >/dev/null; kill $server) &
wait $server`

/** @param say is told what takes long. @throws Error that says the way out */
export async function startServer(say: (line: string) => void = () => {}): Promise<Server> {
  const packages = await installed(say)
  const require = createRequire(join(packages, 'package.json'))
  const grpc: Grpc = require('@grpc/grpc-js')
  const loader: Loader = require('@grpc/proto-loader')
  const library = join(packages, 'node_modules/@fivetrandevelopers/zetasql/lib/zetasql')
  const protos = loader.loadSync('local_service.proto', {
    includeDirs: [join(library, 'protos')],
    enums: String,
    longs: String,
  })
  const { ZetaSqlLocalService } = grpc.loadPackageDefinition(protos).zetasql.local_service

  const folder = await mkdtemp(join(tmpdir(), 'googlesql-'))
  const child = spawn('sh', ['-c', SCRIPT, join(library, 'remote_server.so'), folder], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const client = new ZetaSqlLocalService(`unix:${folder}/socket:1`, grpc.credentials.createInsecure(), {
    // The server takes no more than 4 MiB; what it says of a wide view is larger.
    'grpc.max_receive_message_length': -1,
  })
  const stop = async () => {
    client.close()
    await ended(child)
    await rm(folder, { recursive: true, force: true })
  }
  await ready(client, child).catch(async (cause: unknown) => {
    await stop()
    throw new Error(
      `start ${library}/remote_server.so: it does not serve; remove .googlesql/ to have it installed afresh`,
      { cause },
    )
  })
  return {
    call: (name, takes) =>
      new Promise((resolve, reject) => {
        client[name](takes, (error, gives) => (error === null ? resolve(gives) : reject(error)))
      }),
    stop,
  }
}

type Child = ChildProcessByStdio<Writable, null, null>

async function ready(client: Client, child: Child): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
  client.waitForReady(Date.now() + START, (error) => (error === undefined ? resolve() : reject(error)))
  await promise
}

async function ended(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.stdin.end()
  await once(child, 'exit')
}
