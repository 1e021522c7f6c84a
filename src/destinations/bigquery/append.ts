/**
 * Append mode, for projects without billing, where BigQuery takes load jobs and queries and updates nothing. Each table is a view
 * (fold.ts) over a table of rows, to which batches append theirs; the batch's row in `loads` goes last, and until it is there none
 * of them counts. Its job's id holds the batch and nothing else: so a batch is loaded once, whoever comes with which rows.
 *
 * The tables of rows are partitioned by the day of loading: the sandbox drops partitions after 60 days, counted from the partition's
 * own day, and by `created_on` would drop the rows of an older user as they come.
 */
import { createHash } from 'node:crypto'
import type { LoadRecord } from '../../../schemas/records.ts'
import { type Cell, type Row, rowOf, type Table } from '../../../schemas/spec.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { tables } from '../../../schemas/tables.ts'
import type { RowBatch } from '../../flatten/rows.ts'
import { batchTables, loadRecord, now, readLoadRecord, rowsOf } from '../batch.ts'
import { forEachAtOnce } from './at-once.ts'
import type { Client } from './client.ts'
import { bigqueryError } from './errors.ts'
import { rowsTable, viewQuery } from './fold.ts'
import { runJob } from './jobs.ts'
import { encode } from './ndjson.ts'
import { type BigqueryOptions, NAME } from './options.ts'
import { ensureDataset } from './prepare.ts'
import { columnsOf, ensureTable, metadataOf } from './schema.ts'
import { identifier, pathOf, type TablePath, text } from './sql.ts'
import { jobId } from './stage.ts'
import { ensureView } from './views.ts'

export interface AppendReady {
  readonly options: BigqueryOptions
  readonly client: Client
  readonly pathTo: (table: string) => TablePath
  /** When each table of rows was made: one that was dropped and made anew is filled anew. */
  readonly made: ReadonlyMap<string, string>
}

export async function prepareAppend(options: BigqueryOptions): Promise<AppendReady> {
  const { client } = await ensureDataset(options)
  const pathTo = (table: string) => ({ project: client.project, dataset: options.dataset, table })
  const made = new Map<string, string>()
  const labels = { ...options.labels }
  await Promise.all(
    tables.map(async (table) => {
      const rows = rowsTable(table)
      const path = pathTo(rows.name)
      await ensureTable(client, path, { ...metadataOf(rows, labels), timePartitioning: { type: 'DAY' } })
      const there = await client.table(path)
      if (there?.creationTime === undefined) throw bigqueryError(`look up table ${rows.name}`, { reason: 'gone' })
      made.set(table.name, there.creationTime)
    }),
  )
  await Promise.all(
    tables.map((table) => ensureView(client, pathTo(table.name), { table, query: viewQuery(table, pathTo), labels })),
  )
  return { options, client, pathTo, made }
}

export async function append(ready: AppendReady, batch: RowBatch, signal: AbortSignal): Promise<LoadRecord> {
  const id = idOf(ready, loads, batch.id, 'done')
  // Asking for a job is free; a query reads 10 MB at least.
  const known = (await ready.client.job(`${id}_a0`)) && (await recordOf(ready, batch.id))
  if (known !== undefined) return known

  const startedAt = now()
  const digest = digestOf(batch)
  const upload = `${batch.id}-${digest}`
  const filled = batchTables.filter((table) => rowsOf(batch, table).length > 0)
  await forEachAtOnce(filled, (table) => {
    const plan = { id: idOf(ready, table, batch.id, digest), upload, stillHolds: async () => true }
    return appendRows(ready, table, rowsOf(batch, table), plan, signal)
  })

  const record = loadRecord(NAME, batch, startedAt)
  let before: LoadRecord | undefined
  const stillHolds = async () => {
    before = await recordOf(ready, batch.id)
    return before !== undefined
  }
  await appendRows(ready, loads, [rowOf(loads, record)], { id, upload, stillHolds }, signal)
  return before ?? record
}

interface AppendPlan {
  readonly id: string
  readonly upload: string
  readonly stillHolds: () => Promise<boolean>
}

async function appendRows(
  { client, pathTo }: AppendReady,
  table: Table,
  rows: readonly Row[],
  { id, upload, stillHolds }: AppendPlan,
  signal: AbortSignal,
): Promise<void> {
  const into = rowsTable(table)
  const { pieces } = encode(
    into,
    rows.map((row) => [...row, upload]),
  )
  const insert = (attempt: string) => client.insertLoad(attempt, pathTo(into.name), { pieces })
  await runJob(client, { action: `append ${rows.length} rows to ${into.name}`, id, insert, stillHolds }, signal)
}

const idOf = (ready: AppendReady, table: Table, batchId: string, digest: string) =>
  jobId(ready, batchId, digest, `append_${table.name}_${ready.made.get(table.name)}`)

/** 8 hex digits of all rows: another version of this program may make others of the same events. */
function digestOf(batch: RowBatch): string {
  const digest = createHash('sha256')
  for (const table of batchTables) digest.update(`${table.name} ${encode(table, rowsOf(batch, table)).digest}\n`)
  return digest.digest('hex').slice(0, 8)
}

/** The record of a batch that counts; undefined: it does not. */
export async function recordOf(
  { client, options, pathTo }: AppendReady,
  batchId: string,
): Promise<LoadRecord | undefined> {
  const cells = columnsOf(loads).map(([name, { type }]) => {
    const column = identifier(name)
    if (type === 'timestamp') return `FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%E6SZ', ${column}) AS ${column}`
    return type === 'json' ? `TO_JSON_STRING(${column}) AS ${column}` : column
  })
  const sql = `SELECT ${cells.join(', ')} FROM ${pathOf(pathTo(loads.name))} WHERE batch_id = ${text(batchId)}`
  const query = { labels: options.labels, maximumBytesBilled: options.maxBytesBilled }
  const [found] = await client.select('look for the batch in loads', sql, query)
  return found && readLoadRecord(Object.fromEntries(Object.entries(found).map(([name, cell]) => [name, cellOf(cell)])))
}

/** All are asked for as text, or are told as it. */
const cellOf = (cell: unknown): Cell => (typeof cell === 'string' ? cell : null)
