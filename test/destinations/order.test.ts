/** In whatever order events are delivered, and however they are cut into batches: the same tables, everywhere. */
import test from 'ava'
import fc from 'fast-check'
import { users } from '../../schemas/tables/people.ts'
import { respondents } from '../../schemas/tables/responses.ts'
import { tables } from '../../schemas/tables.ts'
import type { Batch } from '../../src/buffer/buffer.ts'
import { flatten } from '../../src/flatten/flatten.ts'
import {
  batches,
  delivered,
  distinctLifecycles,
  type Payload,
  schedules,
  tiedLifecycles,
  visited,
} from '../support/lifecycles.ts'
import { column, type Tables, withoutLoads } from '../support/rows.ts'
import { memoryWarehouse, type Warehouse, warehouses } from '../support/warehouses.ts'
import { unstopped } from './with-warehouse.ts'

const WHOLE = { visits: [], cuts: [1_000_000] }
const ONE_BY_ONE = { visits: [], cuts: [1] }

/** Real files and databases are slower; what holds in memory holds there if the tables are equal. */
const runsOf = (kind: string) => (kind === 'memory' ? 200 : 12)

async function tablesAfter(make: () => Promise<Warehouse>, loaded: readonly Batch[]): Promise<Tables> {
  const warehouse = await make()
  try {
    for (const batch of loaded) await warehouse.destination.load(flatten(batch), unstopped())
    return withoutLoads(await warehouse.tables())
  } finally {
    await warehouse.remove()
  }
}

/** Without what tells when an event arrived: versions hold it, and the log says it. */
function withoutArrival(state: Tables): Tables {
  return Object.fromEntries(
    tables.map((table) => {
      const kept = Object.keys(table.columns).map(
        (name) => !name.endsWith('_version') && !(table.name === 'webhook_events' && name === 'received_at'),
      )
      return [table.name, (state[table.name] ?? []).map((row) => row.filter((_, at) => kept[at]))]
    }),
  )
}

for (const [kind, make] of Object.entries(warehouses)) {
  test(`${kind}: events whose times differ end in the same tables in any order of delivery`, async (t) => {
    const property = fc.asyncProperty(distinctLifecycles, schedules, async (payloads, schedule) => {
      const inOrder = batches(delivered(payloads), WHOLE)
      const shuffled = batches(delivered(visited(payloads, schedule)), schedule)
      t.deepEqual(
        withoutArrival(await tablesAfter(make, shuffled)),
        withoutArrival(await tablesAfter(memoryWarehouse, inOrder)),
      )
    })
    await fc.assert(property, { numRuns: runsOf(kind) })
  })

  test(`${kind}: what has arrived ends in the same tables however it is cut, repeated and ordered, ties too`, async (t) => {
    const property = fc.asyncProperty(tiedLifecycles, schedules, async (payloads, schedule) => {
      const arrived = delivered(payloads)
      const cut = batches(visited(arrived, schedule), schedule)
      t.deepEqual(await tablesAfter(make, cut), await tablesAfter(memoryWarehouse, batches(arrived, WHOLE)))
    })
    await fc.assert(property, { numRuns: runsOf(kind) })
  })
}

test('on a tie of all source times the last to arrive wins, and the first stays the respondent', async (t) => {
  const arrived = delivered([saw('first@example.com'), saw('second@example.com')])
  for (const loaded of [batches(arrived, WHOLE), batches(arrived.toReversed(), ONE_BY_ONE)]) {
    const state = await tablesAfter(memoryWarehouse, loaded)
    t.deepEqual(column(state, users, 'email'), ['second@example.com'])
    t.deepEqual(column(state, respondents, 'email'), ['first@example.com'])
  }
})

function saw(email: string): Payload {
  const second = '2024-05-01T00:00:00Z'
  const response = { uuid: 'r', last_shown_at: second }
  return { uuid: 'u', email, triggered_event: 'Saw Survey', last_seen_at: second, form: { uuid: 'f' }, response }
}
