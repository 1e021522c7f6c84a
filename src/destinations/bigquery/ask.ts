/**
 * Requests to BigQuery's REST API, by Google's client: its credentials and connections. Not by the methods of its tables and jobs:
 * several use an answer before they have looked at it, so that one without JSON, as proxies give, is an uncaught TypeError.
 */
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { BigQuery } from '@google-cloud/bigquery'
import { PassThroughClient } from 'google-auth-library'
import { TransientError } from '../../errors.ts'
import { bigqueryError, callError, type Proto, protoOf, statusOf } from './errors.ts'
import type { BigqueryOptions, Waits } from './options.ts'

type RequestOptions = Parameters<BigQuery['request']>[0]

export interface Request extends Pick<RequestOptions, 'method' | 'json' | 'qs' | 'headers'> {
  /** After that of the project. */
  readonly path: string
}

/** @param what is being done, for errors: a lower-case verb first */
export interface Asking {
  readonly project: string
  ask<T>(what: string, request: Request): Promise<T>
  /** @param meaning what an error means that BigQuery answers with, where it is another one than of a load */
  askOwn<T>(what: string, request: Request, meaning: (error: Proto) => Error): Promise<T>
  /** @param none the HTTP status that says that there is nothing, which is no error. 404 by default */
  find<T>(what: string, request: Request, none?: number): Promise<T | undefined>
  /** Starts a load job with these lines, in one request. */
  upload(what: string, job: object, pieces: readonly Uint8Array[]): Promise<void>
}

export async function openAsking(
  { project, endpoint }: Pick<BigqueryOptions, 'project' | 'endpoint'>,
  waits: Waits,
): Promise<Asking> {
  const bigquery = new BigQuery({
    ...(project !== undefined && { projectId: project }),
    ...(endpoint !== undefined && { apiEndpoint: endpoint, authClient: new PassThroughClient() }),
    // src/load/retry.ts is the one place that retries. The client would do it unseen and past our deadlines, and turn a 503 after
    // which a job was made into a 409.
    retryOptions: { autoRetry: false },
  })
  const found = project ?? (await projectOf(bigquery, waits))
  const url = (base: string) => `${bigquery.apiEndpoint}${base}/bigquery/v2/projects/${found}`

  const ask = <T>(what: string, { path, ...request }: Request): Promise<T> =>
    within(waits.call, what, () => answer<T>(bigquery, what, { ...request, uri: `${url('')}${path}` }))
  return {
    project: found,
    ask: <T>(what: string, request: Request) => ask<T>(what, request).catch(told(what, isPart(request))),
    askOwn: <T>(what: string, request: Request, meaning: (error: Proto) => Error) =>
      ask<T>(what, request).catch((error: unknown) => {
        throw statusOf(error) === undefined ? callError(what, error) : meaning(protoOf(error))
      }),
    find: <T>(what: string, request: Request, none = 404) =>
      ask<T>(what, request).catch((error: unknown) => {
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
      await within(waits.upload, what, () => answer(bigquery, what, request)).catch(told(what, true))
    },
  }
}

function projectOf(bigquery: BigQuery, waits: Waits): Promise<string> {
  const what = 'find the project of the credentials'
  return within(waits.call, what, () => bigquery.getProjectId()).catch(told(what, false))
}

/** What is in a dataset, goes into one, or asks for one's rows: the dataset was there just now, so if it is not, that passes. */
const isPart = ({ path }: Request) => path.startsWith('/datasets/') || path === '/queries'

function told(what: string, part: boolean): (error: unknown) => never {
  return (error) => {
    throw part && statusOf(error) === 404 ? bigqueryError(what, { reason: 'gone' }) : callError(what, error)
  }
}

function answer<T>(bigquery: BigQuery, what: string, options: RequestOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    bigquery.request(options, (error, body) => {
      if (error) reject(error)
      else if (options.method !== 'DELETE' && (typeof body !== 'object' || body === null))
        reject(bigqueryError(what, { reason: 'noAnswer' }))
      else resolve(body)
    })
  })
}

/** @throws TransientError when it takes longer, in milliseconds; the client's own time-outs do not cover every way to hang */
async function within<T>(deadline: number, what: string, work: () => Promise<T>): Promise<T> {
  const end = new AbortController()
  const late = pause(deadline, undefined, { signal: end.signal, ref: false }).then(() => {
    throw new TransientError(`${what}: no answer from BigQuery for ${deadline / 1000} s; loading goes on by itself`)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    end.abort()
    late.catch(() => {})
  }
}
