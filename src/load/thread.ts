/** The loader's thread, seen from the main one: it is started, watched, started again if it should die, and stopped. */
import { Worker } from 'node:worker_threads'
import type { Config } from '../config.ts'
import { reasonOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { DestinationStatus } from './loader.ts'
import { nextTime } from './schedule.ts'

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

export interface ThreadStatus extends DestinationStatus {
  /** ISO 8601, by the name of each scheduled export that reads it; left out when there is none. */
  readonly nextExportsAt?: Readonly<Record<string, string | null>>
}

export interface LoaderThread {
  /** By destination; each is there from the start. */
  status(): Readonly<Record<string, ThreadStatus>>
  stop(): Promise<void>
}

const RESTART_AFTER = 5_000

/**
 * Megabytes. A narrow heap keeps the process small: a wide one fills with garbage before it is swept. Rows can take 120 times the
 * bytes of a body that is one long list; when a batch does not fit, the thread dies of it and starts again with twice as much.
 */
const YOUNG = 8
const OLD = 64
const MOST_OLD = 64 * OLD

export function startLoaderThread(data: ThreadData, log: Log): LoaderThread {
  const status: Record<string, DestinationStatus> = {}
  const setAll = (state: DestinationStatus) => {
    for (const name of data.config.destinations) status[name] = state
  }
  setAll({ state: 'idle', reason: null, nextLoadAt: null })

  let stopping = false
  // Its batches are larger (src/stores.ts).
  let old = data.config.destinations.includes('bigquery') ? 2 * OLD : OLD
  let restart: NodeJS.Timeout | undefined
  let worker = start()

  function start(): Worker {
    const thread = new Worker(new URL('../worker.ts', import.meta.url), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG, maxOldGenerationSizeMb: old },
    })
    thread.on('message', (message: StatusMessage) => {
      status[message.destination] = message.status
    })
    thread.on('error', (error) => {
      if (isOutOfMemory(error) && old < MOST_OLD) {
        old *= 2
        log.warn({ megabytes: old }, 'a batch does not fit into the memory of the loader, which starts again with more')
        if (!stopping) worker = start()
        return
      }
      const reason = `the loader died and starts again in ${RESTART_AFTER / 1000} s: ${reasonOf(error)}`
      log.error({ reason: reasonOf(error) }, 'loader died')
      setAll({ state: 'stopped', reason, nextLoadAt: null })
      if (!stopping) restart = setTimeout(() => (worker = start()), RESTART_AFTER)
    })
    return thread
  }

  return {
    status: () =>
      Object.fromEntries(
        Object.entries(status).map(([name, state]) => [name, { ...state, ...nextExports(data.config, name) }]),
      ),
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

function nextExports({ exports }: Config, destination: string): Pick<ThreadStatus, 'nextExportsAt'> {
  const its = exports.filter(({ source }) => source === destination).map(({ name, cron }) => [name, nextTime(cron)])
  return its.length === 0 ? {} : { nextExportsAt: Object.fromEntries(its) }
}

const isOutOfMemory = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
