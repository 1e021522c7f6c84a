/**
 * Queries of people: each one job with an id of its own, whose answer is read page by page.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { JobMetadata } from '@google-cloud/bigquery'
import type { Row } from '../../../schemas/spec.ts'
import { NotYetError, PermanentError, TransientError } from '../../errors.ts'
import { type Asking, openAsking, type Request } from './ask.ts'
import type { BigqueryOptions } from './options.ts'
import { readingError, statementError } from './reading-errors.ts'
import { type Found, relationsIn } from './relations.ts'
import { type AnswerField, cellOf } from './to-cells.ts'
import { unlessAborted } from './unless-aborted.ts'

export type ReaderOptions = Pick<
  BigqueryOptions,
  'project' | 'dataset' | 'location' | 'endpoint' | 'labels' | 'maxBytesBilled'
>

export interface Answer {
  readonly fields: readonly AnswerField[]
  /** Rows, a page at a time, of a job that is done. */
  readonly pages: AsyncGenerator<readonly Row[]>
}

export interface Reader {
  readonly project: string
  /** Tables and views of wanted names, by the API, which costs nothing. */
  relations(isWanted: (name: string) => boolean, signal: AbortSignal): Promise<Found[]>
  /** The bytes that the statement would read. @throws PermanentError unless it is one that only reads, and what BigQuery says of it */
  check(sql: string, signal: AbortSignal): Promise<number>
  /** Runs it, and resolves when its answer is there. */
  run(sql: string, signal: AbortSignal): Promise<Answer>
}

/** Milliseconds: for the answer to a call, between looks at a job. */
const CALL = 60_000
const LOOKS = { first: 50, longest: 2000 }
/** A page has 10 MB at most, whatever is asked for. */
const ROWS_PER_PAGE = 5000

const WHAT = 'read the answer'

interface Page {
  readonly jobComplete?: boolean
  readonly schema?: { readonly fields?: readonly AnswerField[] }
  readonly pageToken?: string
  readonly rows?: readonly { readonly f: readonly { readonly v: unknown }[] }[]
}

export async function openReader(options: ReaderOptions): Promise<Reader> {
  const { dataset, labels, maxBytesBilled: bytes } = options
  const waits = { call: CALL, upload: CALL, firstLook: LOOKS.first, longestLook: LOOKS.longest, job: CALL }
  const asking = await openAsking(options, waits, readingError)
  const location = await locationOf(asking, options)
  const at = location === undefined ? {} : { location }
  const { project } = asking
  const ask = <T>(request: Request) => asking.askOwn<T>(WHAT, request, statementError)
  const configurationOf = (query: string) => ({
    query: {
      query,
      useLegacySql: false,
      defaultDataset: { projectId: project, datasetId: dataset },
      ...(bytes !== undefined && { maximumBytesBilled: String(bytes) }),
    },
    labels,
  })
  const insert = (jobReference: object, configuration: object) =>
    ask<JobMetadata>({ method: 'POST', path: '/jobs', json: { jobReference, configuration } })

  return {
    project,
    relations: (isWanted, signal) => relationsIn(asking, dataset, isWanted, signal),
    async check(sql, signal) {
      const asked = () => insert({ projectId: project, ...at }, { ...configurationOf(sql), dryRun: true })
      const { statistics } = await unlessAborted(asked, signal)
      requireSelect(statistics?.query?.statementType)
      return Number(statistics?.totalBytesProcessed ?? statistics?.query?.totalBytesProcessed ?? 0)
    },
    async run(sql, signal) {
      const jobId = `refiner_warehouse_read_${randomUUID()}`
      const cancel = () => ask({ method: 'POST', path: `/jobs/${jobId}/cancel`, qs: at }).catch(() => {})
      const page = (pageToken?: string) => {
        const qs = { ...at, maxResults: ROWS_PER_PAGE, 'formatOptions.useInt64Timestamp': true }
        const path = `/queries/${jobId}`
        return unlessAborted(() => ask<Page>({ path, qs: pageToken === undefined ? qs : { ...qs, pageToken } }), signal)
      }
      try {
        const job = await unlessAborted(
          () => insert({ projectId: project, jobId, ...at }, configurationOf(sql)),
          signal,
        )
        await done(job, () => ask<JobMetadata>({ path: `/jobs/${jobId}`, qs: at }), signal)
        const first = await page()
        const fields = first.schema?.fields ?? []
        return { fields, pages: pagesOf(first, fields, page) }
      } catch (error) {
        // What is no longer waited for would be billed for.
        if (signal.aborted || error instanceof TransientError) await cancel()
        throw error
      }
    },
  }
}

/** That of the dataset, as a job finds it only there. @throws NotYetError when there is none */
async function locationOf({ find }: Asking, { dataset }: ReaderOptions): Promise<string | undefined> {
  const there = await find<{ readonly location?: string }>(`look up dataset ${dataset}`, {
    path: `/datasets/${dataset}`,
  })
  if (there !== undefined) return there.location
  throw new NotYetError(
    `open dataset ${dataset}: there is no such dataset in BigQuery; npm run load makes it with bigquery in DESTINATIONS, else check BIGQUERY_PROJECT and BIGQUERY_DATASET`,
  )
}

/**
 * BigQuery calls several statements a SCRIPT, also where each only reads, and says so without running any. The emulator of the tests
 * does not: it refuses a dry run of several by an error of its own.
 */
function requireSelect(statementType: string | undefined): void {
  if (statementType === 'SELECT') return
  throw new PermanentError(
    `read the statement: it is no single SELECT (${statementType ?? 'unknown'}), and only reading is allowed here`,
  )
}

async function done(inserted: JobMetadata, look: () => Promise<JobMetadata>, signal: AbortSignal): Promise<void> {
  let job = inserted
  for (let wait = LOOKS.first; job.status?.state !== 'DONE'; wait = Math.min(wait * 2, LOOKS.longest)) {
    // Aborted, it throws an error of its own, and not the reason.
    await pause(wait, undefined, { signal }).catch(() => signal.throwIfAborted())
    job = await unlessAborted(look, signal)
  }
  if (job.status.errorResult) throw statementError(WHAT, job.status.errorResult)
}

async function* pagesOf(
  first: Page,
  fields: readonly AnswerField[],
  next: (pageToken: string) => Promise<Page>,
): AsyncGenerator<readonly Row[]> {
  for (let page = first; ; ) {
    const { rows = [], pageToken } = page
    // What comes next is on its way while this is written.
    const following = pageToken === undefined ? undefined : next(pageToken)
    following?.catch(() => {})
    if (rows.length > 0) yield rows.map(({ f }) => fields.map((field, at) => cellOf(field, f[at]?.v)))
    if (following === undefined) return
    page = await following
  }
}

/** All rows of an answer that is not large, as texts. */
export async function textsOf(reader: Reader, sql: string, signal: AbortSignal): Promise<string[][]> {
  const { pages } = await reader.run(sql, signal)
  const all: string[][] = []
  for await (const rows of pages) for (const row of rows) all.push(row.map((cell) => String(cell ?? '')))
  return all
}
