/**
 * BigQuery: the rows of a batch are loaded into staging tables, and then one transaction makes them visible in all tables at
 * once; or, without billing, they are appended, and views tell the state (append.ts). Every step is a job whose id is derived
 * from the batch, so that after a crash anywhere the same steps find what was done.
 */
import type { LoadRecord } from '../../../schemas/records.ts'
import type { RowBatch } from '../../flatten/rows.ts'
import type { Destination } from '../destination.ts'
import { append } from './append.ts'
import { load } from './load.ts'
import { type BigqueryOptions, LEAST_INTERVAL, NAME } from './options.ts'
import { prepare } from './prepare.ts'
import { prepareAppend } from './prepare-append.ts'

type Load = (batch: RowBatch, signal: AbortSignal) => Promise<LoadRecord>

async function prepareMode(options: BigqueryOptions): Promise<Load> {
  if (options.mode === 'append') {
    const ready = await prepareAppend(options)
    return (batch, signal) => append(ready, batch, signal)
  }
  const ready = await prepare(options)
  return (batch, signal) => load(ready, batch, signal)
}

/** Errors are Transient where it may pass, and Permanent where a person has to act; errors.ts says which. */
export function bigqueryDestination(options: BigqueryOptions): Destination {
  let ready: Load | undefined
  const prepared = async () => {
    ready ??= await prepareMode(options)
    return ready
  }
  return {
    name: NAME,
    leastInterval: LEAST_INTERVAL,
    async prepare() {
      await prepared()
    },
    async load(batch, { signal }) {
      signal.throwIfAborted()
      try {
        const loadBatch = await prepared()
        return await loadBatch(batch, signal)
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
