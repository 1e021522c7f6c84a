/**
 * The story of a load: is it this batch's turn, stage its rows, merge them behind the fence. A restart at any moment tells it again,
 * and finds every step that was done.
 */
import type { LoadRecord } from '../../../schemas/records.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { TransientError } from '../../errors.ts'
import type { RowBatch } from '../../flatten/rows.ts'
import { loadRecord, now } from '../batch.ts'
import { runJob } from './jobs.ts'
import { mergeTransactions } from './merge.ts'
import { NAME } from './options.ts'
import type { Ready } from './prepare.ts'
import { dropStaged, jobId, type Staging, stage } from './stage.ts'
import {
  fence,
  insertPipeline,
  insertRecord,
  type Merged,
  noteBilled,
  pipelineOf,
  STATE_TABLE,
  type State,
} from './state.ts'
import { outOfTurn } from './turn.ts'
import { readState, recordIn, withdraw } from './withdraw.ts'

export async function load(ready: Ready, batch: RowBatch, signal: AbortSignal): Promise<LoadRecord> {
  const state = await stateFor(ready, batch, signal)
  const known = recordIn(state, batch)
  if (known !== undefined) return billed(ready, known)
  if (state.lastBatch !== (batch.follows ?? '')) throw outOfTurn(ready.options.dataset, batch, state.lastBatch)

  const startedAt = now()
  const billedBefore = state.record && (await billed(ready, state.record))
  const staging = await stage(ready, batch, signal)
  const merged = await merge(
    ready,
    batch,
    { ...staging, before: state, billedBefore, record: loadRecord(NAME, batch, startedAt) },
    signal,
  )
  await dropStaged(ready, staging.staged)
  return billed(ready, merged)
}

/** As the contract of destinations has it. @returns the record of the batch, if it is there */
export async function withdrawMerge(ready: Ready, id: string, signal: AbortSignal): Promise<LoadRecord | undefined> {
  const known = await withdraw(ready, id, signal)
  return known && billed(ready, known)
}

/** The record to tell on, with what BigQuery billed for the merge. */
async function billed({ client }: Ready, { job, ...record }: Merged): Promise<LoadRecord> {
  // Whoever did not start a job may not be allowed to look at it; the bill is no reason to stop.
  const { statistics } = (await client.job(job).catch(unlessTransient)) ?? {}
  const bytes = statistics?.query?.totalBytesBilled
  return { ...record, bytesBilled: bytes === undefined ? null : Number(bytes) }
}

function unlessTransient(error: unknown): undefined {
  if (error instanceof TransientError) throw error
}

/** The state of the batch's pipeline, which gets its row here if it has none. */
async function stateFor(ready: Ready, batch: RowBatch, signal: AbortSignal): Promise<State> {
  const there = await readState(ready, batch)
  if (there !== undefined) return there
  const pipeline = pipelineOf(batch.id)
  const { client, options, generation } = ready
  const query = { labels: options.labels, maximumBytesBilled: undefined }
  await runJob(
    client,
    {
      action: 'make a row in the state of the loader',
      id: jobId(ready, pipeline, generation, 'state'),
      insert: (id) => client.insertQuery(id, insertPipeline(ready.pathTo(STATE_TABLE), pipeline), query),
      stillHolds: async () => (await readState(ready, batch)) !== undefined,
    },
    signal,
  )
  return (await readState(ready, batch)) ?? { lastBatch: '', record: null, withdrawals: 0 }
}

const WITHDRAWN =
  'merge the batch into the tables: an earlier process had called it off, and only now; loading goes on by itself'

interface Merge extends Staging {
  readonly record: LoadRecord
  readonly before: State
  /** The batch before this one. */
  readonly billedBefore: LoadRecord | null
}

async function merge(ready: Ready, batch: RowBatch, whole: Merge, signal: AbortSignal): Promise<Merged> {
  const { client, options } = ready
  const query = { labels: options.labels, maximumBytesBilled: options.maxBytesBilled }
  const merged = async () => {
    const state = await readState(ready, batch)
    return state && recordIn(state, batch)
  }
  try {
    await runJob(
      client,
      {
        action: 'merge the batch into the tables',
        id: jobId(ready, batch.id, whole.digest, 'merge'),
        insert: (id) => client.insertQuery(id, script(ready, whole, id), query),
        stillHolds: async () => (await merged()) !== undefined,
      },
      signal,
    )
  } catch (error) {
    // The fence may have been lost to this very batch, merged by a process that died before it could say so.
    const state = await readState(ready, batch)
    const known = state && recordIn(state, batch)
    if (known !== undefined) return known
    if (state === undefined) throw error
    if (state.lastBatch !== whole.before.lastBatch) throw outOfTurn(options.dataset, batch, state.lastBatch)
    throw state.withdrawals === whole.before.withdrawals ? error : new TransientError(WITHDRAWN)
  }
  const record = await merged()
  if (record !== undefined) return record
  throw new TransientError(
    'merge the batch into the tables: it was done, and is gone again; it is looked into at the next try',
  )
}

/**
 * One transaction: all of it becomes visible, or nothing. A batch of more days than a transaction may change has several, of which the
 * last one counts it as loaded: until then all of them are repeated, which changes nothing where they were done.
 */
function script({ pathTo }: Ready, { staged, record, before, billedBefore }: Merge, job: string): string {
  const toLoads = pathTo(loads.name)
  const transactions = mergeTransactions(staged).map((statements, at, { length }) => {
    const last = at === length - 1
    const turn = fence(pathTo(STATE_TABLE), before, { ...record, job }, last)
    if (!last) return [...turn, ...statements]
    const billed = billedBefore?.bytesBilled ? [noteBilled(toLoads, billedBefore)] : []
    return [...turn, ...billed, ...statements, insertRecord(toLoads, record)]
  })
  return transactions
    .flatMap((statements) => ['BEGIN TRANSACTION', ...statements, 'COMMIT TRANSACTION'])
    .map((statement) => `${statement};\n`)
    .join('')
}
