/**
 * Runs the statements of a merge in DuckDB, which has BigQuery's MERGE but for a word and the quotes. For what is about rows and not
 * about BigQuery: the emulator (test/emulator) reads the dialect itself.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Column, Row } from '../../../schemas/spec.ts'
import { batchTables } from '../../../src/destinations/batch.ts'
import { mergeTransactions } from '../../../src/destinations/bigquery/merge.ts'
import { encode } from '../../../src/destinations/bigquery/ndjson.ts'
import { createTable } from '../../../src/destinations/duckdb/schema.ts'
import { identifier, literal, sqlType } from '../../../src/destinations/sql.ts'
import type { RowBatch } from '../../../src/flatten/rows.ts'
import { readCells } from '../duckdb-cells.ts'
import { sorted, type Tables } from '../rows.ts'
import { stagedOf } from './statements.ts'

export interface Engine {
  readonly connection: DuckDBConnection
  /** Merges the batch, each transaction in one of its own. */
  load(batch: RowBatch): Promise<void>
  tables(): Promise<Tables>
}

/** @param folder for what is loaded into staging */
export async function mergeEngine(folder: string): Promise<Engine> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`SET TimeZone = 'UTC'; ATTACH ':memory:' AS "my-project"; USE "my-project"`)
  await connection.run('CREATE SCHEMA refiner; CREATE SCHEMA staging; USE "my-project".refiner')
  for (const table of batchTables) await connection.run(createTable(table))
  return {
    connection,
    async load(batch) {
      const staged = stagedOf(batch)
      for (const { table, rows, from } of staged) {
        if (from === undefined) continue
        const path = join(folder, `${from.table}.json`)
        writeFileSync(path, Buffer.concat(encode(table, rows).pieces))
        const types = Object.entries<Column<never>>(table.columns).map(
          ([name, { type }]) => `${literal(name)}: ${literal(sqlType(type))}`,
        )
        await connection.run(
          `CREATE OR REPLACE TABLE staging.${identifier(from.table)} AS ` +
            `FROM read_json(${literal(path)}, format = 'newline_delimited', columns = {${types.join(', ')}})`,
        )
      }
      for (const statements of mergeTransactions(staged)) {
        const sql = statements.map((each) => each.replace(/^MERGE /, 'MERGE INTO ').replaceAll('`', '"'))
        await connection.run(['BEGIN', ...sql, 'COMMIT'].join(';\n'))
      }
    },
    async tables() {
      const rows: Record<string, readonly Row[]> = {}
      for (const table of batchTables) rows[table.name] = await readCells(connection, table, identifier(table.name))
      return sorted(rows)
    },
  }
}
