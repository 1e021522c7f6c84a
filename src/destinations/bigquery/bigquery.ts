/**
 * BigQuery: the rows of a batch are loaded into staging tables, and then one transaction makes them visible in all tables at
 * once. Every step is a job whose id is derived from the batch, so that after a crash anywhere the same steps find what was done.
 */
import type { Destination } from '../destination.ts'
import { load } from './load.ts'
import { type BigqueryOptions, NAME } from './options.ts'
import { prepare, type Ready } from './prepare.ts'

/** Errors are Transient where it may pass, and Permanent where a person has to act; errors.ts says which. */
export function bigqueryDestination(options: BigqueryOptions): Destination {
  let ready: Ready | undefined
  const prepared = async () => {
    ready ??= await prepare(options)
    return ready
  }
  return {
    name: NAME,
    async prepare() {
      await prepared()
    },
    async load(batch, { signal }) {
      signal.throwIfAborted()
      try {
        return await load(await prepared(), batch, signal)
      } catch (error) {
        // What was prepared may be gone.
        ready = undefined
        throw error
      }
    },
    async close() {
      ready = undefined
    },
  }
}
