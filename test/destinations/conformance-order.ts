/** In whatever order events are delivered, and however they are cut into batches: the same tables as in memory. */
import test from 'ava'
import fc from 'fast-check'
import { tables } from '../../schemas/tables.ts'
import type { Batch } from '../../src/buffer/buffer.ts'
import { contextKeys } from '../../src/flatten/context.ts'
import { flatten } from '../../src/flatten/flatten.ts'
import { UNSET } from '../../src/flatten/options.ts'
import { batches, delivered, distinctLifecycles, schedules, tiedLifecycles, visited } from '../support/lifecycles.ts'
import { type Tables, withoutLoads } from '../support/rows.ts'
import { comparable, memoryWarehouse, type Warehouse } from '../support/warehouses.ts'
import { type Make, settings, unstopped } from './with-warehouse.ts'

/** A name of the generated answers, so that every table has rows. */
const CONTEXT = { ...UNSET, isContext: contextKeys(['constructor']) }

const WHOLE = { visits: [], cuts: [1_000_000] }

export async function loadedInto({ destination, tables }: Warehouse, loaded: readonly Batch[]): Promise<Tables> {
  for (const batch of loaded) await destination.load(flatten(batch, CONTEXT), unstopped())
  return withoutLoads(await tables())
}

/** What some batches end in, and what others end in in memory, both as far as the warehouse keeps it. */
async function compared(make: Make, loaded: readonly Batch[], reference: readonly Batch[]) {
  const [warehouse, memory] = [await make(), await memoryWarehouse()]
  try {
    return {
      found: comparable(warehouse, await loadedInto(warehouse, loaded)),
      wanted: comparable(warehouse, await loadedInto(memory, reference)),
    }
  } finally {
    await warehouse.remove()
  }
}

/** Without what tells when an event arrived: versions hold it, and the log says it. */
function withoutArrival(state: Tables): Tables {
  return Object.fromEntries(
    tables.map((table) => {
      const kept = Object.keys(table.columns).map((name) => !name.endsWith('_version') && !name.endsWith('received_at'))
      return [table.name, (state[table.name] ?? []).map((row) => row.filter((_, at) => kept[at]))]
    }),
  )
}

export function endsAlikeInAnyOrder(kind: string, make: Make, runs: number): void {
  test(`${kind}: events whose times differ end in the same tables in any order of delivery`, async (t) => {
    const property = fc.asyncProperty(distinctLifecycles, schedules, async (payloads, schedule) => {
      const inOrder = batches(delivered(payloads), WHOLE)
      const shuffled = batches(delivered(visited(payloads, schedule)), schedule)
      const { found, wanted } = await compared(make, shuffled, inOrder)
      t.deepEqual(withoutArrival(found), withoutArrival(wanted))
    })
    await fc.assert(property, settings(runs))
  })

  test(`${kind}: what has arrived ends in the same tables however it is cut, repeated and ordered, ties too`, async (t) => {
    const property = fc.asyncProperty(tiedLifecycles, schedules, async (payloads, schedule) => {
      const arrived = delivered(payloads)
      const cut = batches(visited(arrived, schedule), schedule)
      const { found, wanted } = await compared(make, cut, batches(arrived, WHOLE))
      t.deepEqual(found, wanted)
    })
    await fc.assert(property, settings(runs))
  })
}
