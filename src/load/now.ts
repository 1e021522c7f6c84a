/** Loading on request, beside a server that may be running: waits its turn instead of giving up. */
import { HeldError, type TransientError } from '../errors.ts'
import { BACKOFF, retry } from './retry.ts'
import { createRunner, type RunnerOptions, type RunOutcome } from './runner.ts'

/** @param onWait told each time another process is found loading into the same destination */
export async function loadNow(
  options: RunnerOptions,
  onWait: (error: TransientError) => void,
): Promise<Exclude<RunOutcome, 'busy'>> {
  const { buffer } = options
  const { name } = options.destination
  const runner = createRunner(options)
  return retry(
    async () => {
      const outcome = await runner.run()
      if (outcome !== 'busy') return outcome
      const who = (await buffer.claimant(name)) ?? 'another process'
      throw new HeldError(`load into ${name}: ${who} has the turn`, `${who} to end its load into ${name}`)
    },
    { signal: options.signal, backoff: { ...BACKOFF, longest: 2_000 }, onRetry: onWait },
  )
}
