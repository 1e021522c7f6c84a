/**
 * Makes the tables and columns that are missing, from schemas/tables.ts, and the comments that tell what they mean.
 * Nothing is dropped or altered: tables, columns and views that a user made stay. Small tables are made with their primary key, for
 * tools that infer joins. Loading by key and version needs none, and the index of a large one costs: a fifth of 1,000,000 rows was
 * deleted and inserted again in 10 s with it and in 0.3 s without, and the file was 128 MB and not 19. `loads` grows with each load,
 * which with an index of 100,000 rows took 0.1 s longer.
 */
import type { DuckDBConnection, DuckDBResultReader } from '@duckdb/node-api'
import type { Table } from '../../../schemas/spec.ts'
import {
  attributes,
  formAttributes,
  forms,
  questionItems,
  questions,
  segments,
  tags,
} from '../../../schemas/tables/catalog.ts'
import { respondents } from '../../../schemas/tables/responses.ts'
import { columnNames } from '../../../schemas/tables/views.ts'
import { PermanentError } from '../../errors.ts'
import { identifier, literal, sqlType } from '../sql.ts'
import { columnsOf } from './cells.ts'
import { fillFormAttributes } from './upgrade.ts'

/** As many rows as a team makes surveys, questions, segments. */
const SMALL: ReadonlySet<Table> = new Set<Table>([
  forms,
  questions,
  questionItems,
  attributes,
  segments,
  tags,
  columnNames,
])

/** What a table in the file has, in the order of its columns. */
interface Found {
  readonly comment: string | null
  readonly columns: Map<string, { readonly type: string; readonly comment: string | null }>
}

/**
 * Returns the tables whose columns in the file are exactly those of the model, in order: rows can be appended to them
 * as they are.
 * @throws PermanentError when a column has another type than the model says
 */
export async function ensureSchema(
  connection: DuckDBConnection,
  path: string,
  tables: readonly Table[],
): Promise<ReadonlySet<Table>> {
  const found = await readSchema(connection)
  const statements = tables.flatMap((table) => changesTo(table, found.get(table.name), path))
  // With the table, or never: later it is not known whether it was filled.
  if (!found.has(formAttributes.name) && found.has(respondents.name) && tables.includes(formAttributes)) {
    statements.push(fillFormAttributes())
  }
  if (statements.length > 0) await connection.run(`BEGIN; ${statements.join('; ')}; COMMIT`)
  return new Set(tables.filter((table) => isExact(table, found.get(table.name))))
}

function changesTo(table: Table, found: Found | undefined, path: string): string[] {
  const name = identifier(table.name)
  const statements = found === undefined ? [createTable(table, SMALL.has(table) ? table.key : [])] : []
  if (found?.comment !== table.description) {
    statements.push(`COMMENT ON TABLE ${name} IS ${literal(table.description)}`)
  }
  for (const [column, { type, description }] of columnsOf(table)) {
    const known = found?.columns.get(column)
    const wanted = sqlType(type)
    if (found !== undefined && known === undefined) {
      if (column === table.partition) throw olderThan(path, table.name, column)
      // Also a required one may be null here: nothing is known of it in the rows that are there.
      statements.push(`ALTER TABLE ${name} ADD COLUMN ${identifier(column)} ${wanted}`)
    }
    if (known !== undefined && known.type !== wanted) throw wrongType(path, table.name, column, known.type, wanted)
    if (known?.comment !== description) {
      statements.push(`COMMENT ON COLUMN ${name}.${identifier(column)} IS ${literal(description)}`)
    }
  }
  return statements
}

/** The statement that makes a table. @param key columns that are declared as its primary key */
export function createTable(table: Table, key: readonly string[] = []): string {
  const columns = columnsOf(table).map(
    ([name, { type, required }]) => `${identifier(name)} ${sqlType(type)}${required ? ' NOT NULL' : ''}`,
  )
  if (key.length > 0) columns.push(`PRIMARY KEY (${key.map(identifier).join(', ')})`)
  return `CREATE TABLE ${identifier(table.name)} (${columns.join(', ')})`
}

/** Rows are looked for by their day, and those that are there have none. */
function olderThan(path: string, table: string, column: string): PermanentError {
  return new PermanentError(
    `open ${path}: ${table} was made before it had ${column}; move the file away, and \`npm run replay\` fills a new one`,
  )
}

function wrongType(path: string, table: string, column: string, type: string, wanted: string): PermanentError {
  const change = `ALTER TABLE ${identifier(table)} ALTER ${identifier(column)} TYPE ${wanted}`
  return new PermanentError(
    `open ${path}: column ${table}.${column} is ${type} and must be ${wanted}; change it (${change}), or rename it and a new one is made`,
  )
}

function isExact(table: Table, found: Found | undefined): boolean {
  return found === undefined || [...found.columns.keys()].join('\0') === Object.keys(table.columns).join('\0')
}

async function readSchema(connection: DuckDBConnection): Promise<Map<string, Found>> {
  const here = 'database_name = current_database() AND schema_name = current_schema()'
  const tables = await connection.runAndReadAll(`SELECT table_name, comment FROM duckdb_tables() WHERE ${here}`)
  const columns = await connection.runAndReadAll(
    `SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE ${here} ORDER BY column_index`,
  )
  const found = new Map<string, Found>()
  for (const [name, comment] of textRows(tables)) {
    if (name) found.set(name, { comment: comment ?? null, columns: new Map() })
  }
  for (const [table, column, type, comment] of textRows(columns)) {
    if (table && column && type) found.get(table)?.columns.set(column, { type, comment: comment ?? null })
  }
  return found
}

/** Rows of texts and nulls. */
export function textRows(reader: DuckDBResultReader): (string | null)[][] {
  return reader.getRowsJS().map((row) => row.map((value) => (typeof value === 'string' ? value : null)))
}
