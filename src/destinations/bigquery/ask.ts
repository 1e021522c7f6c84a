/**
 * Requests to BigQuery's REST API, by Google's client: its credentials and connections. Not by the methods of its tables and jobs:
 * several use an answer before they have looked at it, so that one without JSON, as proxies give, is an uncaught TypeError.
 */
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { BigQuery } from '@google-cloud/bigquery'
import { PassThroughClient } from 'google-auth-library'
import { bigqueryError, callError, statusOf, type Telling } from './errors.ts'
import type { BigqueryOptions, Waits } from './options.ts'
import { leaveOutWarnings } from './quiet.ts'

type RequestOptions = Parameters<BigQuery['request']>[0]

export interface Request extends Pick<RequestOptions, 'method' | 'json' | 'qs' | 'headers'> {
  /** After that of the project. */
  readonly path: string
}

/** @param what is being done, for errors: a lower-case verb first */
export interface Asking {
  readonly project: string
  ask<T>(what: string, request: Request): Promise<T>
  /** @param meaning what an error means that BigQuery itself answers this with */
  askOwn<T>(what: string, request: Request, meaning: Telling): Promise<T>
  /** @param none the HTTP status that says that there is nothing, which is no error. 404 by default */
  find<T>(what: string, request: Request, none?: number): Promise<T | undefined>
  /** Starts a load job with these lines, in one request. */
  upload(what: string, job: object, pieces: readonly Uint8Array[]): Promise<void>
}

/** @param telling what errors mean; by default, to whoever loads */
export async function openAsking(
  { project, endpoint }: Pick<BigqueryOptions, 'project' | 'endpoint'>,
  waits: Waits,
  telling: Telling = bigqueryError,
): Promise<Asking> {
  leaveOutWarnings()
  const bigquery = new BigQuery({
    ...(project !== undefined && { projectId: project }),
    ...(endpoint !== undefined && { apiEndpoint: endpoint, authClient: new PassThroughClient() }),
    // src/load/retry.ts is the one place that retries. The client would do it unseen and past our deadlines, and turn a 503 after
    // which a job was made into a 409.
    retryOptions: { autoRetry: false },
  })
  const told = toldBy(telling)
  const found = project ?? (await projectOf(bigquery, waits).catch(told('find the project of the credentials', false)))
  const url = (base: string) => `${bigquery.apiEndpoint}${base}/bigquery/v2/projects/${found}`

  const ask = <T>({ path, ...request }: Request): Promise<T> =>
    within(waits.call, () => answer<T>(bigquery, { ...request, uri: `${url('')}${path}` }))
  return {
    project: found,
    ask: <T>(what: string, request: Request) => ask<T>(request).catch(told(what, isPart(request))),
    askOwn: <T>(what: string, request: Request, meaning: Telling) =>
      ask<T>(request).catch((error: unknown) => {
        throw callError(what, error, statusOf(error) === undefined ? telling : meaning)
      }),
    find: <T>(what: string, request: Request, none = 404) =>
      ask<T>(request).catch((error: unknown) => {
        if (statusOf(error) === none) return undefined
        return told(what, isPart(request))(error)
      }),
    async upload(what, job, pieces) {
      const multipart = [
        { 'Content-Type': 'application/json', body: JSON.stringify(job) },
        {
          'Content-Type': 'application/octet-stream',
          body: Readable.from(pieces).pipe(createGzip({ level: 1 })),
        },
      ]
      const request = { method: 'POST', uri: `${url('/upload')}/jobs`, qs: { uploadType: 'multipart' }, multipart }
      await within(waits.upload, () => answer(bigquery, request)).catch(told(what, true))
    },
  }
}

function projectOf(bigquery: BigQuery, waits: Waits): Promise<string> {
  return within(waits.call, () => bigquery.getProjectId())
}

/** What is in a dataset, goes into one, or asks for one's rows: the dataset was there just now, so if it is not, that passes. */
const isPart = ({ path }: Request) => path.startsWith('/datasets/') || path === '/queries'

const toldBy =
  (telling: Telling) =>
  (what: string, part: boolean) =>
  (error: unknown): never => {
    throw part && statusOf(error) === 404 ? telling(what, { reason: 'gone' }) : callError(what, error, telling)
  }

/** What happens on the way, in the form in which the client throws what BigQuery says. */
const onTheWay = (reason: string) => Object.assign(new Error(reason), { errors: [{ reason }] })

function answer<T>(bigquery: BigQuery, options: RequestOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    bigquery.request(options, (error, body) => {
      if (error) reject(error)
      else if (options.method !== 'DELETE' && (typeof body !== 'object' || body === null)) reject(onTheWay('noAnswer'))
      else resolve(body)
    })
  })
}

/** @throws a timeout when it takes longer, in milliseconds; the client's own time-outs do not cover every way to hang */
async function within<T>(deadline: number, work: () => Promise<T>): Promise<T> {
  const end = new AbortController()
  const late = pause(deadline, undefined, { signal: end.signal, ref: false }).then(() => {
    throw onTheWay('timeout')
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    end.abort()
    late.catch(() => {})
  }
}
