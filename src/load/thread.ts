/** The loader's thread, seen from the main one: it is started, watched, started again if it should die, and stopped. */
import { Worker } from 'node:worker_threads'
import type { Config } from '../config.ts'
import { reasonOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { DestinationStatus } from './loader.ts'

/** What the thread is started with. */
export interface ThreadData {
  readonly config: Config
  readonly interactive: boolean
}

/** What the thread tells. */
export interface StatusMessage {
  readonly destination: string
  readonly status: DestinationStatus
}

export interface LoaderThread {
  /** By destination; each is there from the start. */
  status(): Readonly<Record<string, DestinationStatus>>
  stop(): Promise<void>
}

const RESTART_AFTER = 5_000

/**
 * Megabytes. Rows can take 120 times the bytes of a body that is one long list, and a batch of such bodies must be loaded
 * like any other; a small young generation keeps the heap of usual ones small.
 */
const heapFor = (batchBytes: number) => ({
  maxYoungGenerationSizeMb: 8,
  maxOldGenerationSizeMb: 256 + Math.ceil((128 * batchBytes) / 1024 ** 2),
})

/** @param batchBytes of the bodies of the largest batch */
export function startLoaderThread(data: ThreadData, batchBytes: number, log: Log): LoaderThread {
  const status: Record<string, DestinationStatus> = {}
  const setAll = (state: DestinationStatus) => {
    for (const name of data.config.destinations) status[name] = state
  }
  setAll({ state: 'idle', reason: null, nextLoadAt: null })

  let stopping = false
  let restart: NodeJS.Timeout | undefined
  let worker = start()

  function start(): Worker {
    const thread = new Worker(new URL('../worker.ts', import.meta.url), {
      workerData: data,
      resourceLimits: heapFor(batchBytes),
    })
    thread.on('message', (message: StatusMessage) => {
      status[message.destination] = message.status
    })
    thread.on('error', (error) => {
      const reason = `the loader died and starts again in ${RESTART_AFTER / 1000} s: ${reasonOf(error)}`
      log.error({ reason: reasonOf(error) }, 'loader died')
      setAll({ state: 'stopped', reason, nextLoadAt: null })
      if (!stopping) restart = setTimeout(() => (worker = start()), RESTART_AFTER)
    })
    return thread
  }

  return {
    status: () => status,
    async stop() {
      stopping = true
      clearTimeout(restart)
      const ended = new Promise((resolve) => worker.once('exit', resolve))
      if (worker.threadId === -1) return
      worker.postMessage('stop')
      await ended
    },
  }
}
