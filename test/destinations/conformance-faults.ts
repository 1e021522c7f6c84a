/** All or nothing, and twice is once, whatever goes wrong between. */

import { forms } from '../../schemas/tables/catalog.ts'
import { loads } from '../../schemas/tables/log.ts'
import { userSegments, users } from '../../schemas/tables/people.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { abortingAt } from '../support/faults.ts'
import { batchOf, column, row, rowsIn, withoutLoads } from '../support/rows.ts'
import { type Make, unstopped, withWarehouse } from './with-warehouse.ts'

function batch(id: string, version: string): RowBatch {
  return batchOf(id, {
    users: [row(users, { user_uuid: 'u', row_version: version, segments_version: version })],
    user_segments: [row(userSegments, { user_uuid: 'u', segment_uuid: `s${version}`, row_version: version })],
    forms: [row(forms, { form_uuid: 'f', name: version, row_version: version })],
  })
}

export function survivesFaults(kind: string, make: Make): void {
  withWarehouse(`${kind}: loading a batch twice is loading it once`, make, async (t, { destination, tables }) => {
    const first = await destination.load(batch('a', '1'), unstopped())
    const state = await tables()
    t.deepEqual(await destination.load(batch('a', '1'), unstopped()), first)
    t.deepEqual(await tables(), state)
  })

  withWarehouse(`${kind}: a known batch id changes nothing, whatever comes with it`, make, async (t, warehouse) => {
    const first = await warehouse.destination.load(batch('a', '1'), unstopped())
    const state = await warehouse.tables()
    t.deepEqual(await warehouse.destination.load(batch('a', '2'), unstopped()), first)
    t.deepEqual(await warehouse.tables(), state)
  })

  withWarehouse(`${kind}: a batch that is withdrawn tells whether it was loaded`, make, async (t, warehouse) => {
    const { destination } = warehouse
    t.is(await destination.withdraw('a', unstopped()), undefined)
    const record = await destination.load(batch('a', '1'), unstopped())
    const state = await warehouse.tables()
    t.deepEqual(await destination.withdraw('a', unstopped()), record)
    t.deepEqual(await warehouse.tables(), state)
  })

  withWarehouse(
    `${kind}: a batch that is withdrawn may be loaded in parts, and still as it is`,
    make,
    async (t, warehouse) => {
      const { destination } = warehouse
      t.is(await destination.withdraw('a', unstopped()), undefined)
      await destination.load(batch('part-of-a', '1'), unstopped())
      t.is(await destination.withdraw('b', unstopped()), undefined)
      await destination.load(batch('b', '2'), unstopped())
      t.is(rowsIn(await warehouse.tables(), loads).length, 2)
      t.deepEqual(column(await warehouse.tables(), userSegments, 'segment_uuid'), ['s2'])
    },
  )

  withWarehouse(
    `${kind}: the same rows in another batch change only loads`,
    make,
    async (t, { destination, tables }) => {
      await destination.load(batch('a', '1'), unstopped())
      const state = withoutLoads(await tables())
      await destination.load(batch('replay-a', '1'), unstopped())
      const after = await tables()
      t.deepEqual(withoutLoads(after), state)
      t.is(rowsIn(after, loads).length, 2)
    },
  )

  withWarehouse(
    `${kind}: close and prepare between loads, and prepare twice, are harmless`,
    make,
    async (t, warehouse) => {
      const { destination } = warehouse
      await destination.load(batch('a', '1'), unstopped())
      await destination.close()
      await destination.prepare()
      await destination.prepare()
      await destination.load(batch('b', '2'), unstopped())
      t.is(rowsIn(await warehouse.tables(), loads).length, 2)
      t.deepEqual(column(await warehouse.tables(), userSegments, 'segment_uuid'), ['s2'])
    },
  )

  withWarehouse(
    `${kind}: after a crash that lost the reply, loading again is loading once`,
    make,
    async (t, warehouse) => {
      const first = await warehouse.destination.load(batch('a', '1'), unstopped())
      const state = await warehouse.tables()
      if (warehouse.reopen === undefined) return t.pass()
      await warehouse.destination.close()
      const again = await warehouse.reopen()
      t.deepEqual(await again.destination.load(batch('a', '1'), unstopped()), first)
      t.deepEqual(await again.tables(), state)
      return again.remove()
    },
  )

  withWarehouse(
    `${kind}: wherever a load is stopped, nothing of it is visible, and it can follow`,
    make,
    async (t, warehouse) => {
      const { destination, tables } = warehouse
      await destination.load(batch('a', '1'), unstopped())
      const before = await tables()
      for (let check = 1; ; check += 1) {
        t.true(check < 1000)
        const { signal, reason, fired } = abortingAt(check)
        await destination.prepare()
        const outcome = await destination.load(batch('b', '2'), { signal }).catch((error: unknown) => error)
        // A signal that comes too late is ignored; it must not undo what is durable.
        if (!(outcome instanceof Error)) break
        t.true(fired())
        t.is(outcome, reason)
        t.deepEqual(await tables(), before)
      }
      await destination.prepare()
      await destination.load(batch('b', '2'), unstopped())
      t.deepEqual(column(await tables(), forms, 'name'), ['2'])
      t.deepEqual(column(await tables(), userSegments, 'segment_uuid'), ['s2'])
      t.is(rowsIn(await tables(), loads).length, 2)
    },
  )
}
