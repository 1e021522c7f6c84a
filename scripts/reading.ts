/** What the commands share that read the warehouse: it is opened, asked, and let go, also when someone presses Ctrl-C. */
import type { Config } from '../src/config.ts'
import type { Source } from '../src/destinations/source.ts'
import { writeStream } from '../src/exports/write.ts'
import { openSource } from '../src/stores.ts'
import { whenFree } from './when-free.ts'

export const note = (text: string): void => void process.stderr.write(`${text}\n`)

/** To standard output; a reader who had enough, as `head` has, is no error. */
export async function print(text: string): Promise<void> {
  async function* pieces() {
    yield text
  }
  await writeStream(process.stdout, pieces(), new AbortController().signal)
}

export async function withSource<T>(
  config: Config,
  use: (source: Source, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort(new Error('stopped; nothing is left behind')))
  }
  const source = await whenFree(
    () => {
      stopping.signal.throwIfAborted()
      return openSource(config)
    },
    () => note('A load has the warehouse; waiting for it to end.'),
  )
  try {
    return await use(source, stopping.signal)
  } finally {
    await source.close()
  }
}
