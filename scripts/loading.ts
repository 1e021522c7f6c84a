/** What `load` and `replay` share: the settings, the buffer, each destination in turn, and how it is told on a terminal. */
import { SingleBar } from 'cli-progress'
import type { LoadRecord } from '../schemas/records.ts'
import type { EventBuffer } from '../src/buffer/buffer.ts'
import type { Config } from '../src/config.ts'
import { TransientError, WordedError } from '../src/errors.ts'
import { makeFilesWith } from '../src/files/mode.ts'
import { flatteningOf } from '../src/load/flattening.ts'
import type { LoadOptions } from '../src/load/load.ts'
import { loadNow } from '../src/load/now.ts'
import { BACKOFF } from '../src/load/retry.ts'
import type { RunOutcome } from '../src/load/runner.ts'
import { createLog } from '../src/log.ts'
import { batchLimits, openDestination, openExistingBuffer } from '../src/stores.ts'
import { createPatience } from './patience.ts'
import { say } from './terminal.ts'

/** Milliseconds between tries: someone waits. */
const LONGEST_PAUSE = 2_000

export interface Loading {
  readonly config: Config
  readonly destinations: Config['destinations']
  /** How many events there are to load for a destination: the length of the bar. */
  readonly total: (buffer: EventBuffer, destination: string) => Promise<number>
  /** Seconds to wait for other processes, and for what passes by itself. */
  readonly wait: number
  readonly task?: (options: LoadOptions) => Promise<void>
}

/** @returns whether every destination was loaded; the log and the output say what happened. @throws TransientError when it waited in vain */
export async function loadAll(loading: Loading): Promise<boolean> {
  const stopping = new AbortController()
  const stop = () => stopping.abort(new WordedError('load: interrupted'))
  process.once('SIGINT', stop)
  makeFilesWith(loading.config.fileMode)
  const buffer = openExistingBuffer(loading.config)
  const overdue: string[] = []
  let complete = true
  try {
    for (const name of loading.destinations) {
      const loaded = await loadInto(name, buffer, loading, stopping.signal)
      say(`${name}: ${loaded.events} events loaded${loaded.outcome === 'loaded' ? '' : ', then stopped'}`)
      complete &&= loaded.outcome === 'loaded'
      if (loaded.overdue !== undefined) overdue.push(loaded.overdue.message)
    }
  } finally {
    await buffer.close()
    process.off('SIGINT', stop)
  }
  if (overdue.length > 0) throw new TransientError(overdue.join('\n'))
  return complete
}

interface Loaded {
  readonly outcome: RunOutcome
  readonly events: number
  /** Set when it waited in vain. */
  readonly overdue: TransientError | undefined
}

async function loadInto(
  name: Config['destinations'][number],
  buffer: EventBuffer,
  { config, total, task, wait }: Loading,
  signal: AbortSignal,
): Promise<Loaded> {
  const bar = new SingleBar({
    format: `${name} {bar} {value}/{total} events, {eta_formatted} left`,
    noTTYOutput: false,
  })
  if (process.stdout.isTTY) bar.start(await total(buffer, name), 0)
  const patience = createPatience(`load into ${name}`, wait)
  const giveUp = new AbortController()
  let overdue: TransientError | undefined
  const onTrouble = (error: TransientError) => {
    overdue = patience.wait(error)
    if (overdue !== undefined) giveUp.abort(overdue)
  }
  let events = 0
  const log = createLog(process.stdout.isTTY ? 'warn' : config.logLevel)
  const options = {
    buffer,
    destination: await openDestination(config, name, (notice) => log.warn({ destination: name }, notice)),
    limits: batchLimits(config, name),
    backoff: { ...BACKOFF, longest: LONGEST_PAUSE },
    signal: AbortSignal.any([signal, giveUp.signal]),
    flattening: flatteningOf(config),
    log,
    ...(task && { task }),
    onState: () => {},
    onTrouble,
    onLoaded: (record: LoadRecord) => {
      patience.begin()
      events += record.events
      bar.update(events)
    },
  }
  try {
    return { outcome: await loadNow(options, onTrouble), events, overdue }
  } catch (error) {
    if (overdue === undefined) throw error
    return { outcome: 'stopped', events, overdue }
  } finally {
    bar.stop()
  }
}

/** Loads what is pending now. */
export const loadPending = (config: Config, destinations: Config['destinations'], wait: number): Promise<boolean> =>
  loadAll({
    config,
    destinations,
    wait,
    total: async (buffer, name) => (await buffer.stats()).consumers[name]?.pending ?? 0,
  })
