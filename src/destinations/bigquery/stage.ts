/** The first half of a load: each table's rows in a staging table of this batch, by a load job, which costs nothing. */
import { createHash } from 'node:crypto'
import type { JobMetadata } from '@google-cloud/bigquery'
import type { Row, Table } from '../../../schemas/spec.ts'
import { PermanentError, TransientError } from '../../errors.ts'
import type { RowBatch } from '../../flatten/rows.ts'
import { batchTables, rowsOf } from '../batch.ts'
import { forEachAtOnce } from './at-once.ts'
import { storedRows } from './days.ts'
import { runJob } from './jobs.ts'
import { encode } from './ndjson.ts'
import type { Ready } from './prepare.ts'
import { fieldsOf } from './schema.ts'
import type { TablePath } from './sql.ts'

/** A table that the batch changes. */
export interface Staged {
  readonly table: Table
  /** As they are stored. */
  readonly rows: readonly Row[]
  /** undefined: a child table without rows; its owners may have lost theirs. */
  readonly from: TablePath | undefined
  readonly into: TablePath
}

export interface Staging {
  /** In the order of schemas/tables.ts. */
  readonly staged: readonly Staged[]
  /** 8 hex digits of all rows: another version of this program may make others of the same events. */
  readonly digest: string
}

export async function stage(ready: Ready, batch: RowBatch, signal: AbortSignal): Promise<Staging> {
  const rows = new Map(batchTables.map((table) => [table.name, storedRows(table, rowsOf(batch, table))]))
  const filled = batchTables.filter((table) => rowsOf(batch, table).length > 0)
  const digests = new Map<string, string>()
  const from = new Map<string, TablePath>()
  await forEachAtOnce(filled, async (table) => {
    const { path, digest } = await stageTable(ready, batch.id, table, rows.get(table.name) ?? [], signal)
    digests.set(table.name, digest)
    from.set(table.name, path)
  })

  const changed = batchTables.filter(({ name, owner }) => from.has(name) || (owner && from.has(owner.table)))
  const digest = createHash('sha256')
  for (const { name } of filled) digest.update(`${name} ${digests.get(name)}\n`)
  return {
    staged: changed.map((table) => ({
      table,
      rows: rows.get(table.name) ?? [],
      from: from.get(table.name),
      into: ready.pathTo(table.name),
    })),
    digest: digest.digest('hex').slice(0, 8),
  }
}

async function stageTable(ready: Ready, batchId: string, table: Table, rows: readonly Row[], signal: AbortSignal) {
  const { client, options } = ready
  const encoded = encode(table, rows)
  const digest = encoded.digest.slice(0, 8)
  const path: TablePath = {
    project: client.project,
    dataset: options.stagingDataset,
    table: `${table.name}_${batchId}_${digest}`.replaceAll(/\W/g, '_'),
  }
  const load = { fields: fieldsOf(table), pieces: encoded.pieces }
  const action = `load ${rows.length} rows of ${table.name} into staging`
  const job = await runJob(
    client,
    {
      action,
      id: jobId(ready, batchId, digest, `load_${table.name}`),
      insert: (id) => client.insertLoad(id, path, load),
      // It may have expired since.
      stillHolds: async () => (await client.table(path)) !== undefined,
    },
    signal,
  )
  requireRows(job, action, rows.length)
  return { path, digest: encoded.digest }
}

/** @throws PermanentError when the load job took in another number of rows */
export function requireRows({ statistics }: JobMetadata, action: string, rows: number): void {
  // A withdrawal took its id just before.
  if (statistics !== undefined && statistics.load === undefined)
    throw new TransientError(`${action}: the batch was withdrawn meanwhile; loading goes on by itself`)
  const loaded = statistics?.load?.outputRows
  if (loaded !== String(rows)) throw new PermanentError(`${action}: BigQuery counts ${loaded} rows; report it as a bug`)
}

/** All jobs of a batch begin alike; `dataset` tells apart what one project loads into two. */
export function jobId({ options }: Pick<Ready, 'options'>, batchId: string, digest: string, step: string): string {
  return `rw_${options.dataset}_${batchId}_${digest}_${step}`.replaceAll(/[^\w-]/g, '_')
}

/** What is not dropped here expires by itself. */
export async function dropStaged({ client }: Ready, staged: readonly Staged[]): Promise<void> {
  const paths = staged.flatMap(({ from }) => from ?? [])
  await Promise.allSettled(paths.map((path) => client.dropTable(path)))
}
