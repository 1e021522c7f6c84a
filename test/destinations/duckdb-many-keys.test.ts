/** Batches of more keys than are sent to DuckDB at once: each is found, and none twice. */
import test from 'ava'
import { tags } from '../../schemas/tables/catalog.ts'
import { userAttributes, users } from '../../schemas/tables/people.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { duckdbWarehouse } from '../support/duckdb-warehouse.ts'
import { batchOf, column, row, rowsIn } from '../support/rows.ts'

/** Two full pieces, and a short one. */
const KEYS = 40_003
const quiet = () => ({ signal: new AbortController().signal })

/** Users of whom half have a day, each with one attribute, and tags. */
function batch(version: string): RowBatch {
  const all = Array.from({ length: KEYS }, (_, at) => String(at))
  return batchOf(version, {
    tags: all.map((tag) => row(tags, { tag_uuid: tag, row_version: version })),
    users: all.map((user) =>
      row(users, {
        user_uuid: user,
        created_on: Number(user) % 2 === 0 ? '2026-05-10' : null,
        row_version: version,
        attributes_version: version,
      }),
    ),
    user_attributes: all.map((user) =>
      row(userAttributes, {
        user_uuid: user,
        created_on: Number(user) % 2 === 0 ? '2026-05-10' : null,
        name: `attribute ${version}`,
        row_version: version,
      }),
    ),
  })
}

test('a newer batch replaces every row of an older one', async (t) => {
  const { destination, tables, remove } = await duckdbWarehouse()
  t.teardown(remove)
  for (const version of ['1', '2']) await destination.load(batch(version), quiet())
  const found = await tables()
  for (const table of [tags, users, userAttributes]) {
    t.is(rowsIn(found, table).length, KEYS, table.name)
    t.deepEqual(new Set(column(found, table, 'row_version')), new Set(['2']), table.name)
  }
})
