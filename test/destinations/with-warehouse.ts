import test, { type ExecutionContext } from 'ava'
import type { LoadRecord } from '../../schemas/records.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { batchOf } from '../support/rows.ts'
import type { Warehouse } from '../support/warehouses.ts'

export type Make = () => Promise<Warehouse>

/** Loads rows as the next batch: batch-1, batch-2, … */
export type Load = (rows: Partial<RowBatch['rows']>) => Promise<LoadRecord>

/** Declares a test that has a warehouse of its own. */
export function withWarehouse(
  title: string,
  make: Make,
  body: (t: ExecutionContext, warehouse: Warehouse, load: Load) => Promise<unknown>,
): void {
  test(title, async (t) => {
    const warehouse = await make()
    let count = 0
    const load: Load = (rows) => {
      count += 1
      return warehouse.destination.load(batchOf(`batch-${count}`, rows), unstopped())
    }
    try {
      await body(t, warehouse, load)
    } finally {
      await warehouse.remove()
    }
  })
}

/** Options of a load that nothing stops. */
export function unstopped(): { signal: AbortSignal } {
  return { signal: new AbortController().signal }
}

/** Of properties. Where few runs are all that time allows, shrinking, which takes hundreds, is left out. */
export function settings(numRuns: number): { numRuns: number; endOnFailure: boolean } {
  return { numRuns, endOnFailure: numRuns < 10 }
}
