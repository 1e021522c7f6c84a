/** When the dataset or the buffer was dropped or restored: what the loader takes for loaded is set to what is. */
import { randomUUID } from 'node:crypto'
import type { LoadRecord } from '../../../schemas/records.ts'
import { noteLoaded } from './append.ts'
import { lacking, wasAppended } from './appended.ts'
import { runJob } from './jobs.ts'
import type { BigqueryOptions } from './options.ts'
import { prepare } from './prepare.ts'
import { prepareAppend } from './prepare-append.ts'
import { pathOf, text } from './sql.ts'
import { pipelineOf, STATE_TABLE, stateOf } from './state.ts'

/** The batch of this batch's pipeline that BigQuery has as the last, or in append mode the batch if it is there; '' for none. */
export async function lastInBigquery(options: BigqueryOptions, batchId: string): Promise<string> {
  if (options.mode === 'append') return (await wasAppended(await prepareAppend(options), batchId)) ? batchId : ''
  const { client, pathTo } = await prepare(options)
  return stateOf(await client.rows(pathTo(STATE_TABLE)), pipelineOf(batchId))?.lastBatch ?? ''
}

/** What `lacking` says, in append mode; in merge mode nothing. */
export async function lackingInBigquery(options: BigqueryOptions): Promise<string[]> {
  return options.mode === 'append' ? lacking(await prepareAppend(options)) : []
}

/** Lets the batch be the next one. Only for who has loaded all before it, and holds the claim. @param last null for none */
export async function letFollow(options: BigqueryOptions, batchId: string, last: LoadRecord | null): Promise<void> {
  const { signal } = new AbortController()
  if (options.mode === 'append') {
    if (last !== null) await noteLoaded(await prepareAppend(options), last, signal)
    return
  }
  const { client, pathTo } = await prepare(options)
  const [state, pipeline] = [pathOf(pathTo(STATE_TABLE)), text(pipelineOf(batchId))]
  const statements = [
    'BEGIN TRANSACTION',
    `DELETE FROM ${state} WHERE pipeline = ${pipeline}`,
    `INSERT INTO ${state} (pipeline, last_batch, updated_at) VALUES (${pipeline}, ${text(last?.batchId ?? '')}, CURRENT_TIMESTAMP())`,
    'COMMIT TRANSACTION',
  ]
  const sql = statements.map((statement) => `${statement};\n`).join('')
  const query = { labels: options.labels, maximumBytesBilled: options.maxBytesBilled }
  await runJob(
    client,
    {
      action: 'set the state of the loader',
      id: `rw_resync_${randomUUID()}`,
      insert: (id) => client.insertQuery(id, sql, query),
      stillHolds: async () => true,
    },
    signal,
  )
}
