/**
 * A warehouse in memory: the reference semantics. What it holds after a batch is what every destination must hold.
 * It knows no table by name; schemas/tables.ts says all.
 */
import type { LoadRecord } from '../../schemas/records.ts'
import { type Owner, type Row, rowOf, type Table } from '../../schemas/spec.ts'
import { loads } from '../../schemas/tables/log.ts'
import type { RowBatch } from '../flatten/rows.ts'
import { batchTables, loadRecord, now, rowsOf } from './batch.ts'
import type { Destination } from './destination.ts'
import { cellOf, isLog, keyOf, mergeRows, versionOf } from './merge.ts'

export interface MemoryDestination extends Destination {
  /** The current rows of every table by its name, in no order. */
  tables(): Readonly<Record<string, readonly Row[]>>
}

/** Rows by key; for a child table, the rows of each owner by the owner's key. */
interface State {
  readonly rows: Map<string, Map<string, Row>>
  readonly children: Map<string, Map<string, readonly Row[]>>
}

export function memoryDestination(name = 'memory'): MemoryDestination {
  const state: State = { rows: new Map(), children: new Map() }
  const loaded = new Map<string, LoadRecord>()
  for (const table of batchTables) (table.owner ? state.children : state.rows).set(table.name, new Map())

  return {
    name,
    prepare: async () => {},
    async load(batch, { signal }) {
      signal.throwIfAborted()
      const known = loaded.get(batch.id)
      if (known !== undefined) return known
      const startedAt = now()
      apply(state, batch)
      const record = loadRecord(name, batch, startedAt)
      loaded.set(batch.id, record)
      return record
    },
    withdraw: async (batch) => loaded.get(batch),
    close: async () => {},
    tables: () => ({
      ...Object.fromEntries([...state.rows].map(([table, rows]) => [table, [...rows.values()]])),
      ...Object.fromEntries([...state.children].map(([table, rows]) => [table, [...rows.values()].flat()])),
      [loads.name]: [...loaded.values()].map((record) => rowOf(loads, record)),
    }),
  }
}

/** Children go first: whether they are replaced is decided by the version that their owner had before the batch. */
function apply(state: State, batch: RowBatch): void {
  for (const table of batchTables) if (table.owner) replaceChildren(state, batch, table, table.owner)
  for (const table of batchTables) if (!table.owner) mergeInto(state.rows.get(table.name), table, rowsOf(batch, table))
}

function mergeInto(rows: Map<string, Row> | undefined, table: Table, batch: readonly Row[]): void {
  for (const row of batch) {
    const key = keyOf(table, row)
    const current = rows?.get(key)
    if (current === undefined) rows?.set(key, row)
    else if (!isLog(table)) rows?.set(key, mergeRows(table, current, row))
  }
}

/** All rows of an owner go, and those of the batch come, if the batch brings a higher version of the collection. */
function replaceChildren(state: State, batch: RowBatch, table: Table, { key, version, ...owner }: Owner): void {
  const byOwner = Map.groupBy(rowsOf(batch, table), (row) => JSON.stringify([cellOf(table, row, key)]))
  for (const ownerTable of batchTables.filter(({ name }) => name === owner.table)) {
    for (const row of rowsOf(batch, ownerTable)) {
      const ownerKey = keyOf(ownerTable, row)
      const current = state.rows.get(owner.table)?.get(ownerKey)
      if (versionOf(ownerTable, row, version) <= versionOf(ownerTable, current, version)) continue
      state.children.get(table.name)?.set(ownerKey, byOwner.get(ownerKey) ?? [])
    }
  }
}
