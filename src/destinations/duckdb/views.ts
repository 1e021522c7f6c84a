/**
 * Makes the views that schemas/views.ts defines, each in one transaction, with comments that say what each column is. What is there
 * and the same stays; what a user made under such a name stays as well, and is told. A view of ours is known by a digest of its
 * definition, which stands in its comment and, as the name of an empty CTE, in its text: comments are read fast, and a view that is
 * replaced loses its own; a text takes DuckDB 5 ms to give where there are 2,000 columns, and says it when a user changed the comment.
 */
import { hash } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Row, rowOf, type Table } from '../../../schemas/spec.ts'
import { attributes, forms, questionItems } from '../../../schemas/tables/catalog.ts'
import { columnNames } from '../../../schemas/tables/views.ts'
import type { View } from '../../../schemas/views/spec.ts'
import { now } from '../batch.ts'
import { type CatalogRows, catalogOf } from '../catalog.ts'
import { identifier, literal } from '../sql.ts'
import { planViews, type ViewSettings } from '../view-plan.ts'
import { cellExpression, cellFrom, columnsOf } from './cells.ts'
import { duckdbDialect } from './dialect.ts'
import { isOfStatement } from './errors.ts'
import { textRows } from './schema.ts'
import type { Session } from './write.ts'

export interface Made {
  /** Views that were not made, each with the reason. */
  readonly reasons: readonly string[]
  /** Whether some are left for the next time. */
  readonly isPart: boolean
}

/**
 * @param longest milliseconds after which no other view is begun: meanwhile nobody else can have the file
 * @throws the signal's reason, and what DuckDB throws; after either the connection is to be closed
 */
export async function ensureViews(
  { connection, appender, signal }: Session,
  wanted: Pick<ViewSettings, 'models' | 'surveys'>,
  longest: number,
): Promise<Made> {
  const end = performance.now() + longest
  const settings = { ...wanted, sql: duckdbDialect, now: now() }
  const { newNames, views } = planViews(await readCatalog(connection), settings)
  await connection.run('BEGIN')
  await appender.append(
    columnNames,
    newNames.map((name) => rowOf(columnNames, name)),
  )
  await connection.run('COMMIT')
  const there = await readRelations(connection)
  const textOf = textsOf(connection)
  const reasons: string[] = []
  for (const view of views) {
    signal.throwIfAborted()
    if (performance.now() > end) return { reasons, isPart: true }
    const mark = markOf(view)
    const found = there.get(view.name)
    if (found?.includes(mark)) continue
    const text = found === undefined || found.includes(MARK) ? undefined : await textOf(view.name)
    if (text !== undefined && !text.includes(MARK)) reasons.push(`${view.name}: ${TAKEN}`)
    else if (!text?.includes(mark) && !(await makeView(connection, view, mark))) reasons.push(`${view.name}: ${UNMADE}`)
  }
  return { reasons, isPart: false }
}

/** Each comment copies the view with all its columns, which takes 4 ms where there are 2,000. So wide views have fewer; `column_names` has the rest. */
const COMMENTED = 60_000

const TAKEN = 'something else has that name; rename it, and the view is made'
const UNMADE = 'what it reads was changed by hand, or has the name of one of our views; undo that, and it is made'

const MARK = 'refiner_warehouse_definition_'
/** DuckDB takes a constant only, and none with NUL in it. */
const comment = (text: string) => literal(text.replaceAll('\0', '\ufffd'))

/** Of all that makes a view what it is: a change in any of it makes it anew. */
function markOf(view: View): string {
  const definition = JSON.stringify([view.query(duckdbDialect), view.description, view.columns])
  return `${MARK}${hash('sha256', definition, 'hex').slice(0, 16)}`
}

/** @returns false when what it reads is not as it should be, which hinders no other view */
async function makeView(connection: DuckDBConnection, view: View, mark: string): Promise<boolean> {
  await connection.run('BEGIN')
  try {
    await connection.run(`${statementsOf(view, mark)};\nCOMMIT`)
    return true
  } catch (error) {
    if (!isOfStatement(error)) throw error
    await connection.run('ROLLBACK')
    return false
  }
}

function statementsOf(view: View, mark: string): string {
  const name = identifier(view.name)
  const columns = Object.entries(view.columns)
  const comments = columns
    .slice(0, COMMENTED / columns.length)
    .map(([column, { description }]) => `COMMENT ON COLUMN ${name}.${identifier(column)} IS ${comment(description)}`)
  const query = `WITH ${mark} AS (SELECT 1) SELECT * FROM (\n${view.query(duckdbDialect)}\n)`
  return [
    `CREATE OR REPLACE VIEW ${name} AS ${query}`,
    `COMMENT ON VIEW ${name} IS ${comment(`${view.description} (${mark})`)}`,
    ...comments,
  ].join(';\n')
}

async function readCatalog(connection: DuckDBConnection) {
  const rows = async (table: Table): Promise<Row[]> => {
    const columns = columnsOf(table)
    const cells = columns.map(([name, column]) => cellExpression(name, column)).join(', ')
    const reader = await connection.runAndReadAll(`SELECT ${cells} FROM ${identifier(table.name)}`)
    return reader.getRowsJS().map((row) => columns.map(([, column], at) => cellFrom(row[at], column)))
  }
  const read: CatalogRows = {
    forms: await rows(forms),
    items: await rows(questionItems),
    attributes: await rows(attributes),
    names: await rows(columnNames),
  }
  return catalogOf(read)
}

const HERE = 'database_name = current_database() AND schema_name = current_schema()'

/** Comments of tables and views, by their names in lower case: DuckDB takes a name in any. */
async function readRelations(connection: DuckDBConnection): Promise<Map<string, string>> {
  const reader = await connection.runAndReadAll(
    `SELECT lower(view_name), comment FROM duckdb_views() WHERE ${HERE}
    UNION ALL SELECT lower(table_name), '' FROM duckdb_tables() WHERE ${HERE}`,
  )
  return new Map(textRows(reader).map(([name, comment]) => [name ?? '', comment ?? '']))
}

/** Gives the text of a view, '' of what is none; reads those of all views at the first call. */
function textsOf(connection: DuckDBConnection): (name: string) => Promise<string> {
  let texts: Promise<Map<string | null | undefined, string | null | undefined>> | undefined
  const read = async () => {
    const reader = await connection.runAndReadAll(`SELECT lower(view_name), sql FROM duckdb_views() WHERE ${HERE}`)
    return new Map(textRows(reader).map(([name, sql]) => [name, sql]))
  }
  return async (name) => {
    texts ??= read()
    return (await texts).get(name) ?? ''
  }
}
