/**
 * Makes the views that schemas/views.ts defines, each in one transaction, with comments that say what each column is. What is there
 * and the same stays; what a user made under such a name stays as well, and is told. view-marks.ts knows which is which.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ModelOptions, View, ViewColumn } from '../../../schemas/views/spec.ts'
import { now } from '../batch.ts'
import { changesTo } from '../column-changes.ts'
import { givesAttributeType } from '../given-names.ts'
import type { Settled, Surveys } from '../novelty.ts'
import { createUnmade, type Trial, trialsOf } from '../refresh/unmade.ts'
import { identifier, sqlType } from '../sql.ts'
import { planViews, type ViewPlan } from '../view-plan.ts'
import { duckdbDialect } from './dialect.ts'
import { isOfStatement } from './errors.ts'
import { textRows } from './schema.ts'
import { keepNames, readCatalog, readCounts } from './view-catalog.ts'
import { comment, markedStatements, readMarks } from './view-marks.ts'
import type { Session } from './write.ts'

export interface Made {
  /** Views that were not made, each with the reason. */
  readonly reasons: readonly string[]
  /** Columns of views that were there, and now have another type or are gone. */
  readonly changes: readonly string[]
  /** Whether some are left for the next time. */
  readonly isPart: boolean
  /** undefined: nothing was planned. */
  readonly settled: Settled | undefined
  /** To be tried the next time. */
  readonly unmade: readonly Trial<View>[]
}

export interface Wanted {
  readonly models: ModelOptions
  /** Whose views may lack something; undefined: none. */
  readonly surveys: Surveys | undefined
  /** Views that could not be made before. */
  readonly unmade: readonly Trial<View>[]
}

/**
 * @param longest milliseconds after which no other view is begun: meanwhile nobody else can have the file
 * @throws the signal's reason, and what DuckDB throws; after either the connection is to be closed
 */
export async function ensureViews(session: Session, wanted: Wanted, longest: number): Promise<Made> {
  const { connection, signal } = session
  const made = wanted.surveys === undefined ? undefined : await planned(session, wanted.models, wanted.surveys)
  const trials = trialsOf(made?.plan, wanted.unmade)
  // Looking at what there is takes its time, and would leave none to make the first view of a large warehouse.
  const end = performance.now() + longest
  const marks = await readMarks(connection)
  const columnsOf = columnsThere(connection)
  const unmade = createUnmade<View>((view) => view.query(duckdbDialect), duckdbDialect.relation)
  const changes: string[] = []
  let isPart = false
  for (const trial of trials) {
    signal.throwIfAborted()
    isPart = performance.now() > end
    if (isPart) break
    const { view, isOfSurvey } = trial
    const standing = unmade.isWaiting(trial) ? 'waiting' : await marks.standingOf(view)
    if (standing === 'same') continue
    if (standing === 'waiting') unmade.keep(trial)
    else if (standing === 'taken') unmade.keepTaken(trial, `${view.name}: ${TAKEN}`)
    else {
      // To look takes as long as to make the view.
      const isTold = isOfSurvey && standing === 'other' && (made?.mayChange ?? true)
      const before = isTold ? await columnsOf(view.name) : []
      if (await makeView(connection, view)) changes.push(...changesTo(view, before, typeIn))
      else unmade.keepFailed(trial, `${view.name}: ${UNMADE}`)
    }
  }
  return {
    reasons: unmade.all().map(({ reason }) => reason),
    changes,
    isPart,
    settled: made?.settled,
    unmade: isPart ? wanted.unmade : unmade.all(),
  }
}

interface Planned {
  readonly plan: ViewPlan
  readonly settled: Settled
  /** With a new question alone no column changes. */
  readonly mayChange: boolean
}

/** The views that should be there, once their names and types are kept: of all surveys where an attribute got its type. */
async function planned(session: Session, models: ModelOptions, surveys: Surveys): Promise<Planned> {
  const { connection } = session
  const catalog = await readCatalog(connection, models, surveys)
  const { counts, respondents } = await readCounts(connection, models, catalog, surveys)
  const plan = planViews(catalog, counts, { models, surveys, sql: duckdbDialect, now: now() })
  await keepNames(session, plan.changed)
  if (surveys !== 'all' && givesAttributeType(plan.changed)) return planned(session, models, 'all')
  const { open } = plan
  const mayChange = surveys === 'all' || open.items.some(({ isMixed }) => isMixed)
  return { plan, settled: { open, surveys, catalog, respondents }, mayChange }
}

/** DuckDB's type of a column. */
const typeIn = ({ type, isList }: ViewColumn) => `${sqlType(type)}${isList ? '[]' : ''}`

/** Gives the columns of a view and their types; reads those of all views at the first call. */
function columnsThere(connection: DuckDBConnection): (name: string) => Promise<readonly (readonly [string, string])[]> {
  let columns: Promise<Map<string, [string, string][]>> | undefined
  const read = async () => {
    const reader = await connection.runAndReadAll(
      `SELECT lower(C.table_name), C.column_name, C.data_type FROM duckdb_columns() AS C
      JOIN duckdb_views() AS V ON V.view_name = C.table_name AND V.database_name = C.database_name AND V.schema_name = C.schema_name
      WHERE C.database_name = current_database() AND C.schema_name = current_schema() ORDER BY C.column_index`,
    )
    const found = new Map<string, [string, string][]>()
    for (const [view, column, type] of textRows(reader)) {
      const list = found.get(view ?? '') ?? []
      found.set(view ?? '', list)
      list.push([column ?? '', type ?? ''])
    }
    return found
  }
  return async (name) => {
    columns ??= read()
    return (await columns).get(name.toLowerCase()) ?? []
  }
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
