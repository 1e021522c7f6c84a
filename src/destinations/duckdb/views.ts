/**
 * Makes the views that schemas/views.ts defines, each in one transaction, with comments that say what each column is. What is there
 * and the same stays; what a user made under such a name stays as well, and is told. view-marks.ts knows which is which.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Row, rowOf, type Table } from '../../../schemas/spec.ts'
import { attributes, forms, questionItems } from '../../../schemas/tables/catalog.ts'
import { columnNames } from '../../../schemas/tables/views.ts'
import type { View } from '../../../schemas/views/spec.ts'
import { now } from '../batch.ts'
import { type CatalogRows, catalogOf } from '../catalog.ts'
import { identifier } from '../sql.ts'
import { planViews, type ViewSettings } from '../view-plan.ts'
import { cellExpression, cellFrom, columnsOf } from './cells.ts'
import { duckdbDialect } from './dialect.ts'
import { isOfStatement } from './errors.ts'
import { comment, markedStatements, readMarks } from './view-marks.ts'
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
  const marks = await readMarks(connection)
  const reasons: string[] = []
  for (const view of views) {
    signal.throwIfAborted()
    if (performance.now() > end) return { reasons, isPart: true }
    const standing = await marks.standingOf(view)
    if (standing === 'same') continue
    if (standing === 'taken') reasons.push(`${view.name}: ${TAKEN}`)
    else if (!(await makeView(connection, view))) reasons.push(`${view.name}: ${UNMADE}`)
  }
  return { reasons, isPart: false }
}

/** Each comment copies the view with all its columns, which takes 4 ms where there are 2,000. So wide views have fewer; `column_names` has the rest. */
const COMMENTED = 60_000

const TAKEN = 'something else has that name; rename it, and the view is made'
const UNMADE = 'what it reads was changed by hand, or has the name of one of our views; undo that, and it is made'

/** @returns false when what it reads is not as it should be, which hinders no other view */
async function makeView(connection: DuckDBConnection, view: View): Promise<boolean> {
  await connection.run('BEGIN')
  try {
    await connection.run(`${statementsOf(view)};\nCOMMIT`)
    return true
  } catch (error) {
    if (!isOfStatement(error)) throw error
    await connection.run('ROLLBACK')
    return false
  }
}

function statementsOf(view: View): string {
  const name = identifier(view.name)
  const columns = Object.entries(view.columns)
  const comments = columns
    .slice(0, COMMENTED / columns.length)
    .map(([column, { description }]) => `COMMENT ON COLUMN ${name}.${identifier(column)} IS ${comment(description)}`)
  return [...markedStatements(view), ...comments].join(';\n')
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
