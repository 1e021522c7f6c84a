/** DuckDB warehouses for tests, each in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Row } from '../../schemas/spec.ts'
import { tables } from '../../schemas/tables.ts'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { identifier } from '../../src/destinations/sql.ts'
import { readCells } from './duckdb-cells.ts'
import { sorted, type Tables } from './rows.ts'
import type { Warehouse } from './warehouses.ts'

export async function duckdbWarehouse(): Promise<Warehouse> {
  const folder = await mkdtemp(join(tmpdir(), 'duckdb-'))
  return duckdbWarehouseIn(folder)
}

/** On the file `w.duckdb` in the folder. */
export async function duckdbWarehouseIn(folder: string): Promise<Warehouse> {
  const path = join(folder, 'w.duckdb')
  const destination = duckdbDestination({ path })
  await destination.prepare()
  return {
    destination,
    async tables() {
      // Two that have a file open in one process do not see each other's changes.
      await destination.close()
      return tablesIn(path)
    },
    reopen: () => duckdbWarehouseIn(folder),
    sql: (statement) =>
      withConnection(path, async (connection) => (await connection.runAndReadAll(statement)).getRowsJS()),
    // A row that changes is written anew: of a user's column it keeps the default only.
    addColumn: (name, text) => [`ALTER TABLE forms ADD COLUMN ${name} VARCHAR DEFAULT '${text}'`],
    async remove() {
      await destination.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** All tables of the file, which no destination has open. Read in a session far from UTC. */
export function tablesIn(path: string): Promise<Tables> {
  return withConnection(path, async (connection) => {
    await connection.run("SET TimeZone = 'America/New_York'")
    const rows: Record<string, Row[]> = {}
    for (const table of tables) rows[table.name] = await readCells(connection, table, identifier(table.name))
    return sorted(rows)
  })
}

export async function withConnection<T>(path: string, use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(path)
  try {
    const connection = await instance.connect()
    try {
      return await use(connection)
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
  }
}
