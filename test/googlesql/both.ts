/** The same batches, in views of GoogleSQL's reference engine and in a DuckDB file. */
import type { ExecutionContext } from 'ava'
import { loads } from '../../schemas/tables/log.ts'
import { identifier } from '../../src/destinations/sql.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { type Answer, differences } from './compare.ts'
import { type InDuckdb, inDuckdb } from './duckdb.ts'
import type { Googlesql } from './engine/googlesql.ts'
import type { Relation } from './engine/messages.ts'
import { answered, typeName } from './engine/values.ts'
import { contentsOf, executeViews } from './executed.ts'
import { madeAt } from './sent/made.ts'
import { loadedFake, type Settings } from './sent/traffic.ts'

export interface Events {
  readonly mode: 'merge' | 'append'
  readonly batches: readonly RowBatch[]
  readonly settings?: Settings
}

export interface Both {
  readonly duckdb: InDuckdb
  /** What GoogleSQL gives for each view; in append mode the tables are views too. */
  readonly views: ReadonlyMap<string, Relation>
}

export async function bothWith(
  t: ExecutionContext,
  googlesql: Googlesql,
  { mode, batches, settings = {} }: Events,
): Promise<Both> {
  const fake = await loadedFake(t, batches, { mode, ...settings })
  const made = madeAt(fake)
  const views = await executeViews(googlesql, made, contentsOf(fake, made))
  return { duckdb: await inDuckdb(t, batches, settings), views }
}

export const answerOf = ({ columns, rows }: Relation): Answer => ({
  columns: columns.map(({ name = '', type }) => ({ name, type: typeName(type) })),
  rows: rows.map((row) => row.map((value, at) => answered(columns[at]?.type, value))),
})

/** Every view but the log of loads, which tells when this very test ran. @returns how many cells were compared */
export async function sameCells(t: ExecutionContext, { duckdb, views }: Both): Promise<number> {
  let cells = 0
  for (const [name, relation] of views) {
    if (name === loads.name) continue
    const expected = await duckdb.read(identifier(name))
    t.deepEqual(differences(name, expected, answerOf(relation)), [])
    cells += expected.rows.length * expected.columns.length
  }
  return cells
}
