/** A DuckDB file with views, as loads leave it, to be asked by SQL. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { type ModelOptions, UNSET_MODELS } from '../../schemas/views/spec.ts'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { queryFile } from '../../src/destinations/duckdb/query.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { event, flattened } from './flattening.ts'
import { folder } from './process.ts'

export type Found = Readonly<Record<string, string | number | boolean | null>>

/** An answer to so many questions that the comments on the columns of its view take longer than the view. */
export const WIDE_ANSWER: unknown = event(
  {},
  { data: Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`question ${at}`, 'an answer'])) },
)

export interface ViewWarehouse {
  readonly path: string
  /** Loads these bodies as one batch, and lets the views follow. Returns what could not be made. */
  load(...bodies: readonly unknown[]): Promise<string[]>
  loadRows(batch: RowBatch): Promise<string[]>
  /** Lets the views follow without a load, as a run does that finds no events. Returns what could not be made. */
  refresh(): Promise<string[]>
  /** Loads these bodies, and leaves the views as they are. */
  loadOnly(...bodies: readonly unknown[]): Promise<void>
  /** Columns that the last load changed in views. */
  changes(): readonly string[]
  /** Rows by column. */
  ask(sql: string): Promise<Found[]>
}

export async function viewWarehouse(
  t: ExecutionContext,
  models: Partial<ModelOptions> = {},
  file?: string,
): Promise<ViewWarehouse> {
  const path = file ?? join(await folder(t), 'warehouse.duckdb')
  const destination = duckdbDestination({
    path,
    longestViews: Number.POSITIVE_INFINITY,
    models: { ...UNSET_MODELS, ...models },
  })
  let loaded = 0
  let changes: readonly string[] = []
  const { signal } = new AbortController()
  const loadBatch = async (batch: RowBatch) => {
    await destination.prepare()
    loaded += 1
    await destination.load({ ...batch, id: `batch-${loaded}-${randomUUID()}` }, { signal })
  }
  const refresh = async () => {
    try {
      const refreshed = await destination.refreshViews?.({ signal })
      changes = refreshed?.changes ?? []
      return [...(refreshed?.reasons ?? [])]
    } finally {
      await destination.close()
    }
  }
  const loadRows = async (batch: RowBatch) => {
    await loadBatch(batch)
    return refresh()
  }
  return {
    path,
    refresh,
    load: (...bodies) => loadRows(flattened(...bodies)),
    loadRows,
    loadOnly: (...bodies) => loadBatch(flattened(...bodies)),
    changes: () => changes,
    async ask(sql) {
      const { columns, rows } = await queryFile(path, sql)
      return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null])))
    },
  }
}
