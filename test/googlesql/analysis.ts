/** Analyzes statements on the tables and views that were made, as BigQuery would find them. */
import type { fieldsOf } from '../../src/destinations/bigquery/schema.ts'
import type { Analyzer, Googlesql } from './engine/googlesql.ts'
import type { Column } from './engine/messages.ts'
import { kindOf } from './engine/values.ts'
import type { Made, Relation } from './sent/made.ts'

export const PROJECT = 'test-project'
/** Where names without a dataset are found. */
export const DATASET = 'refiner'

export interface Refusal {
  readonly sql: string
  readonly reason: string
}

export interface Analysis {
  readonly analyzer: Analyzer
  /** Of all tables and views that could be analyzed, by `dataset.name`. */
  readonly columns: ReadonlyMap<string, readonly Column[]>
  /** Views that could not. */
  readonly refusals: readonly Refusal[]
}

/** An analyzer that knows all that was made. Views get their columns from their queries, those first that others read. */
export async function analysisOf(googlesql: Googlesql, { relations }: Made): Promise<Analysis> {
  const columns = new Map<string, readonly Column[]>()
  const refusals: Refusal[] = []
  let waiting = [...relations].filter(([name, { query, fields }]) => {
    if (query === '') columns.set(name, columnsOf(fields))
    return query !== ''
  })
  for (;;) {
    const analyzer = await googlesql.analyzer(withOtherNames(columns))
    const ready = waiting.filter(([, { query }]) => readBy(query).every((name) => columns.has(name)))
    if (ready.length === 0) {
      const left = waiting.map(([name, { query }]) => ({ sql: query, reason: `${name} reads what is not there` }))
      return { analyzer, columns, refusals: [...refusals, ...left] }
    }
    for (const [name, { query }] of ready) {
      try {
        columns.set(name, (await analyzer.analyze(query)).columns)
      } catch (error) {
        refusals.push({ sql: query, reason: `${name}: ${String(error)}` })
      }
    }
    waiting = waiting.filter((one) => !ready.includes(one))
  }
}

export const columnsOf = (fields: Relation['fields'] | ReturnType<typeof fieldsOf>): Column[] =>
  fields.map(({ name = '', type = '' }) => ({ name, type: { typeKind: kindOf(type) } }))

/** What a query reads, as `dataset.name`. Constants hold no backticks: whoever quotes escapes them. */
export const readBy = (query: string): string[] => [
  ...new Set(Array.from(query.matchAll(PATH), ([, dataset, name]) => `${dataset}.${name}`)),
]

const PATH = /`[^`]+`\.`([^`]+)`\.`([^`]+)`/g

/** The query for an engine that knows tables by their last name alone. */
export const unqualified = (query: string): string => query.replaceAll(PATH, '`$2`')

function withOtherNames(columns: ReadonlyMap<string, readonly Column[]>): Map<string, readonly Column[]> {
  const names = new Map<string, readonly Column[]>()
  for (const [name, each] of columns) {
    names.set(name, each).set(`${PROJECT}.${name}`, each)
    if (name.startsWith(`${DATASET}.`)) names.set(name.slice(DATASET.length + 1), each)
  }
  return names
}

/**
 * Those statements that GoogleSQL refuses, and how many there are in all. One that gives a STRUCT is as bad: it read a whole row where it
 * meant a column of the table's name.
 */
export async function refused(
  { analyzer }: Analysis,
  statements: Iterable<string>,
): Promise<{ analyzed: number; refusals: Refusal[] }> {
  const refusals: Refusal[] = []
  let analyzed = 0
  for (const sql of statements) {
    try {
      const { statements: several, columns } = await analyzer.analyze(sql)
      analyzed += several
      const row = columns.find(({ type }) => type?.typeKind === 'TYPE_STRUCT')
      if (row !== undefined) refusals.push({ sql, reason: `${row.name} is a STRUCT` })
    } catch (error) {
      refusals.push({ sql, reason: String(error) })
    }
  }
  return { analyzed, refusals }
}
