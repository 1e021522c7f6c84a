/**
 * What every destination promises, as tests: `conforms('duckdb', makeWarehouse)`. The rules of merging, values, faults
 * and the schema have files of their own.
 */
import { forms } from '../../schemas/tables/catalog.ts'
import { loads, webhookEvents } from '../../schemas/tables/log.ts'
import { column, row, rowsIn, sorted } from '../support/rows.ts'
import { comparable } from '../support/warehouses.ts'
import { survivesFaults } from './conformance-faults.ts'
import { mergesStates, replacesChildren } from './conformance-merge.ts'
import { equalsTheReference } from './conformance-reference.ts'
import { keepsSchema } from './conformance-schema.ts'
import { keepsValues } from './conformance-values.ts'
import { type Make, withWarehouse } from './with-warehouse.ts'

/** Declares the tests of every rule for one kind of destination. Each test makes its own warehouse. @param runs of properties */
export function conforms(kind: string, make: Make, runs = 25): void {
  keepsRecords(kind, make)
  mergesStates(kind, make)
  replacesChildren(kind, make)
  keepsValues(kind, make)
  survivesFaults(kind, make)
  keepsSchema(kind, make)
  equalsTheReference(kind, make, runs)
}

function keepsRecords(kind: string, make: Make): void {
  withWarehouse(`${kind}: a batch is in loads, as its record says`, make, async (t, warehouse, load) => {
    const { destination, tables } = warehouse
    const record = await load({ forms: [row(forms, { form_uuid: 'f', row_version: '1' })] })
    t.is(record.destination, destination.name)
    t.like(record.rows, { forms: 1, users: 0 })
    t.true(record.startedAt <= record.finishedAt)
    const expected = row(loads, {
      destination: destination.name,
      batch_id: 'batch-1',
      first_seq: 1,
      last_seq: 2,
      events: 2,
      rows: JSON.stringify(record.rows),
      started_at: record.startedAt,
      finished_at: record.finishedAt,
    })
    const [found, wanted] = [await tables(), sorted({ [loads.name]: [expected] })]
    t.deepEqual(rowsIn(comparable(warehouse, found), loads), rowsIn(comparable(warehouse, wanted), loads))
  })

  withWarehouse(`${kind}: a batch without rows is in loads too`, make, async (t, { tables }, load) => {
    await load({})
    t.deepEqual(column(await tables(), loads, 'batch_id'), ['batch-1'])
  })

  withWarehouse(
    `${kind}: the first row of a log's key stays, however late it comes again`,
    make,
    async (t, { tables }, load) => {
      await load({ webhook_events: [row(webhookEvents, { event_id: 'a', source: 'webhook' })] })
      const late = { received_at: '2031-01-01T00:00:00.000000Z' }
      const again = row(webhookEvents, { event_id: 'a', source: 'backfill', ...late })
      await load({ webhook_events: [again, row(webhookEvents, { event_id: 'b', source: 'backfill', ...late })] })
      t.deepEqual(column(await tables(), webhookEvents, 'source'), ['webhook', 'backfill'])
    },
  )
}
