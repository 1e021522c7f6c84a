/** Loading on request, beside a server that may be running: waits its turn instead of giving up. */
import { TransientError } from '../errors.ts'
import { BACKOFF, retry } from './retry.ts'
import { createRunner, type RunnerOptions, type RunOutcome } from './runner.ts'

/** @param onWait told each time another process is found loading into the same destination */
export async function loadNow(options: RunnerOptions, onWait: () => void): Promise<Exclude<RunOutcome, 'busy'>> {
  const runner = createRunner(options)
  return retry(
    async () => {
      const outcome = await runner.run()
      if (outcome === 'busy')
        throw new TransientError(`load into ${options.destination.name}: another process is loading`)
      return outcome
    },
    { signal: options.signal, backoff: { ...BACKOFF, longest: 2_000 }, onRetry: onWait },
  )
}
