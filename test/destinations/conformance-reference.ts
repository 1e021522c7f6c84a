/** Any batches whatever, over all tables, end in the tables of the reference in memory. */
import test from 'ava'
import fc from 'fast-check'
import { arbitraryBatches } from '../support/arbitrary-rows.ts'
import { withoutLoads } from '../support/rows.ts'
import { memoryWarehouse } from '../support/warehouses.ts'
import { type Make, unstopped } from './with-warehouse.ts'

const RUNS = 25

export function equalsTheReference(kind: string, make: Make): void {
  test(`${kind}: any batches end in the tables of the reference`, async (t) => {
    const property = fc.asyncProperty(arbitraryBatches, async (batches) => {
      const [found, reference] = [await make(), await memoryWarehouse()]
      try {
        for (const batch of batches) {
          await found.destination.load(batch, unstopped())
          await reference.destination.load(batch, unstopped())
        }
        t.deepEqual(withoutLoads(await found.tables()), withoutLoads(await reference.tables()))
      } finally {
        await found.remove()
      }
    })
    await fc.assert(property, { numRuns: RUNS })
    t.pass()
  })
}
