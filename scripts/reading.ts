/** What the commands share that read the warehouse: it is opened, asked, and let go, also when someone presses Ctrl-C. */
import { Option } from 'commander'
import { SOURCES, type SourceName } from '../src/config/exports.ts'
import type { Config } from '../src/config.ts'
import type { Source } from '../src/destinations/source.ts'
import { MoreMemoryError } from '../src/errors.ts'
import { writeStream } from '../src/exports/write.ts'
import { openSource } from '../src/stores.ts'
import { note } from './terminal.ts'
import { whenFree } from './when-free.ts'

const MEGABYTE = 1024 ** 2

/** To standard output; a reader who had enough, as `head` has, is no error. */
export async function print(text: string): Promise<void> {
  async function* pieces() {
    yield text
  }
  await writeStream(process.stdout, pieces(), new AbortController().signal)
}

export const sourceOption = new Option(
  '--source <warehouse>',
  'which one to read (default: duckdb if DESTINATIONS has it, else bigquery)',
).choices(SOURCES)

/** Options that all reading commands share. */
export interface ReadingOptions {
  /** undefined: as the settings have it. */
  readonly source?: SourceName
  /** Seconds to wait for a load that has the warehouse. */
  readonly wait: number
}

/**
 * @param use done again from its start when its answer needs more memory than it had
 */
export async function withSource<T>(
  config: Config,
  { source: from, wait }: ReadingOptions,
  use: (source: Source, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort(new Error('stopped; nothing is left behind')))
  }
  const source = await whenFree(() => {
    stopping.signal.throwIfAborted()
    return openSource(config, from, (bytes) => note(`BigQuery reads ${Math.ceil(bytes / MEGABYTE)} MB`))
  }, wait)
  try {
    for (;;) {
      try {
        return await use(source, stopping.signal)
      } catch (error) {
        if (!(error instanceof MoreMemoryError)) throw error
      }
    }
  } finally {
    await source.close()
  }
}
