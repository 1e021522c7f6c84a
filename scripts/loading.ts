/** What `load` and `replay` share: the settings, the buffer, each destination in turn, and how it is told on a terminal. */
import { SingleBar } from 'cli-progress'
import type { EventBuffer } from '../src/buffer/buffer.ts'
import type { Config } from '../src/config.ts'
import { makeFilesWith } from '../src/files/mode.ts'
import { flatteningOf } from '../src/load/flattening.ts'
import type { LoadOptions } from '../src/load/load.ts'
import { loadNow } from '../src/load/now.ts'
import { BACKOFF } from '../src/load/retry.ts'
import { createLog } from '../src/log.ts'
import { batchLimits, openDestination, openExistingBuffer } from '../src/stores.ts'
import { say } from './terminal.ts'

export interface Loading {
  readonly config: Config
  readonly destinations: Config['destinations']
  /** How many events there are to load for a destination: the length of the bar. */
  readonly total: (buffer: EventBuffer, destination: string) => Promise<number>
  readonly task?: (options: LoadOptions) => Promise<void>
}

/** @returns whether every destination was loaded; the log and the output say what happened. */
export async function loadAll({ config, destinations, total, task }: Loading): Promise<boolean> {
  const stopping = new AbortController()
  const stop = () => stopping.abort(new Error('load: interrupted'))
  process.once('SIGINT', stop)
  makeFilesWith(config.fileMode)
  const buffer = openExistingBuffer(config)
  const log = createLog(process.stdout.isTTY ? 'warn' : config.logLevel)
  let complete = true
  try {
    for (const name of destinations) {
      const bar = new SingleBar({
        format: `${name} {bar} {value}/{total} events, {eta_formatted} left`,
        noTTYOutput: false,
      })
      if (process.stdout.isTTY) bar.start(await total(buffer, name), 0)
      let events = 0
      const outcome = await loadNow(
        {
          buffer,
          destination: await openDestination(config, name, (notice) => log.warn({ destination: name }, notice)),
          limits: batchLimits(config, name),
          backoff: BACKOFF,
          signal: stopping.signal,
          flattening: flatteningOf(config),
          log,
          ...(task && { task }),
          onState: () => {},
          onLoaded: (record) => {
            events += record.events
            bar.update(events)
          },
        },
        () => log.warn({ destination: name }, 'another process is loading, waiting for it'),
      )
      bar.stop()
      say(`${name}: ${events} events loaded${outcome === 'loaded' ? '' : ', then stopped'}`)
      complete &&= outcome === 'loaded'
    }
  } finally {
    await buffer.close()
    process.off('SIGINT', stop)
  }
  return complete
}

/** Loads what is pending now. */
export const loadPending = (config: Config, destinations: Config['destinations']): Promise<boolean> =>
  loadAll({
    config,
    destinations,
    total: async (buffer, name) => (await buffer.stats()).consumers[name]?.pending ?? 0,
  })
