/** The statements of a batch of more days than one may change, read and run by a real SQL engine. */
import test from 'ava'
import { responses, responseTags } from '../../schemas/tables/responses.ts'
import { unstopped } from '../destinations/with-warehouse.ts'
import { bigqueryWarehouse } from '../support/bigquery-warehouse.ts'
import { batchOf, row, withoutLoads } from '../support/rows.ts'
import { comparable, memoryWarehouse } from '../support/warehouses.ts'

const dayAfter = (at: number) => new Date(Date.UTC(2015, 0, 1 + at)).toISOString().slice(0, 10)
const DAYS = [...Array.from({ length: 2_100 }, (_, at) => dayAfter(at)), null, '1999-01-01']

const batch = (version: string, days: readonly (string | null)[]) => {
  const keys = days.map((created_on) => ({ response_uuid: `r${created_on}`, created_on, row_version: version }))
  return batchOf(`batch-${version}`, {
    responses: keys.map((key) => row(responses, { ...key, tags_version: version })),
    response_tags: keys.map((key) => row(responseTags, { ...key, tag_uuid: `t${version}` })),
  })
}

test('batches of more days than one statement may change end in the tables of the reference', async (t) => {
  const [warehouse, memory] = [await bigqueryWarehouse(), await memoryWarehouse()]
  try {
    for (const one of [batch('2', DAYS), batch('1', DAYS), batch('3', DAYS.slice(50))]) {
      for (const { destination } of [warehouse, memory]) await destination.load(one, unstopped())
    }
    const [found, wanted] = [await warehouse.tables(), await memory.tables()].map((state) =>
      withoutLoads(comparable(warehouse, state)),
    )
    t.deepEqual(found, wanted)
  } finally {
    await warehouse.remove()
  }
})
