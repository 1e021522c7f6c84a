/**
 * Calls off a load that a process began before it died, so that its events can be loaded in parts. Its merge reads and writes the row of the
 * state, and so does this: BigQuery lets only one of the two come first.
 */
import { runJob } from './jobs.ts'
import type { Ready } from './prepare.ts'
import { jobId } from './stage.ts'
import { type Merged, pipelineOf, STATE_TABLE, type State, stateOf, withdrawal } from './state.ts'

/** The state of the batch's pipeline; undefined when it has none. */
export async function readState({ client, pathTo }: Ready, batch: { readonly id: string }): Promise<State | undefined> {
  return stateOf(await client.rows(pathTo(STATE_TABLE)), pipelineOf(batch.id))
}

/** The record of the batch if it was loaded before. */
export const recordIn = ({ lastBatch, record }: State, { id }: { readonly id: string }): Merged | undefined =>
  lastBatch === id && record !== null ? record : undefined

/** @returns the record of the batch where its load came first */
export async function withdraw(ready: Ready, id: string, signal: AbortSignal): Promise<Merged | undefined> {
  const before = await readState(ready, { id })
  // Without a state no load has begun.
  if (before === undefined) return undefined
  const known = recordIn(before, { id })
  if (known !== undefined) return known
  const { client, options, generation, pathTo } = ready
  const { withdrawals } = before
  const sql = withdrawal(pathTo(STATE_TABLE), id, withdrawals)
  await runJob(
    client,
    {
      action: 'withdraw a batch in the state of the loader',
      id: jobId(ready, id, generation, `withdraw_${withdrawals}`),
      insert: (job) => client.insertQuery(job, sql, { labels: options.labels, maximumBytesBilled: undefined }),
      stillHolds: async () => {
        const state = await readState(ready, { id })
        return state !== undefined && (state.lastBatch === id || state.withdrawals > withdrawals)
      },
    },
    signal,
  )
  const after = await readState(ready, { id })
  return after && recordIn(after, { id })
}
