/**
 * The table `loader_state`, one row per pipeline (a buffer's events, or one replay of them): the batch loaded last. The row is
 * the fence: every load updates it from the batch before to its own, so of two loaders that both think it is their turn one
 * is rolled back. A row that is only inserted would fence nothing, as transactions that only insert do not conflict
 * (https://cloud.google.com/bigquery/docs/transactions#transaction_concurrency).
 */
import type { LoadRecord } from '../../../schemas/records.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { columnsOf, type Field } from './schema.ts'
import { identifier, pathOf, type TablePath, text, timestampLiteral } from './sql.ts'

export const STATE_TABLE = 'loader_state'

export const stateMetadata = {
  description: 'Which batch of each pipeline was loaded last. Used by the loader; leave it as it is',
  schema: {
    fields: [
      { name: 'pipeline', type: 'STRING', mode: 'REQUIRED', description: 'The buffer, or one replay of it' },
      {
        name: 'last_batch',
        type: 'STRING',
        mode: 'REQUIRED',
        description: 'The batch loaded last; empty before the first',
      },
      { name: 'record', type: 'STRING', mode: 'NULLABLE', description: 'Its row in loads, as JSON text' },
      {
        name: 'withdrawals',
        type: 'INTEGER',
        mode: 'NULLABLE',
        description: 'How often loads under way were called off, so that events could be loaded in parts',
      },
      { name: 'updated_at', type: 'TIMESTAMP', mode: 'NULLABLE', description: 'When the row was written last' },
    ] satisfies Field[],
  },
}

/** A batch that was merged, and the id of the job that did it: its statistics tell what was billed. */
export interface Merged extends LoadRecord {
  readonly job: string
}

export interface State {
  readonly lastBatch: string
  readonly record: Merged | null
  /** A load that began before the last of them can no longer commit. */
  readonly withdrawals: number
}

/** undefined: the pipeline has no row. @param rows of the table */
export function stateOf(rows: readonly Record<string, unknown>[], pipeline: string): State | undefined {
  const row = rows.find((each) => each['pipeline'] === pipeline)
  if (row === undefined) return undefined
  const { record } = row
  return {
    lastBatch: String(row['last_batch']),
    record: typeof record === 'string' ? JSON.parse(record) : null,
    withdrawals: Number(row['withdrawals'] ?? 0),
  }
}

/** `<pipeline>-<first seq>-<last seq>-<digest>`; whatever has another form is a pipeline of its own. */
export const pipelineOf = (batchId: string): string => batchId.replace(/-\d{12}-\d{12}-[0-9a-f]{8}$/, '')

/** Makes the pipeline's row, with no batch yet. The job's id sees to it that this runs once. */
export const insertPipeline = (path: TablePath, pipeline: string): string =>
  `INSERT INTO ${pathOf(path)} (pipeline, last_batch, updated_at) VALUES (${text(pipeline)}, '', CURRENT_TIMESTAMP())`

export const FENCE_LOST = 'FENCE_LOST'

/** What a load found when it began: the batch loaded last, '' before the first. */
export type Before = Pick<State, 'lastBatch' | 'withdrawals'>

/**
 * @param before must still be so
 * @param record of the batch
 * @param isLast whether the batch is the last one from now on; else this is one of several transactions that it takes
 */
export function fence(path: TablePath, before: Before, record: Merged, isLast: boolean): string[] {
  const turn =
    `pipeline = ${text(pipelineOf(record.batchId))} AND last_batch = ${text(before.lastBatch)} ` +
    `AND IFNULL(withdrawals, 0) = ${before.withdrawals}`
  const moved = isLast ? `last_batch = ${text(record.batchId)}, record = ${text(JSON.stringify(record))}, ` : ''
  const cells = `${moved}updated_at = CURRENT_TIMESTAMP()`
  return [
    `SELECT IF(COUNT(*) = 1, 'ok', ERROR('${FENCE_LOST}')) FROM ${pathOf(path)} WHERE ${turn}`,
    `UPDATE ${pathOf(path)} SET ${cells} WHERE ${turn}`,
  ]
}

/** From then on no load that has begun can commit, unless the batch already did. @param withdrawals before it */
export const withdrawal = (path: TablePath, batchId: string, withdrawals: number): string =>
  `UPDATE ${pathOf(path)} SET withdrawals = ${withdrawals + 1}, updated_at = CURRENT_TIMESTAMP() ` +
  `WHERE pipeline = ${text(pipelineOf(batchId))} AND last_batch != ${text(batchId)} AND IFNULL(withdrawals, 0) = ${withdrawals}`

/** The row of the batch in `loads`, unless it has one: after a resync a batch may be merged again. */
export function insertRecord(path: TablePath, record: LoadRecord): string {
  const columns = columnsOf(loads)
  const values = columns.map(([name, column]) => {
    const cell = loads.columns[name]?.cell(record) ?? null
    if (cell === null) return 'NULL'
    if (column.type === 'json') return `PARSE_JSON(${text(String(cell))})`
    if (column.type === 'timestamp') return timestampLiteral(String(cell))
    return typeof cell === 'number' ? String(cell) : text(String(cell))
  })
  const names = columns.map(([name]) => identifier(name)).join(', ')
  const there = `destination = ${text(record.destination)} AND batch_id = ${text(record.batchId)}`
  return (
    `INSERT INTO ${pathOf(path)} (${names}) SELECT ${values.join(', ')} FROM (SELECT 1) ` +
    `WHERE NOT EXISTS (SELECT 1 FROM ${pathOf(path)} WHERE ${there})`
  )
}

/** What was billed for a batch is known only when it is merged; so it comes into `loads` with the batch after it. */
export const noteBilled = (path: TablePath, { destination, batchId, bytesBilled }: LoadRecord): string =>
  `UPDATE ${pathOf(path)} SET bytes_billed = ${bytesBilled ?? 'NULL'} ` +
  `WHERE destination = ${text(destination)} AND batch_id = ${text(batchId)} AND bytes_billed IS NULL`
