/**
 * BigQuery: the rows of a batch are loaded into staging tables, and then one transaction makes them visible in all tables at
 * once; or, without billing, they are appended, and views tell the state (append.ts). Every step is a job whose id is derived
 * from the batch, so that after a crash anywhere the same steps find what was done.
 */
import type { LoadRecord } from '../../../schemas/records.ts'
import type { RowBatch } from '../../flatten/rows.ts'
import type { Destination } from '../destination.ts'
import { createNovelty } from '../novelty.ts'
import type { Trial } from '../refresh/unmade.ts'
import { append, withdrawAppend } from './append.ts'
import { openClient } from './client.ts'
import { load, withdrawMerge } from './load.ts'
import { type BigqueryOptions, LEAST_INTERVAL, NAME } from './options.ts'
import { prepare } from './prepare.ts'
import { prepareAppend } from './prepare-append.ts'
import { refreshViews, type Warehouse, type Written } from './view-refresh.ts'

/** Milliseconds: without billing, views are to be looked after also when nothing is new (expiry.ts). */
const EXPIRING = 86_400_000

interface Ready {
  readonly loadBatch: (batch: RowBatch, signal: AbortSignal) => Promise<LoadRecord>
  readonly withdraw: (batch: string, signal: AbortSignal) => Promise<LoadRecord | undefined>
  readonly warehouse: Warehouse
}

async function prepareMode(options: BigqueryOptions): Promise<Ready> {
  if (options.mode === 'append') {
    const ready = await prepareAppend(options)
    return {
      loadBatch: (batch, signal) => append(ready, batch, signal),
      withdraw: (batch, signal) => withdrawAppend(ready, batch, signal),
      warehouse: ready,
    }
  }
  const ready = await prepare(options)
  return {
    loadBatch: (batch, signal) => load(ready, batch, signal),
    withdraw: (batch, signal) => withdrawMerge(ready, batch, signal),
    warehouse: ready,
  }
}

/** Errors are Transient where it may pass, and Permanent where a person has to act; errors.ts says which. */
export function bigqueryDestination(options: BigqueryOptions): Destination {
  let ready: Ready | undefined
  const prepared = async () => {
    ready ??= await prepareMode(options)
    return ready
  }
  const withPrepared = async <T>(work: (ready: Ready) => Promise<T>): Promise<T> => {
    try {
      return await work(await prepared())
    } catch (error) {
      // What was prepared may be gone.
      ready = undefined
      throw error
    }
  }
  const novelty = createNovelty()
  let unmade: readonly Trial<Written>[] = []
  let refreshed = 0
  return {
    name: NAME,
    leastInterval: LEAST_INTERVAL,
    isBilled: options.mode === 'merge',
    async reach() {
      const { dataset } = await openClient(options)
      await dataset(options.dataset)
    },
    async prepare() {
      await prepared()
    },
    async load(batch, { signal }) {
      signal.throwIfAborted()
      const record = await withPrepared(({ loadBatch }) => loadBatch(batch, signal))
      novelty.notice(batch)
      return record
    },
    withdraw: (batch, { signal }) => withPrepared(({ withdraw }) => withdraw(batch, signal)),
    async refreshViews({ signal }) {
      const expiring = options.mode === 'append' && Date.now() - refreshed > EXPIRING
      const surveys = expiring ? 'all' : novelty.surveys()
      if (ready === undefined || (surveys === undefined && unmade.length === 0)) return { reasons: [], changes: [] }
      const made = await refreshViews(ready.warehouse, surveys, unmade, signal)
      // What was refused may be allowed, or out of the way, the next time.
      ;({ unmade } = made)
      if (made.settled !== undefined) {
        novelty.settle(made.settled)
        refreshed = Date.now()
      }
      if (made.hindrance !== undefined) throw made.hindrance
      return { reasons: made.reasons, changes: made.changes }
    },
    async close() {
      ready = undefined
    },
  }
}
