/** Real warehouses for tests, each in its own place, and a way to read the current state of all their tables. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Row } from '../../schemas/spec.ts'
import { tables } from '../../schemas/tables.ts'
import { storedRows } from '../../src/destinations/bigquery/days.ts'
import { csvDestination } from '../../src/destinations/csv/csv.ts'
import { foldQuery } from '../../src/destinations/csv/fold.ts'
import type { Destination } from '../../src/destinations/destination.ts'
import { memoryDestination } from '../../src/destinations/memory.ts'
import { readCells } from './duckdb-cells.ts'
import { duckdbWarehouse } from './duckdb-warehouse.ts'
import { byValue, sorted, type Tables } from './rows.ts'

export interface Warehouse {
  readonly destination: Destination
  /** The current state of every table, as cells, sorted by key. Also while the destination is open. */
  readonly tables: () => Promise<Tables>
  /** `value`: JSON comes back as the same value, in words of the warehouse's own. Absent: as the same text. */
  readonly json?: 'value'
  /** `some`: rows of other days have none (src/destinations/bigquery/days.ts). Absent: rows of every day have theirs. */
  readonly days?: 'some'
  /** Another destination on the same data, as after a crash: nothing was closed. Absent where a crash loses all. */
  readonly reopen?: () => Promise<Warehouse>
  /** Runs a statement as a user would, with the destination closed. Absent where there is no SQL. */
  readonly sql?: (statement: string) => Promise<unknown[][]>
  /** The statements by which a user adds a column to `forms`, with this text in all rows. */
  readonly addColumn?: (name: string, text: string) => readonly string[]
  /** Closes it and removes what it kept. */
  readonly remove: () => Promise<void>
}

/** Every kind of warehouse that must end in the same tables. */
export const warehouses: Readonly<Record<string, () => Promise<Warehouse>>> = {
  memory: memoryWarehouse,
  duckdb: duckdbWarehouse,
  csv: csvWarehouse,
}

/** The state as far as the warehouse promises to keep it. */
export function comparable({ json, days }: Warehouse, state: Tables): Tables {
  const kept = days === 'some' ? withStoredDays(state) : state
  return json === 'value' ? byValue(kept) : kept
}

const withStoredDays = (state: Tables): Tables =>
  Object.fromEntries(tables.map((table) => [table.name, storedRows(table, state[table.name] ?? [])]))

export async function memoryWarehouse(): Promise<Warehouse> {
  const destination = memoryDestination()
  await destination.prepare()
  return { destination, tables: async () => sorted(destination.tables()), remove: () => destination.close() }
}

export async function csvWarehouse(): Promise<Warehouse> {
  const directory = await mkdtemp(join(tmpdir(), 'csv-'))
  return csvWarehouseIn(directory)
}

/** Folds the files in the directory for every reading. */
export async function csvWarehouseIn(directory: string): Promise<Warehouse> {
  const destination = csvDestination({ directory, formulaGuard: false })
  await destination.prepare()
  return {
    destination,
    tables: () => foldedTables(directory),
    reopen: () => csvWarehouseIn(directory),
    async remove() {
      await destination.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Far from UTC, so that a reading that depends on the zone shows. */
const reader = DuckDBInstance.create(':memory:').then(async (instance) => {
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'Pacific/Kiritimati'")
  return connection
})

/** The current state that the batch files in the directory fold into. */
export async function foldedTables(directory: string): Promise<Tables> {
  const connection = await reader
  const rows: Record<string, Row[]> = {}
  for (const table of tables) rows[table.name] = await readCells(connection, table, `(${foldQuery(table, directory)})`)
  return sorted(rows)
}
