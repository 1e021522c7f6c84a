/**
 * Rows on their way into a table: by the appender, in chunks of columns, which is exact for every text and several times
 * faster than statements. Times, dates and JSON travel as text; DuckDB casts them on the way in.
 */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  VARCHAR,
} from '@duckdb/node-api'
import type { Cell, ColumnType, Row, Table } from '../../../schemas/spec.ts'
import { identifier } from '../sql.ts'
import { columnsOf } from './cells.ts'
import { createTable } from './schema.ts'

/** DuckDB's vectors hold so many. */
const CHUNK_ROWS = 2048

const TRAVELS_AS: Readonly<Record<ColumnType, DuckDBType>> = {
  text: VARCHAR,
  integer: BIGINT,
  number: DOUBLE,
  boolean: BOOLEAN,
  timestamp: VARCHAR,
  date: VARCHAR,
  json: VARCHAR,
}

export interface Appender {
  append(table: Table, rows: readonly Row[]): Promise<void>
}

/** @param exact tables whose columns are exactly the model's; into others rows go by name, and extra columns get their default */
export function createAppender(connection: DuckDBConnection, exact: ReadonlySet<Table>): Appender {
  // Kept, since the memory of a chunk is freed only with garbage.
  const chunks = new Map<Table, DuckDBDataChunk>()

  return {
    async append(table, rows) {
      if (rows.length === 0) return
      if (exact.has(table)) {
        await appendTo(table.name, table, rows)
        return
      }
      const staged = { ...table, name: `staged ${table.name}` }
      const columns = Object.keys(table.columns).map(identifier).join(', ')
      await connection.run(createTable(staged).replace('CREATE', 'CREATE OR REPLACE TEMP'))
      await appendTo(staged.name, table, rows)
      await connection.run(
        `INSERT INTO ${identifier(table.name)} (${columns}) SELECT ${columns} FROM ${identifier(staged.name)}`,
      )
      await connection.run(`DROP TABLE ${identifier(staged.name)}`)
    },
  }

  async function appendTo(name: string, table: Table, rows: readonly Row[]): Promise<void> {
    const appender = await connection.createAppender(name)
    const chunk = chunks.get(table) ?? newChunk(table)
    chunks.set(table, chunk)
    const types = columnsOf(table).map(([, { type }]) => type)
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      fill(chunk, types, rows, start)
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
  }
}

const newChunk = (table: Table) => DuckDBDataChunk.create(columnsOf(table).map(([, { type }]) => TRAVELS_AS[type]))

function fill(chunk: DuckDBDataChunk, types: readonly ColumnType[], rows: readonly Row[], start: number): void {
  const count = Math.min(CHUNK_ROWS, rows.length - start)
  chunk.reset()
  chunk.rowCount = count
  for (const [column, type] of types.entries()) {
    const vector = chunk.getColumnVector(column)
    for (let at = 0; at < count; at += 1) {
      const cell: Cell = rows[start + at]?.[column] ?? null
      vector.setItem(at, type === 'integer' && cell !== null ? BigInt(Number(cell)) : cell)
    }
    vector.flush()
  }
}
