/**
 * The loader's process, seen from the server: it is started, watched, started again if it should die, and stopped. A process of its own, as
 * V8 ends a whole process when a thread needs more memory than there is: so whatever loading meets, receiving goes on.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { createDeaths, type Death, type Loading } from './deaths.ts'
import { heapFor } from './heap.ts'
import { type Punctuality, punctualityOf } from './lag.ts'
import type { DestinationStatus } from './loader.ts'
import { nextTime } from './schedule.ts'

/** What the process is started with. */
export interface ProcessData {
  readonly config: Config
  readonly interactive: boolean
  /** What earlier ones died of. */
  readonly deaths: readonly Death[]
  /** Whether one destination loads at a time. */
  readonly inTurn: boolean
}

/** What the process tells: how a destination does, what it loads now, if anything, or what ends the process. */
export type LoaderMessage =
  | { readonly destination: string; readonly status: DestinationStatus }
  | { readonly destination: string; readonly loading: Loading | null }
  | { readonly fatal: string }

export interface ProcessStatus extends DestinationStatus {
  /** ISO 8601, by the name of each scheduled export that reads it; left out when there is none. */
  readonly nextExportsAt?: Readonly<Record<string, string | null>>
  readonly punctuality: Punctuality
  /** Milliseconds since the process told something of it. */
  readonly quietFor: number
}

export interface LoaderProcessOptions {
  readonly config: Config
  readonly interactive: boolean
  readonly log: Log
  /** Milliseconds between runs of loads into a destination, at least. */
  readonly leastInterval: (destination: string) => number
}

export interface LoaderProcess {
  /** By destination; each is there from the start. */
  status(): Readonly<Record<string, ProcessStatus>>
  stop(): Promise<void>
}

const RESTART_AFTER = 5_000

/** Megabytes. A narrow heap keeps the process small: a wide one fills with garbage before it is swept. */
const SEMI_SPACE = 3
/** Of 64, sweeping takes a tenth of the time. */
const OLD = 96
const MOST_OLD = 4096
const MEGABYTE = 1024 ** 2
/** In which one body of the longest can be read, with the events beside it in a batch. */
const mostOld = (bodyLimit: number) => Math.max(MOST_OLD, Math.ceil(heapFor(bodyLimit) / MEGABYTE) + MOST_OLD / 4)
/** Of what it says as it dies. */
const LAST_WORDS = 8_192

export function startLoaderProcess({ config, interactive, log, leastInterval }: LoaderProcessOptions): LoaderProcess {
  const status = createStatus(config, leastInterval)
  const ofOneBody = Math.ceil(heapFor(config.bodyLimit) / MEGABYTE)
  const deaths = createDeaths()
  let stopping = false
  // Its batches are larger (src/stores.ts).
  let old = config.destinations.includes('bigquery') ? 2 * OLD : OLD
  let restart: NodeJS.Timeout | undefined
  let loader = start()

  function start(): ChildProcess {
    let lastWords = ''
    let fatal: string | undefined
    const child = fork(new URL('../worker.ts', import.meta.url), {
      execArgv: [...process.execArgv, `--max-semi-space-size=${SEMI_SPACE}`, `--max-old-space-size=${old}`],
      serialization: 'advanced',
      // It logs to the output itself. What V8 says as it ends the process is for here only.
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-LAST_WORDS)
    })
    child.on('message', (message: LoaderMessage) => {
      if ('fatal' in message) fatal = message.fatal
      else if ('status' in message) status.set(message.destination, message.status)
      else deaths.loads(message.destination, message.loading)
    })
    // One that could not be started does not end.
    child.on('error', () => child.pid === undefined && ended('it could not be started', ''))
    child.once('exit', (code, signal) => ended(fatal ?? signal ?? `exit status ${code}`, lastWords))
    child.send({ config, interactive, deaths: deaths.list(), inTurn: deaths.inTurn() } satisfies ProcessData, () => {})
    return child
  }

  /** @param reason what it said itself, else how it ended */
  function ended(reason: string, lastWords: string): void {
    if (stopping) return
    const ofMemory = OUT_OF_MEMORY.test(lastWords)
    const loading = deaths.died(ofMemory)
    const batches = loading.map(({ batch }) => batch)
    if (ofMemory) {
      if (!loading.some(({ divides }) => divides))
        old = Math.min(Math.max(2 * old, ofOneBody), mostOld(config.bodyLimit))
      log.warn({ megabytes: old, batches }, 'the loader needed more memory than it has, and starts again')
      loader = start()
      return
    }
    log.error({ reason, batches }, 'loader died')
    const told = `the loader died and starts again in ${RESTART_AFTER / 1000} s: ${reason}`
    status.setAll({ state: 'stopped', reason: told, nextLoadAt: null })
    restart = setTimeout(() => (loader = start()), RESTART_AFTER)
  }

  return {
    status: status.all,
    async stop() {
      stopping = true
      clearTimeout(restart)
      if (loader.exitCode !== null || loader.signalCode !== null) return
      const ended = new Promise((resolve) => loader.once('exit', resolve))
      // It is about to end by itself where it cannot be told any more.
      if (loader.connected) loader.send('stop', () => {})
      await ended
    },
  }
}

/** What the process told last, by destination. */
function createStatus(config: Config, leastInterval: LoaderProcessOptions['leastInterval']) {
  const { loadSchedule: cron, maxLag } = config
  const told = new Map<string, { readonly status: DestinationStatus; readonly at: number }>()
  const punctuality = new Map<string, Punctuality>()
  const set = (name: string, status: DestinationStatus) => void told.set(name, { status, at: performance.now() })
  const setAll = (status: DestinationStatus) => {
    for (const name of config.destinations) set(name, status)
  }
  for (const name of config.destinations) {
    punctuality.set(name, punctualityOf({ cron, leastInterval: leastInterval(name), maxLag }))
  }
  setAll({ state: 'idle', reason: null, nextLoadAt: nextTime(cron) })
  const statusOf = (name: string, { status, at }: { status: DestinationStatus; at: number }): ProcessStatus => ({
    ...status,
    nextLoadAt: stillToCome(status.nextLoadAt, cron),
    ...nextExports(config, name),
    punctuality: punctuality.get(name) ?? punctualityOf({ cron, leastInterval: 0, maxLag }),
    quietFor: performance.now() - at,
  })
  return {
    set,
    setAll,
    all: () => Object.fromEntries([...told].map(([name, its]) => [name, statusOf(name, its)])),
  }
}

/** It tells of a time when its state changes: meanwhile that may have passed. */
const stillToCome = (told: string | null, cron: string): string | null =>
  told === null || Date.parse(told) > Date.now() ? told : nextTime(cron)

function nextExports({ exports }: Config, destination: string): Pick<ProcessStatus, 'nextExportsAt'> {
  const its = exports.filter(({ source }) => source === destination).map(({ name, cron }) => [name, nextTime(cron)])
  return its.length === 0 ? {} : { nextExportsAt: Object.fromEntries(its) }
}

/** What V8, or a library in C++, says before it ends a process. */
const OUT_OF_MEMORY = /out of memory|allocation failed|bad_alloc/i
