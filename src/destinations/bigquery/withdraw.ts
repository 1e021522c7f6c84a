/**
 * Taking a batch back, whose load an earlier process may have left under way, so that its events can be loaded in parts. Its merge reads
 * and writes the row of the state, as this does: so BigQuery lets only one of the two come first.
 */
import { runJob } from './jobs.ts'
import type { Ready } from './prepare.ts'
import { jobId } from './stage.ts'
import { type Merged, pipelineOf, readmission, STATE_TABLE, type State, stateOf, withdrawal } from './state.ts'

/** The state of the batch's pipeline; undefined when it has none. */
export async function readState({ client, pathTo }: Ready, batch: { readonly id: string }): Promise<State | undefined> {
  return stateOf(await client.rows(pathTo(STATE_TABLE)), pipelineOf(batch.id))
}

/** The record of the batch if it was loaded before. */
export const recordIn = ({ lastBatch, record }: State, { id }: { readonly id: string }): Merged | undefined =>
  lastBatch === id && record !== null ? record : undefined

/** @returns the record of the batch where its load came first */
export async function withdraw(ready: Ready, id: string, signal: AbortSignal): Promise<Merged | undefined> {
  // Without a state no load of it has begun.
  if ((await readState(ready, { id })) === undefined) return undefined
  await changeState(
    ready,
    id,
    { step: 'withdraw', sql: withdrawal(ready.pathTo(STATE_TABLE), id) },
    signal,
    (state) => {
      return state.lastBatch === id || state.withdrawn === id
    },
  )
  const state = await readState(ready, { id })
  return state && recordIn(state, { id })
}

/** Where a process died before it could load the parts. */
export async function readmit(ready: Ready, id: string, signal: AbortSignal): Promise<void> {
  const change = { step: 'readmit', sql: readmission(ready.pathTo(STATE_TABLE), id) }
  await changeState(ready, id, change, signal, (state) => state.withdrawn !== id)
}

async function changeState(
  ready: Ready,
  batchId: string,
  { step, sql }: { readonly step: string; readonly sql: string },
  signal: AbortSignal,
  holds: (state: State) => boolean,
): Promise<void> {
  const { client, options, generation } = ready
  const query = { labels: options.labels, maximumBytesBilled: undefined }
  await runJob(
    client,
    {
      action: `${step} a batch in the state of the loader`,
      id: jobId(ready, batchId, generation, step),
      insert: (id) => client.insertQuery(id, sql, query),
      stillHolds: async () => {
        const state = await readState(ready, { id: batchId })
        return state !== undefined && holds(state)
      },
    },
    signal,
  )
}
