/**
 * Append mode, for projects without billing, which have no DML and no streaming. Each table is a view (fold.ts) over a table of
 * rows, to which batches append theirs by load jobs; the batch's row in `loads` goes last, and until it is there none of them counts.
 * Its job's id holds the batch and nothing else: so a batch is loaded once, whoever comes with which rows.
 *
 * The tables of rows are partitioned by the day of loading: the sandbox drops partitions after 60 days, counted from the partition's
 * own day, and by `created_on` would drop the rows of an older user as they come.
 */
import { createHash } from 'node:crypto'
import type { JobMetadata } from '@google-cloud/bigquery'
import type { LoadRecord } from '../../../schemas/records.ts'
import { type Row, rowOf, type Table } from '../../../schemas/spec.ts'
import { loads } from '../../../schemas/tables/log.ts'
import type { RowBatch } from '../../flatten/rows.ts'
import { batchTables, loadRecord, now, rowsOf } from '../batch.ts'
import { appendId, doneId, recordOf, wasAppended } from './appended.ts'
import { forEachAtOnce } from './at-once.ts'
import { rowsTable } from './fold.ts'
import { runJob } from './jobs.ts'
import { encode } from './ndjson.ts'
import { NAME } from './options.ts'
import type { AppendReady } from './prepare-append.ts'
import { requireRows } from './stage.ts'
import { outOfTurn } from './turn.ts'

export async function append(ready: AppendReady, batch: RowBatch, signal: AbortSignal): Promise<LoadRecord> {
  const id = doneId(ready, batch.id)
  // Asking for a job is free; a query reads 10 MB at least.
  const known = (await ready.client.job(`${id}_a0`)) && (await recordOf(ready, batch.id))
  if (known !== undefined) return known
  if (batch.follows !== null && !(await wasAppended(ready, batch.follows)))
    throw outOfTurn(ready.options.dataset, batch, '')

  const startedAt = now()
  const digest = digestOf(batch)
  const upload = `${batch.id}-${digest}`
  const filled = batchTables.filter((table) => rowsOf(batch, table).length > 0)
  await forEachAtOnce(filled, async (table) => {
    const plan = { id: appendId(ready, table, batch.id, digest), upload, stillHolds }
    await appendRows(ready, table, rowsOf(batch, table), plan, signal)
  })

  const record = loadRecord(NAME, batch, startedAt)
  const counts = async () => (await recordOf(ready, batch.id)) !== undefined
  const isOurs = await appendRows(ready, loads, [rowOf(loads, record)], { id, upload, stillHolds: counts }, signal)
  // Another process may have been first.
  return isOurs ? record : ((await recordOf(ready, batch.id)) ?? record)
}

/**
 * As the contract of destinations has it. The id of the job that would let the batch count is taken by one that does nothing, so that none
 * that is still on its way can be made. @returns the record of the batch, if it counts
 */
export async function withdrawAppend(
  ready: AppendReady,
  batchId: string,
  signal: AbortSignal,
): Promise<LoadRecord | undefined> {
  const { client, options } = ready
  const query = { labels: options.labels, maximumBytesBilled: options.maxBytesBilled }
  const insert = (id: string) => client.insertQuery(id, NOTHING, query)
  const stillHolds = async () => (await recordOf(ready, batchId)) !== undefined
  const plan = { action: 'withdraw a batch', id: doneId(ready, batchId), insert, stillHolds }
  await runJob(client, plan, signal)
  return recordOf(ready, batchId)
}

const NOTHING = "SELECT 'nothing' AS what"

/**
 * Lets the batch after this one go on, once all that came before is there.
 * @param record of the last batch that its buffer has loaded
 */
export async function noteLoaded(ready: AppendReady, record: LoadRecord, signal: AbortSignal): Promise<void> {
  const plan = { id: doneId(ready, record.batchId), upload: `${record.batchId}-resync`, stillHolds: async () => true }
  await appendRows(ready, loads, [rowOf(loads, record)], plan, signal)
}

/** Milliseconds. Rows expire after 60 days, and jobs are remembered for longer. Rows that are there twice count once. */
const SURELY_THERE = 30 * 86_400_000

const stillHolds = async ({ statistics }: JobMetadata) => Date.now() - Number(statistics?.endTime ?? 0) < SURELY_THERE

interface AppendPlan {
  readonly id: string
  readonly upload: string
  readonly stillHolds: (job: JobMetadata) => Promise<boolean>
}

/** @returns whether it is certain that this call appended them, and no other process or earlier try */
async function appendRows(
  { client, pathTo }: AppendReady,
  table: Table,
  rows: readonly Row[],
  { id, upload, stillHolds }: AppendPlan,
  signal: AbortSignal,
): Promise<boolean> {
  const into = rowsTable(table)
  const { pieces } = encode(
    into,
    rows.map((row) => [...row, upload]),
  )
  let isOurs = false
  const insert = async (attempt: string) => {
    await client.insertLoad(attempt, pathTo(into.name), { pieces })
    isOurs = true
  }
  const action = `append ${rows.length} rows to ${into.name}`
  requireRows(await runJob(client, { action, id, insert, stillHolds }, signal), action, rows.length)
  return isOurs
}

/** 8 hex digits of all rows: another version of this program may make others of the same events. */
function digestOf(batch: RowBatch): string {
  const digest = createHash('sha256')
  for (const table of batchTables) digest.update(`${table.name} ${encode(table, rowsOf(batch, table)).digest}\n`)
  return digest.digest('hex').slice(0, 8)
}
