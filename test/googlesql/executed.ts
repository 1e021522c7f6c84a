/** Views in GoogleSQL's reference engine, which has none: each is executed on the rows of what it reads, and is then a table for the next. */
import type { Cell, Row } from '../../schemas/spec.ts'
import { tables } from '../../schemas/tables.ts'
import { fieldsOf } from '../../src/destinations/bigquery/schema.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { columnsOf, DATASET, readBy, unqualified } from './analysis.ts'
import type { Googlesql } from './engine/googlesql.ts'
import type { Kind, Relation } from './engine/messages.ts'
import { kindOf, loadedValue } from './engine/values.ts'
import type { Made } from './sent/made.ts'

/** The rows of the fake's tables, by name: those that merges fill are of the reference, others are what loads brought. */
export function contentsOf(fake: FakeBigquery, { relations }: Made): Map<string, Relation> {
  const merged = fake.tables()
  const contents = new Map<string, Relation>()
  for (const { dataset, name, fields, query } of relations.values()) {
    if (dataset !== DATASET || query !== '') continue
    const table = tables.find((each) => each.name === name)
    const ours = table === undefined ? fields : fieldsOf(table)
    const kinds = ours.map(({ type = '' }) => kindOf(type))
    const loaded = fake.world.tables.get(`${DATASET}.${name}`)?.rows ?? []
    const rows: readonly Row[] =
      table === undefined
        ? loaded.map((row) => ours.map(({ name: column = '' }, at) => cellOf(kinds[at], row[column])))
        : (merged[name] ?? [])
    contents.set(name, {
      columns: columnsOf(ours),
      rows: rows.map((row) => kinds.map((kind, at) => loadedValue(kind, row[at] ?? null))),
    })
  }
  return contents
}

/** Out of a line of a load job, which has JSON as a value. @param value undefined where the line has none */
function cellOf(kind: Kind | undefined, value: unknown): Cell {
  if (value === undefined) return null
  if (kind === 'TYPE_JSON') return JSON.stringify(value)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  throw new Error(`read a loaded row: ${typeof value} is no cell`)
}

/** All views by name, each after those that it reads. @throws Error that names the view */
export async function executeViews(
  googlesql: Googlesql,
  { relations }: Made,
  contents: ReadonlyMap<string, Relation>,
): Promise<Map<string, Relation>> {
  const views = new Map<string, Relation>()
  const rowsOf = async (name: string): Promise<Relation> => {
    const there = contents.get(name) ?? views.get(name)
    if (there !== undefined) return there
    const { query = '' } = relations.get(`${DATASET}.${name}`) ?? {}
    if (query === '') throw new Error(`execute a view: it reads ${name}, which was not made`)
    const reads = new Map<string, Relation>()
    for (const each of readBy(query)) {
      const only = each.slice(DATASET.length + 1)
      reads.set(only, await rowsOf(only))
    }
    const made = await googlesql.execute(unqualified(query), reads).catch((cause: unknown) => {
      throw new Error(`execute the view ${name}: ${String(cause)}`, { cause })
    })
    views.set(name, made)
    return made
  }
  for (const { dataset, name, query } of relations.values()) if (dataset === DATASET && query !== '') await rowsOf(name)
  return views
}
