/**
 * The composition root. This process answers webhooks and writes them to the buffer; another one loads them, with its own
 * connection to the same buffer. They share nothing but what is on disk, and tell each other only how they do.
 */
import { type Config, ConfigError } from './config.ts'
import { memoryHere, memoryMistake } from './load/heap.ts'
import { startLoaderProcess } from './load/process.ts'
import type { Log } from './log.ts'
import { startReceiver } from './receiver/receiver.ts'
import { claimServer, leastInterval, openBuffer } from './stores.ts'

export interface Connector {
  /** Where webhooks are received, such as `http://127.0.0.1:8080/webhooks/refiner`. */
  readonly url: string
  /** Stops accepting, finishes what is being answered, ends loads at a safe place, closes. */
  stop(): Promise<void>
}

/**
 * @param interactive someone is watching: load the first events at once instead of on the schedule
 * @throws ConfigError when one body could take more memory than there is
 */
export async function startConnector(config: Config, log: Log, interactive: boolean): Promise<Connector> {
  const mistake = memoryMistake(config.bodyLimit, memoryHere())
  if (mistake !== undefined) throw new ConfigError(`check the settings:\n  - ${mistake}`)
  const claim = claimServer(config, () =>
    log.warn('another server has the data folder, waiting a little for it to end'),
  )
  const buffer = openBuffer(config)
  const receiver = await startReceiver({
    host: config.host,
    port: config.port,
    secrets: config.webhookSecrets,
    auth: config.webhookAuth,
    bodyLimit: config.bodyLimit,
    buffer,
    destinations: () => loader.status(),
    lockLost: () => claim.lost(),
    log,
  })
  const loader = startLoaderProcess({ config, interactive, log, leastInterval })
  return {
    url: receiver.url,
    async stop() {
      // Together: nothing new comes or begins from here on, and what is still answered keeps no next server waiting.
      const ended = Promise.all([receiver.stop(), loader.stop()])
      claim.release()
      await ended
      await buffer.close()
    },
  }
}
