/** What views are made from (../view-plan.ts), as DuckDB has it, and the names and types that are kept once given. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Row, rowOf, type Table } from '../../../schemas/spec.ts'
import { formAttributes } from '../../../schemas/tables/catalog.ts'
import { respondents } from '../../../schemas/tables/responses.ts'
import { columnNames, type GivenName } from '../../../schemas/tables/views.ts'
import { contextQuestions } from '../../../schemas/views/answers.ts'
import { type Counted, countsQuery } from '../../../schemas/views/column-counts.ts'
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
  const wanted = countedOf(catalog, surveys, 'open')
  const rows: Record<string, unknown>[] = []
  const count = async (counted: Counted, among?: string) => {
    const sql = countsQuery(duckdbDialect, options, counted, among)
    if (sql !== undefined) rows.push(...(await connection.runAndReadAll(sql)).getRowObjectsJS())
  }
  await count({ ...wanted, attributes: { user: [], account: [] } })
  for (const among of await partsOf(connection, wanted.attributes)) {
    await count({ ...wanted, questions: [] }, among)
  }
  return countingOf(rows)
}

/** So few names are looked for in the JSON's text before it is read. */
const FEW_NAMES = 16
/** DuckDB's vectors hold so many rows, and the members of their JSON objects are in memory at once. */
const VECTOR = 2048
/** Members that may be: of 2,048 respondents with 150 attributes they take 40 MB. */
const MEMBERS_AT_ONCE = 80_000

/** Conditions on respondents as `P`, of which each is counted by itself. */
async function partsOf(connection: DuckDBConnection, { user, account }: Counted['attributes']): Promise<string[]> {
  const names = [
    ...user.map((name) => ['attributes', name] as const),
    ...account.map((name) => ['account_attributes', name] as const),
  ]
  if (names.length === 0) return []
  if (names.length <= FEW_NAMES) {
    const mentions = names.map(
      ([column, name]) => `contains(CAST(P.${column} AS VARCHAR), ${literal(JSON.stringify(name))})`,
    )
    return [mentions.join(' OR ')]
  }
  const heavy = await heavyVectors(connection)
  if (heavy.length === 0) return ['TRUE']
  const others = `P.rowid // ${VECTOR} NOT IN (${heavy.map(({ vector }) => vector).join(', ')})`
  return [others, ...heavy.flatMap(slicesOf)]
}

/** Of respondents. */
interface Vector {
  readonly vector: number
  readonly rows: number
  readonly members: number
  /** The first and the last `rowid`. */
  readonly first: number
  readonly last: number
}

/** Those that are read in slices. Colons are counted for members: there are never fewer. */
async function heavyVectors(connection: DuckDBConnection): Promise<Vector[]> {
  const colons = (column: string) => `coalesce(length(${column}) - length(replace(${column}, ':', '')), 0)`
  const members = `sum(${colons('attributes')} + ${colons('account_attributes')})`
  const cells = [`rowid // ${VECTOR}`, 'count(*)', members, 'min(rowid)', 'max(rowid)']
  const reader = await connection.runAndReadAll(
    `SELECT ${cells.map((cell) => `CAST(${cell} AS DOUBLE)`).join(', ')} FROM ${respondents.name}
    GROUP BY rowid // ${VECTOR} HAVING ${members} > ${MEMBERS_AT_ONCE} ORDER BY 1`,
  )
  return reader.getRowsJS().map((row) => {
    const [vector = 0, rows = 0, among = 0, first = 0, last = 0] = row.map(Number)
    return { vector, rows, members: among, first, last }
  })
}

function slicesOf({ rows, members, first, last }: Vector): string[] {
  const atOnce = Math.max(1, Math.floor((rows * MEMBERS_AT_ONCE) / members))
  return Array.from({ length: Math.ceil((last + 1 - first) / atOnce) }, (_, at) => {
    const from = first + at * atOnce
    return `P.rowid >= ${from} AND P.rowid < ${Math.min(from + atOnce, last + 1)}`
  })
}

/** In one transaction, one row for each name. */
export async function keepNames({ connection, appender }: Session, changed: readonly GivenName[]): Promise<void> {
  if (changed.length === 0) return
  const rows = changed.map((name) => rowOf(columnNames, name))
  const { relation, columns, values } = keyList(columnNames, columnNames.key, rows)
  await connection.run('BEGIN')
  await connection.run(`DELETE FROM ${columnNames.name} WHERE (${columns}) IN (SELECT (${columns}) FROM ${relation})`, [
    ...values,
  ])
  await appender.append(columnNames, rows)
  await connection.run('COMMIT')
}
