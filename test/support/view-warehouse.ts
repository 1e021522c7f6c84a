/** A DuckDB file with views, as loads leave it, to be asked by SQL. */
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { MetricQuestions } from '../../schemas/views/spec.ts'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { queryFile } from '../../src/destinations/duckdb/query.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { flattened } from './flattening.ts'
import { folder } from './process.ts'

export type Found = Readonly<Record<string, string | number | boolean | null>>

export interface ViewWarehouse {
  readonly path: string
  /** Loads these bodies as one batch, and lets the views follow. Returns what could not be made. */
  load(...bodies: readonly unknown[]): Promise<string[]>
  loadRows(batch: RowBatch): Promise<string[]>
  /** Rows by column. */
  ask(sql: string): Promise<Found[]>
}

export async function viewWarehouse(t: ExecutionContext, questions?: MetricQuestions): Promise<ViewWarehouse> {
  const path = join(await folder(t), 'warehouse.duckdb')
  const destination = duckdbDestination({
    path,
    longestViews: Number.POSITIVE_INFINITY,
    ...(questions && { questions }),
  })
  let loaded = 0
  const { signal } = new AbortController()
  const loadRows = async (batch: RowBatch) => {
    await destination.prepare()
    loaded += 1
    await destination.load({ ...batch, id: `batch-${loaded}` }, { signal })
    try {
      return (await destination.refreshViews?.({ signal })) ?? []
    } finally {
      await destination.close()
    }
  }
  return {
    path,
    load: (...bodies) => loadRows(flattened(...bodies)),
    loadRows,
    async ask(sql) {
      const { columns, rows } = await queryFile(path, sql)
      return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null])))
    },
  }
}
