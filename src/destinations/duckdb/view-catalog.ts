/** What views are made from (../view-plan.ts), as DuckDB has it, and the names and types that are kept once given. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Row, rowOf, type Table } from '../../../schemas/spec.ts'
import { formAttributes } from '../../../schemas/tables/catalog.ts'
import { columnNames, type GivenName } from '../../../schemas/tables/views.ts'
import { contextQuestions } from '../../../schemas/views/answers.ts'
import { countsQuery } from '../../../schemas/views/column-counts.ts'
import type { ModelOptions } from '../../../schemas/views/spec.ts'
import { CATALOG_TABLES, type Catalog, catalogOf } from '../catalog.ts'
import { type Counting, countedOf, countingOf } from '../counting.ts'
import type { Surveys } from '../novelty.ts'
import { identifier, literal } from '../sql.ts'
import { cellExpression, cellFrom, columnsOf } from './cells.ts'
import { keyList } from './current.ts'
import { duckdbDialect } from './dialect.ts'
import type { Session } from './write.ts'

/** Of the attributes of forms only those of these surveys: there may be hundreds of thousands. */
export async function readCatalog(
  connection: DuckDBConnection,
  options: ModelOptions,
  surveys: Surveys,
): Promise<Catalog> {
  const tables: Record<string, Row[]> = {}
  for (const table of CATALOG_TABLES) {
    const isPart: boolean = table === formAttributes && surveys !== 'all'
    tables[table.name] = await rowsOf(connection, table, isPart ? `WHERE ${formsIn(surveys)}` : '')
  }
  const read = await connection.runAndReadAll(
    `SELECT '.' || form_uuid, '.' || question FROM (${contextQuestions(duckdbDialect, options)})`,
  )
  const context = read.getRowsJS().map(([form, question]): [string, string] => [unshielded(form), unshielded(question)])
  return catalogOf({ tables, context })
}

/** DuckDB's client drops a byte order mark at the start of a text; so a `.` stands before it. */
const unshielded = (value: unknown) => String(value).slice(1)

const formsIn = (surveys: Surveys) =>
  surveys === 'all' ? 'TRUE' : `form_uuid IN (${[...surveys].map((form) => literal(form)).join(', ')})`

async function rowsOf(connection: DuckDBConnection, table: Table, where: string): Promise<Row[]> {
  const columns = columnsOf(table)
  const cells = columns.map(([name, column]) => cellExpression(name, column)).join(', ')
  const reader = await connection.runAndReadAll(`SELECT ${cells} FROM ${identifier(table.name)} ${where}`)
  return reader.getRowsJS().map((row) => columns.map(([, column], at) => cellFrom(row[at], column)))
}

/** Counts the answers of columns that have no type yet; reads nothing where all have one. */
export async function readCounts(
  connection: DuckDBConnection,
  options: ModelOptions,
  catalog: Catalog,
  surveys: Surveys,
): Promise<Counting> {
  const sql = countsQuery(duckdbDialect, options, countedOf(catalog, surveys, 'open'))
  if (sql === undefined) return { counts: new Map(), respondents: undefined }
  return withMemory(connection, async () => countingOf((await connection.runAndReadAll(sql)).getRowObjectsJS()))
}

/** Mebibytes: what DuckDB takes to look into the JSON of attributes, 2,048 respondents at a time. Loading alone gets by with less. */
const COUNTING_MEMORY = 256

/** At least so much memory for a while. What is not needed is not taken. */
async function withMemory<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  const read = await connection.runAndReadAll(
    `SELECT value, parse_formatted_bytes(value) < ${COUNTING_MEMORY} * 1048576 FROM duckdb_settings() WHERE name = 'memory_limit'`,
  )
  const [usual, isLess] = read.getRowsJS()[0] ?? []
  if (isLess !== true) return work()
  await connection.run(`SET memory_limit = '${COUNTING_MEMORY}MiB'`)
  const found = await work()
  await connection.run(`SET memory_limit = ${literal(typeof usual === 'string' ? usual : '')}`)
  return found
}

/** In one transaction, one row for each name. */
export async function keepNames({ connection, appender }: Session, changed: readonly GivenName[]): Promise<void> {
  if (changed.length === 0) return
  const rows = changed.map((name) => rowOf(columnNames, name))
  const { relation, columns, json } = keyList(columnNames, columnNames.key, rows)
  await connection.run('BEGIN')
  await connection.run(`DELETE FROM ${columnNames.name} WHERE (${columns}) IN (SELECT (${columns}) FROM ${relation})`, [
    json,
  ])
  await appender.append(columnNames, rows)
  await connection.run('COMMIT')
}
