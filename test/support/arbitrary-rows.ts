/** fast-check: batches of rows for every table, generated from the tables' definitions, with clashing keys and versions. */
import fc from 'fast-check'
import type { Cell, Column, ColumnType, Row, Table } from '../../schemas/spec.ts'
import { batchTables } from '../../src/destinations/batch.ts'
import { cellOf, keyOf } from '../../src/destinations/merge.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { NASTY_TEXTS } from '../destinations/conformance-values.ts'
import { batchOf } from './rows.ts'

const nasty = fc.oneof(fc.constantFrom(...NASTY_TEXTS), fc.string({ unit: 'binary', maxLength: 20 }))
const time = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString().replace('Z', '123Z'))

const CELLS: Readonly<Record<ColumnType, fc.Arbitrary<Cell>>> = {
  text: nasty,
  integer: fc.maxSafeInteger(),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean: fc.boolean(),
  timestamp: time,
  date: time.map((text) => text.slice(0, 10)),
  // Never null: a collection that is null is as good as absent.
  json: fc
    .json({ maxDepth: 2 })
    .map((text) => JSON.stringify(JSON.parse(text.toWellFormed())))
    .filter((text) => text !== 'null'),
}

/** Few keys, so that rows meet: some of them nasty. */
const KEYS: Readonly<Record<'text' | 'integer', readonly Cell[]>> = { text: ['a', '', 'b\'\0"\n'], integer: [0, 1] }

/** A cell. `filled` ones depend on nothing but the column: which of two values of different versions fills a cell first
 *  is the one thing that the order of loading decides. */
function arbitraryCell(table: Table, name: string, { type, required, merge }: Column<never>): fc.Arbitrary<Cell> {
  if (table.key.includes(name)) return fc.constantFrom(...(type === 'integer' ? KEYS.integer : KEYS.text))
  if (name === 'row_version') return fc.constantFrom('1', '2', '3')
  if (name.endsWith('_version')) return fc.constantFrom('', '1', '2', '3')
  if (merge === 'widest') return fc.constantFrom(null, 'boolean', 'number', 'timestamp', 'text')
  if (merge === 'filled') return fc.constantFrom(null, type === 'integer' ? 7 : 'filled')
  return required ? CELLS[type] : fc.option(CELLS[type], { nil: null })
}

const arbitraryRow = (table: Table): fc.Arbitrary<Row> =>
  fc
    .tuple(...Object.entries<Column<never>>(table.columns).map(([name, column]) => arbitraryCell(table, name, column)))
    .map((row) =>
      Object.keys(table.columns).map((name, at) => (name === table.partition ? day(table, row) : (row[at] ?? null))),
    )

/** The partition column is a pure function of the key; null where the key holds no day. */
function day(table: Table, row: Row): Cell {
  const type = table.columns[table.partition ?? '']?.type
  const at = KEYS.text.indexOf(cellOf(table, row, table.key[0] ?? ''))
  return type === 'date' ? (['2024-02-29', null, '9999-12-31'][at] ?? null) : `2024-02-29T00:00:0${at}.000001Z`
}

const arbitraryRows = (table: Table) =>
  fc.uniqueArray(arbitraryRow(table), { maxLength: 3, selector: (row) => keyOf(table, row) })

const arbitraryBatch: fc.Arbitrary<RowBatch['rows']> = fc.tuple(...batchTables.map(arbitraryRows)).map((lists) => {
  const rows = new Map(batchTables.map((table, at) => [table.name, lists[at] ?? []]))
  const named = batchTables.map((table) => [table.name, (rows.get(table.name) ?? []).filter(hasOwner(table, rows))])
  return batchOf('', Object.fromEntries(named)).rows
})

/** Children stand in the batch of their owner's collection, as flattening has it. */
function hasOwner(table: Table, rows: ReadonlyMap<string, readonly Row[]>): (child: Row) => boolean {
  const { owner } = table
  if (owner === undefined) return () => true
  return (child) =>
    batchTables.some(
      (ownerTable) =>
        ownerTable.name === owner.table &&
        (rows.get(owner.table) ?? []).some(
          (row) =>
            cellOf(ownerTable, row, owner.key) === cellOf(table, child, owner.key) &&
            cellOf(ownerTable, row, owner.version) !== '',
        ),
    )
}

/** Some batches in loading order. */
export const arbitraryBatches: fc.Arbitrary<RowBatch[]> = fc
  .array(arbitraryBatch, { minLength: 1, maxLength: 5 })
  .map((list) => list.map((rows, at) => batchOf(`batch-${at}`, rows)))
