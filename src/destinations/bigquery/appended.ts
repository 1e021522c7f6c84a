/** Append mode: which batches are there. */
import type { LoadRecord } from '../../../schemas/records.ts'
import type { Cell, Table } from '../../../schemas/spec.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { tables } from '../../../schemas/tables.ts'
import { TransientError } from '../../errors.ts'
import { readLoadRecord } from '../batch.ts'
import { rowsTable, UPLOAD } from './fold.ts'
import type { AppendReady } from './prepare-append.ts'
import { columnsOf } from './schema.ts'
import { identifier, pathOf, text } from './sql.ts'
import { jobId } from './stage.ts'

/** Milliseconds; jobs are remembered for six months (https://cloud.google.com/bigquery/docs/managing-jobs#list_jobs). */
const REMEMBERED = 150 * 86_400_000

/** Of the job that appends a batch's rows: where the table was dropped and made anew, another one. @param what of the batch */
export const appendId = (ready: AppendReady, table: Table, batchId: string, what: string): string =>
  jobId(ready, batchId, what, `append_${table.name}_${ready.made.get(table.name)}`)

/** Of the job that lets the batch count, by its row in `loads`. */
export const doneId = (ready: AppendReady, batchId: string): string => appendId(ready, loads, batchId, 'done')

/**
 * Whether a batch that the buffer has loaded came into these tables, and not into some that were dropped. Costs nothing: it asks for a
 * job. A job that these credentials may not see counts as there, and so does what is older than BigQuery's memory.
 */
export async function wasAppended(ready: AppendReady, batchId: string): Promise<boolean> {
  if (Date.now() - Number(ready.made.get(loads.name)) > REMEMBERED) return true
  // The first attempt, whatever became of it: the buffer went on only once there was a good one.
  const job = await ready.client.job(`${doneId(ready, batchId)}_a0`).catch(unlessTransient)
  return job !== undefined
}

function unlessTransient(error: unknown): 'hidden' {
  if (error instanceof TransientError) throw error
  return 'hidden'
}

/** Milliseconds that Google's clock, by which tables are made, and this machine's may differ. */
const CLOCKS = 60_000

/** Of the batches of a resync. */
export const RESYNC = 'resync-'

/** Tables of rows that were made after batches were loaded, and so lack theirs: dropped in between, or new. A resync fills them. */
export async function lacking({ client, options, pathTo, made }: AppendReady): Promise<string[]> {
  const sql =
    `SELECT UNIX_MILLIS(MIN(finished_at)) AS loaded, UNIX_MILLIS(MAX(IF(STARTS_WITH(batch_id, ${text(RESYNC)}), started_at, NULL))) AS resynced ` +
    `FROM ${pathOf(pathTo(rowsTable(loads).name))}`
  const [found] = await client.select('look for the first batch in loads', sql, {
    labels: options.labels,
    maximumBytesBilled: options.maxBytesBilled,
  })
  const [loaded, resynced] = [Number(found?.['loaded'] ?? Number.POSITIVE_INFINITY), Number(found?.['resynced'] ?? 0)]
  return tables
    .filter(({ name }) => Number(made.get(name)) - CLOCKS > loaded && Number(made.get(name)) - CLOCKS > resynced)
    .map((table) => rowsTable(table).name)
}

/** The record of a batch that counts, as the view `loads` tells it; undefined: it does not count. */
export async function recordOf(
  { client, options, pathTo }: AppendReady,
  batchId: string,
): Promise<LoadRecord | undefined> {
  const cells = columnsOf(loads).map(([name, { type }]) => {
    const column = identifier(name)
    if (type === 'timestamp') return `FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%E6SZ', ${column}) AS ${column}`
    return type === 'json' ? `TO_JSON_STRING(${column}) AS ${column}` : column
  })
  const sql =
    `SELECT ${cells.join(', ')} FROM ${pathOf(pathTo(rowsTable(loads).name))} WHERE batch_id = ${text(batchId)} ` +
    `ORDER BY finished_at, ${UPLOAD} LIMIT 1`
  const query = { labels: options.labels, maximumBytesBilled: options.maxBytesBilled }
  const [found] = await client.select('look for the batch in loads', sql, query)
  return found && readLoadRecord(Object.fromEntries(Object.entries(found).map(([name, cell]) => [name, cellOf(cell)])))
}

/** All are asked for as text, or are told as it. */
const cellOf = (cell: unknown): Cell => (typeof cell === 'string' ? cell : null)
