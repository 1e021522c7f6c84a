/** In whatever order events are delivered, and however they are cut into batches: the same tables, everywhere. */
import test from 'ava'
import { users } from '../../schemas/tables/people.ts'
import { respondents } from '../../schemas/tables/responses.ts'
import { batches, delivered, type Payload } from '../support/lifecycles.ts'
import { column } from '../support/rows.ts'
import { memoryWarehouse, warehouses } from '../support/warehouses.ts'
import { endsAlikeInAnyOrder, loadedInto } from './conformance-order.ts'

const WHOLE = { visits: [], cuts: [1_000_000] }
const ONE_BY_ONE = { visits: [], cuts: [1] }

/** Real files and databases are slower; what holds in memory holds there if the tables are equal. */
const runsOf = (kind: string) => (kind === 'memory' ? 200 : 12)

for (const [kind, make] of Object.entries(warehouses)) endsAlikeInAnyOrder(kind, make, runsOf(kind))

test('on a tie of all source times the last to arrive wins, and the first stays the respondent', async (t) => {
  const arrived = delivered([saw('first@example.com'), saw('second@example.com')])
  for (const loaded of [batches(arrived, WHOLE), batches(arrived.toReversed(), ONE_BY_ONE)]) {
    const state = await loadedInto(await memoryWarehouse(), loaded)
    t.deepEqual(column(state, users, 'email'), ['second@example.com'])
    t.deepEqual(column(state, respondents, 'email'), ['first@example.com'])
  }
})

function saw(email: string): Payload {
  const second = '2024-05-01T00:00:00Z'
  const response = { uuid: 'r', last_shown_at: second }
  return { uuid: 'u', email, triggered_event: 'Saw Survey', last_seen_at: second, form: { uuid: 'f' }, response }
}
