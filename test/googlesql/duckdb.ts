/** What DuckDB has of the same batches: views and tables, in words that BigQuery's can be compared with. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ExecutionContext } from 'ava'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { textRows } from '../../src/destinations/duckdb/schema.ts'
import { identifier } from '../../src/destinations/sql.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import type { Answer } from './compare.ts'
import type { Answered } from './engine/values.ts'
import type { Settings } from './sent/traffic.ts'

const { signal } = new AbortController()

export interface InDuckdb {
  /** Names of all views. */
  views(): Promise<string[]>
  /** @param from a quoted name, or a query in parentheses */
  read(from: string): Promise<Answer>
}

export async function inDuckdb(
  t: ExecutionContext,
  batches: readonly RowBatch[],
  settings: Settings,
): Promise<InDuckdb> {
  const folder = await mkdtemp(join(tmpdir(), 'googlesql-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'w.duckdb')
  const destination = duckdbDestination({
    path,
    longestViews: Number.POSITIVE_INFINITY,
    ...settings,
  })
  await destination.prepare()
  for (const batch of batches) {
    await destination.load(batch, { signal })
    // After each: the names that surveys get stay, whatever they are called later.
    const reasons = (await destination.refreshViews?.({ signal }))?.reasons ?? []
    if (reasons.length > 0) throw new Error(`make the views: ${reasons.join('; ')}`)
  }
  await destination.close()
  const open = <T>(use: (connection: DuckDBConnection) => Promise<T>) =>
    withConnection(path, async (connection) => {
      // Far from UTC, so that a view that depends on the session's zone shows.
      await connection.run("SET TimeZone = 'Pacific/Kiritimati'")
      return use(connection)
    })
  return {
    views: () =>
      open(async (connection) => {
        const sql = 'SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY view_name'
        return textRows(await connection.runAndReadAll(sql)).map(([name]) => name ?? '')
      }),
    read: (from) =>
      open(async (connection) => {
        const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`)
        const columns = textRows(described).map(([name, type]) => ({ name: name ?? '', type: type ?? '' }))
        const cells = columns.map(({ name, type }) => written(identifier(name), type)).join(', ')
        const rows = (await connection.runAndReadAll(`SELECT ${cells} FROM ${from}`)).getRowsJS()
        return {
          columns: columns.map(({ name, type }) => ({ name, type: nameOf(type) })),
          rows: rows.map((row) => row.map(cellOf)),
        }
      }),
  }
}

const TYPES: Readonly<Record<string, string>> = {
  VARCHAR: 'STRING',
  BIGINT: 'INTEGER',
  INTEGER: 'INTEGER',
  HUGEINT: 'INTEGER',
  DOUBLE: 'FLOAT',
}

function nameOf(type: string): string {
  if (type.endsWith('[]')) return `ARRAY<${nameOf(type.slice(0, -2))}>`
  return TYPES[type] ?? type
}

/** Before each text while it is read: the client drops a byte order mark at the start of a text. */
const SHIELD = '.'

function written(value: string, type: string): string {
  if (type.endsWith('[]')) return `list_transform(${value}, lambda x: ${written('x', type.slice(0, -2))})`
  if (type === 'TIMESTAMP') return `'${SHIELD}' || strftime(${value}, '%Y-%m-%dT%H:%M:%S.%fZ')`
  if (['VARCHAR', 'JSON', 'DATE'].includes(type)) return `'${SHIELD}' || CAST(${value} AS VARCHAR)`
  return value
}

function cellOf(value: unknown): Answered {
  if (Array.isArray(value)) return value.map((each) => plain(each))
  return plain(value)
}

function plain(value: unknown) {
  if (typeof value === 'string') return value.slice(SHIELD.length)
  if (typeof value === 'bigint') return Number(value)
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  throw new Error(`read a cell back from DuckDB: ${typeof value} is none`)
}
