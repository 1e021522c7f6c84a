/** Asking the warehouse beside a server that loads into it now and then: it is waited for. */
import { setTimeout as pause } from 'node:timers/promises'
import { TransientError } from '../src/errors.ts'
import { createPatience } from './patience.ts'

/** Milliseconds between tries. */
const PAUSE = 500

/** @param seconds how long it is waited for @throws TransientError when it was not free in that time */
export async function whenFree<T>(task: () => Promise<T>, seconds: number): Promise<T> {
  const patience = createPatience('ask the warehouse', seconds)
  for (;;) {
    try {
      return await task()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      const overdue = patience.wait(error)
      if (overdue !== undefined) throw overdue
      await pause(PAUSE)
    }
  }
}
