/** What a reader asks of BigQuery while a job runs, which the emulator's never do. */
import type { IncomingMessage } from 'node:http'
import test, { type ExecutionContext } from 'ava'
import { bigquerySource } from '../../src/destinations/bigquery/source.ts'
import { PermanentError, TransientError, wordsOf } from '../../src/errors.ts'
import { readingFrom } from '../support/bigquery/reading.ts'
import { listen } from '../support/listen.ts'

interface Answers {
  readonly statementType: string
  /** What the job is, each time it is looked at; the last one stays. */
  readonly states: readonly object[]
}

const RUNNING = { state: 'RUNNING' }
const DONE = { state: 'DONE' }

/** A BigQuery that knows one answer. The first insert is the dry run. */
async function bigquery(t: ExecutionContext, { statementType, states }: Answers, maxBytesBilled?: number) {
  const asked: string[] = []
  const queries: object[] = []
  const waiting = [...states]
  const answer = ({ method, url = '' }: IncomingMessage): object => {
    const path = url
      .replace(/^.*\/projects\/a-project/, '')
      .replace(/[?&]prettyPrint=false/, '')
      .replace(/refiner_warehouse_read_[\w-]+/, 'ID')
    asked.push(`${method} ${path}`)
    if (path === '/datasets/refiner') return { location: 'EU' }
    if (path.startsWith('/queries/'))
      return { schema: { fields: [{ name: 'n', type: 'INTEGER' }] }, rows: [{ f: [{ v: '1' }] }] }
    const isDryRun = asked.filter((each) => each === 'POST /jobs').length === 1 && method === 'POST'
    const status = isDryRun ? DONE : waiting.length > 1 ? waiting.shift() : waiting[0]
    return { status, statistics: { totalBytesProcessed: '12', query: { statementType } } }
  }
  const endpoint = await listen(t, (request, response, body) => {
    if (body !== '' && request.url?.includes('/jobs?')) queries.push(JSON.parse(body).configuration.query)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer(request)))
  })
  const bytes: number[] = []
  const options = readingFrom(endpoint, maxBytesBilled)
  return { asked, bytes, queries, source: bigquerySource(options, (each) => bytes.push(each)) }
}

const SQL = { sql: 'SELECT 1 AS n' }

test('a job is checked, run where the dataset is, waited for, and read', async (t) => {
  const { source, asked, bytes } = await bigquery(t, { statementType: 'SELECT', states: [RUNNING, RUNNING, DONE] })
  const { columns, rows } = await source.read(SQL, new AbortController().signal)
  t.deepEqual(columns, ['n'])
  for await (const some of rows) t.deepEqual(some, [[1]])
  t.deepEqual(bytes, [12])
  t.deepEqual(asked, [
    'GET /datasets/refiner',
    'POST /jobs',
    'POST /jobs',
    'GET /jobs/ID?location=EU',
    'GET /jobs/ID?location=EU',
    'GET /queries/ID?location=EU&maxResults=5000&formatOptions.useInt64Timestamp=true',
  ])
})

test('an abort cancels the job, and ends with its reason', async (t) => {
  const { source, asked } = await bigquery(t, { statementType: 'SELECT', states: [RUNNING] })
  const stopping = new AbortController()
  const reading = source.read(SQL, stopping.signal)
  while (!asked.some((each) => each.startsWith('GET /jobs/'))) await new Promise(setImmediate)
  const reason = new Error('enough')
  stopping.abort(reason)
  await t.throwsAsync(reading, { is: reason })
  t.is(asked.at(-1), 'POST /jobs/ID/cancel?location=EU')
})

test('a job may be billed for as much as the settings say', async (t) => {
  for (const [bound, said] of [
    [20_000_000, '20000000'],
    [undefined, undefined],
  ] as const) {
    const { source, queries } = await bigquery(t, { statementType: 'SELECT', states: [DONE] }, bound)
    await source.read(SQL, new AbortController().signal)
    t.deepEqual(
      queries.map((query) => Reflect.get(query, 'maximumBytesBilled')),
      [said, said],
    )
  }
})

test('a statement is run as it was written, whatever it ends in', async (t) => {
  const { source, queries } = await bigquery(t, { statementType: 'SELECT', states: [DONE] })
  const sql = 'SELECT 1 AS n; -- done'
  await source.read({ sql }, new AbortController().signal)
  t.deepEqual(
    queries.map((query) => Reflect.get(query, 'query')),
    [sql, sql],
  )
})

test('what is no SELECT is never run', async (t) => {
  for (const statementType of ['SCRIPT', 'DELETE', 'EXPORT_DATA']) {
    const { source, asked } = await bigquery(t, { statementType, states: [DONE] })
    const error = await t.throwsAsync(source.read(SQL, new AbortController().signal))
    t.true(error instanceof PermanentError)
    t.true(error?.message.includes(`it is no single SELECT (${statementType}), and only reading is allowed`))
    t.deepEqual(asked, ['GET /datasets/refiner', 'POST /jobs'])
  }
})

test('what fails while it runs is told in its own words, and what may pass as such', async (t) => {
  const failed = async (reason: string) => {
    const states = [{ ...DONE, errorResult: { reason, message: 'division by zero: 1 / 0' } }]
    const { source } = await bigquery(t, { statementType: 'SELECT', states })
    return t.throwsAsync(source.read(SQL, new AbortController().signal))
  }
  const own = await failed('invalidQuery')
  t.true(own instanceof PermanentError)
  t.is(wordsOf(own), 'read the answer: the statement cannot be run; BigQuery says why: division by zero: 1 / 0')
  const passing = await failed('backendError')
  t.true(passing instanceof TransientError)
  t.is(wordsOf(passing), 'read the answer: BigQuery failed inside; try again (backendError)')
})
