/** What every destination reads from a batch, and what it notes about one that it made durable. */
import type { LoadRecord } from '../../schemas/records.ts'
import type { Cell, Row, Table } from '../../schemas/spec.ts'
import { eventTables } from '../../schemas/tables.ts'
import type { RowBatch } from '../flatten/rows.ts'

/** The tables that a batch fills, owners before their children. */
export const batchTables: readonly Table[] = Object.values(eventTables)

/** The batch's rows of a table; none for a table that batches do not fill. */
export function rowsOf(batch: RowBatch, table: Table): readonly Row[] {
  const rows: Readonly<Record<string, readonly Row[]>> = batch.rows
  return rows[table.name] ?? []
}

/** The present instant as a cell; the clock ticks in milliseconds. */
export function now(): string {
  return new Date().toISOString().replace('Z', '000Z')
}

/** The record of a batch whose rows have just been written. */
export function loadRecord(destination: string, batch: RowBatch, startedAt: string): LoadRecord {
  const rows = Object.fromEntries(batchTables.map((table) => [table.name, rowsOf(batch, table).length]))
  const { id, firstSeq, lastSeq, events } = batch
  return { destination, batchId: id, firstSeq, lastSeq, events, rows, startedAt, finishedAt: now(), bytesBilled: null }
}

/** The record that a row of `loads` was made from, given its cells by column. */
export function readLoadRecord(cells: Readonly<Record<string, Cell>>): LoadRecord {
  const { destination, batch_id, first_seq, last_seq, events, rows, started_at, finished_at, bytes_billed } = cells
  return {
    destination: String(destination),
    batchId: String(batch_id),
    firstSeq: Number(first_seq),
    lastSeq: Number(last_seq),
    events: Number(events),
    rows: JSON.parse(String(rows)),
    startedAt: String(started_at),
    finishedAt: String(finished_at),
    bytesBilled: typeof bytes_billed === 'number' ? bytes_billed : null,
  }
}
