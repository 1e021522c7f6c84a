/** What every destination promises, over the fake: that the rows arrive as they are, whatever they hold. */
import { destinationOn } from '../support/bigquery/loading.ts'
import { type FakeBigquery, fakeBigquery } from '../support/fake-bigquery.ts'
import type { Warehouse } from '../support/warehouses.ts'
import { conforms } from './conformance.ts'

conforms('bigquery', async () => warehouseOn(await fakeBigquery()))

async function warehouseOn(fake: FakeBigquery): Promise<Warehouse> {
  const destination = destinationOn(fake)
  await destination.prepare()
  return {
    destination,
    json: 'value',
    days: 'some',
    tables: async () => fake.tables(),
    reopen: () => warehouseOn(fake),
    async remove() {
      await destination.close()
      fake.stop()
    },
  }
}
