/** Reads what the types of columns are told by, out of a warehouse of either kind. Only reads. */
import type { Row, Table } from '../../schemas/spec.ts'
import { columnNames } from '../../schemas/tables/views.ts'
import { contextQuestions } from '../../schemas/views/answers.ts'
import { COUNTS, countsQuery, PLACE } from '../../schemas/views/column-counts.ts'
import type { Dialect } from '../../schemas/views/dialect.ts'
import type { ModelOptions } from '../../schemas/views/spec.ts'
import { CATALOG_TABLES, type Catalog, catalogOf } from '../destinations/catalog.ts'
import type { CountsByColumn } from '../destinations/column-plan.ts'
import { countedOf, countingOf } from '../destinations/counting.ts'
import type { Surveys } from '../destinations/novelty.ts'
import type { Relation, Selection, Source } from '../destinations/source.ts'
import { PermanentError } from '../errors.ts'

export interface Read {
  readonly catalog: Catalog
  /** Of all columns. */
  readonly counts: CountsByColumn
}

type Asked = Pick<Source, 'relations' | 'read'>

/** @param sql the warehouse's dialect. @throws PermanentError where no load of this version wrote the warehouse, and what the source throws */
export async function readColumns(
  source: Asked,
  sql: Dialect,
  options: ModelOptions,
  surveys: Surveys,
  signal: AbortSignal,
): Promise<Read> {
  const rowsOf = (selection: Selection) => allRows(source, selection, signal)
  const relations = new Map((await source.relations(signal)).map((relation) => [relation.name, relation]))
  requireTypes(relations)
  const tables: Record<string, Row[]> = {}
  for (const table of CATALOG_TABLES) tables[table.name] = await tableRows(table, relations.get(table.name), rowsOf)
  const context = await rowsOf({ sql: `SELECT form_uuid, question FROM (${contextQuestions(sql, options)}) AS Q` })
  const catalog = catalogOf({ tables, context: context.map(([form, question]) => [String(form), String(question)]) })
  const query = countsQuery(sql, options, countedOf(catalog, surveys, 'all'))
  const columns = [...PLACE, ...COUNTS]
  const counted = query === undefined ? [] : await rowsOf({ sql: query })
  const rows = counted.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])))
  return { catalog, counts: countingOf(rows).counts }
}

function requireTypes(relations: ReadonlyMap<string, Relation>): void {
  if (relations.get(columnNames.name)?.columns.includes('value_type')) return
  throw new PermanentError(
    'columns: the warehouse keeps no types of columns yet; npm run load makes them, or npm start with its first load (in BigQuery with the next events)',
  )
}

async function tableRows(
  table: Table,
  there: Relation | undefined,
  rowsOf: (selection: Selection) => Promise<Row[]>,
): Promise<Row[]> {
  const known = Object.keys(table.columns)
  const columns = known.filter((name) => there?.columns.includes(name))
  if (columns.length === 0) return []
  const rows = await rowsOf({ relation: table.name, columns })
  return rows.map((row) => known.map((name) => row[columns.indexOf(name)] ?? null))
}

async function allRows(source: Asked, selection: Selection, signal: AbortSignal): Promise<Row[]> {
  const all: Row[] = []
  for await (const rows of (await source.read(selection, signal)).rows) all.push(...rows)
  return all
}
