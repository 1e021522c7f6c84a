/** Any batches whatever, over all tables, end in the tables of the reference in memory. */
import test from 'ava'
import fc from 'fast-check'
import { arbitraryBatches } from '../support/arbitrary-rows.ts'
import { withoutLoads } from '../support/rows.ts'
import { comparable, memoryWarehouse, type Warehouse } from '../support/warehouses.ts'
import { type Make, settings, unstopped } from './with-warehouse.ts'

export function equalsTheReference(kind: string, make: Make, runs: number): void {
  test(`${kind}: any batches end in the tables of the reference`, async (t) => {
    const property = fc.asyncProperty(arbitraryBatches, async (batches) => {
      const [found, reference] = [await make(), await memoryWarehouse()]
      try {
        for (const batch of batches) {
          await found.destination.load(batch, unstopped())
          await reference.destination.load(batch, unstopped())
        }
        const kept = async (warehouse: Warehouse) => withoutLoads(comparable(found, await warehouse.tables()))
        t.deepEqual(await kept(found), await kept(reference))
      } finally {
        await found.remove()
      }
    })
    await fc.assert(property, settings(runs))
    t.pass()
  })
}
