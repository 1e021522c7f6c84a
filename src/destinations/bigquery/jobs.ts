/**
 * Jobs, each run once whatever happens: their ids are derived from what they do, so BigQuery's own list of jobs is the memory of
 * what was started. An id is never used again, so a job that failed has a successor: `…_a0`, `…_a1`, and so on. Whoever comes
 * again walks up this ladder and finds where it was. (Rule: an id stays taken, also by a failed job; a second insert gets 409.
 * https://cloud.google.com/bigquery/docs/running-jobs#generate-jobid)
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { JobMetadata } from '@google-cloud/bigquery'
import { TransientError } from '../../errors.ts'
import type { Client } from './client.ts'
import { bigqueryError } from './errors.ts'
import { unlessAborted } from './unless-aborted.ts'

export interface JobPlan {
  /** A lower-case verb first, for errors. */
  readonly action: string
  /** The id without its last part, of `[A-Za-z0-9_-]`. */
  readonly id: string
  readonly insert: (id: string) => Promise<void>
  /** Of a job that was done before: whether what it made is still there. */
  readonly stillHolds: (job: JobMetadata) => Promise<boolean>
}

/** @throws what bigqueryError makes of the failure of a job that this call started; TransientError leads to the next id */
export async function runJob(client: Client, plan: JobPlan, signal: AbortSignal): Promise<JobMetadata> {
  const idOf = (attempt: number) => `${plan.id}_a${attempt}`
  const attempts = await attemptsSoFar(async (attempt) => (await client.job(idOf(attempt))) !== undefined, signal)
  if (attempts > 0) {
    const job = await finished(client, idOf(attempts - 1), plan.action, signal)
    if (!job.status?.errorResult && (await plan.stillHolds(job))) return job
  }
  signal.throwIfAborted()
  const id = idOf(attempts)
  await insert(client, id, plan, signal)
  const job = await finished(client, id, plan.action, signal)
  const failure = job.status?.errorResult
  // Names of tables are ours: what is not there was dropped in between, and is made again.
  if (failure?.reason === 'notFound') throw bigqueryError(plan.action, { reason: 'gone' })
  if (failure) throw bigqueryError(plan.action, failure)
  return job
}

/** How many rungs of the ladder are taken. They are taken from the lowest on: so after days of failures few need to be looked at. */
async function attemptsSoFar(isTaken: (attempt: number) => Promise<boolean>, signal: AbortSignal): Promise<number> {
  let [taken, free] = [0, 1]
  for (; await isTaken(free - 1); free *= 2) {
    signal.throwIfAborted()
    taken = free
  }
  while (free - taken > 1) {
    signal.throwIfAborted()
    const middle = Math.floor((taken + free) / 2)
    if (await isTaken(middle - 1)) taken = middle
    else free = middle
  }
  return taken
}

/** An error of the insert says little: the job may have been made, and then it alone counts. */
async function insert(client: Client, id: string, plan: JobPlan, signal: AbortSignal): Promise<void> {
  try {
    // An upload may take long. What of it is under way when it is no longer waited for, the next start finds.
    await unlessAborted(() => plan.insert(id), signal)
  } catch (error) {
    signal.throwIfAborted()
    if ((await client.job(id)) === undefined) throw error
  }
}

async function finished(client: Client, id: string, action: string, signal: AbortSignal): Promise<JobMetadata> {
  const { firstLook, longestLook, job: patience } = client.waits
  const deadline = performance.now() + patience
  for (let wait = firstLook; ; wait = Math.min(wait * 2, longestLook)) {
    const job = await client.job(id)
    if (job === undefined)
      throw new TransientError(`${action}: BigQuery does not know the job yet; loading goes on by itself`)
    if (job.status?.state === 'DONE') return job
    if (performance.now() > deadline) {
      throw new TransientError(`${action}: the job still waits or runs at BigQuery; loading goes on by itself`)
    }
    // Aborted, it throws an error of its own, and not the reason.
    await pause(wait, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}
