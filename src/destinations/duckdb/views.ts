/**
 * Makes the views that schemas/views.ts defines, each in one transaction, with comments that say what each column is. What is there
 * and the same stays; what a user made under such a name stays as well, and is told. A view of ours is known by a digest of its
 * definition, which stands in its text as the name of an empty CTE.
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
import { textRows } from './schema.ts'
import type { Session } from './write.ts'

export interface Made {
  /** Names that are taken by something of the user's. */
  readonly taken: readonly string[]
  /** Whether some are left for the next time. */
  readonly isPart: boolean
}

/**
 * @param longest milliseconds after which no other view is begun: meanwhile nobody else can have the file
 * @throws the signal's reason, and what DuckDB throws; after either the connection is to be closed
 */
export async function ensureViews(
  { connection, appender, signal }: Session,
  wanted: Pick<ViewSettings, 'questions' | 'surveys'>,
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
  const found = await readRelations(connection)
  const taken: string[] = []
  for (const view of views) {
    signal.throwIfAborted()
    if (performance.now() > end) return { taken, isPart: true }
    const text = definitionOf(view)
    const there = found.get(view.name)
    if (there !== undefined && !there.includes(MARK)) taken.push(view.name)
    else if (there === undefined || !there.includes(markOf(text))) {
      await connection.run(`BEGIN;\n${statementsOf(view, text)};\nCOMMIT`)
    }
  }
  return { taken, isPart: false }
}

/** Each comment copies the view with all its columns, which takes 4 ms where there are 2,000. So wide views have fewer; `column_names` has the rest. */
const COMMENTED = 60_000

const MARK = 'refiner_warehouse_definition_'
const markOf = (text: string) => `${MARK}${hash('sha256', text, 'hex').slice(0, 16)}`

/** DuckDB takes a constant only, and none with NUL in it. */
const comment = (text: string) => literal(text.replaceAll('\0', '\ufffd'))

/** All that makes a view what it is: a change in any of it makes it anew. */
function definitionOf(view: View): string {
  return JSON.stringify([view.query(duckdbDialect), view.description, view.columns])
}

function statementsOf(view: View, text: string): string {
  const name = identifier(view.name)
  const columns = Object.entries(view.columns)
  const comments = columns
    .slice(0, COMMENTED / columns.length)
    .map(([column, { description }]) => `COMMENT ON COLUMN ${name}.${identifier(column)} IS ${comment(description)}`)
  const query = `WITH ${markOf(text)} AS (SELECT 1) SELECT * FROM (\n${view.query(duckdbDialect)}\n)`
  return [
    `CREATE OR REPLACE VIEW ${name} AS ${query}`,
    `COMMENT ON VIEW ${name} IS ${comment(view.description)}`,
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

/** Tables and views by name; a table's text is ''. */
async function readRelations(connection: DuckDBConnection): Promise<Map<string, string>> {
  const here = 'database_name = current_database() AND schema_name = current_schema()'
  const reader = await connection.runAndReadAll(
    `SELECT view_name, sql FROM duckdb_views() WHERE ${here} UNION ALL SELECT table_name, '' FROM duckdb_tables() WHERE ${here}`,
  )
  return new Map(textRows(reader).map(([name, sql]) => [name ?? '', sql ?? '']))
}
