/** Asking the warehouse beside a server that loads into it now and then: it is waited for. */
import { setTimeout as pause } from 'node:timers/promises'
import { wordsOf, TransientError } from '../src/errors.ts'

const TRIES = 40
/** Milliseconds. */
const PAUSE = 500

/** @param onWait told once, if it has to wait */
export async function whenFree<T>(task: () => Promise<T>, onWait: () => void = () => {}): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await task()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      if (tries === 1) onWait()
      if (tries === TRIES) throw new TransientError(`ask the warehouse: ${wordsOf(error)}`, { cause: error })
      await pause(PAUSE)
    }
  }
}
