/** How many rows there are in BigQuery, by what it knows of tables and tells of views; of its refusals the emulator has no more than one. */
import type { IncomingMessage } from 'node:http'
import test, { type ExecutionContext } from 'ava'
import { bigquerySource } from '../../src/destinations/bigquery/source.ts'
import { readingFrom } from '../support/bigquery/reading.ts'
import { listen } from '../support/listen.ts'

/** A table's metadata, or a view's rows, or why it cannot be read. */
type There = Readonly<Record<string, { type: string; numRows?: string; streamingBuffer?: object } | number | string>>

/** A BigQuery with these tables and views. It keeps what it was asked to run, and in what dry runs. */
async function bigquery(t: ExecutionContext, there: There) {
  const ran: string[] = []
  const metadata = (name: string) => {
    const { [name]: it } = there
    return { tableReference: { tableId: name }, ...(typeof it === 'object' ? it : { type: 'VIEW' }) }
  }
  const answers = new Map<string, object>()
  const insert = (job: { jobReference: { jobId?: string }; configuration: { query: { query: string } } }) => {
    const { query } = job.configuration.query
    const names = [...query.matchAll(/SELECT '(\w+)' AS name, COUNT\(\*\) AS n/g)].map(([, name = '']) => name)
    const { jobId = 'dry run' } = job.jobReference
    ran.push(`${jobId === 'dry run' ? jobId : 'run'} ${names.join()}`)
    const refusal = names.map((name) => there[name]).find((it) => typeof it === 'string')
    if (refusal !== undefined) return { status: 400, body: { error: { code: 400, errors: [{ reason: refusal }] } } }
    const fields = ['name', 'n'].map((name) => ({ name, type: 'STRING' }))
    const rows = names.map((name) => ({ f: [{ v: name }, { v: JSON.stringify(there[name]) }] }))
    answers.set(jobId, { schema: { fields }, rows })
    const statistics = { totalBytesProcessed: String(names.length), query: { statementType: 'SELECT' } }
    return { status: 200, body: { status: { state: 'DONE' }, statistics } }
  }
  const answer = ({ url = '' }: IncomingMessage, body: string) => {
    const path = new URL(url, 'http://localhost').pathname.replace(/^.*\/projects\/a-project/, '')
    const name = path.split('/').at(-1) ?? ''
    if (path === '/jobs') return insert(JSON.parse(body))
    if (path === '/datasets/refiner') return { status: 200, body: {} }
    if (name === 'tables') return { status: 200, body: { tables: Object.keys(there).map(metadata) } }
    return { status: 200, body: path.startsWith('/queries/') ? answers.get(name) : metadata(name) }
  }
  const endpoint = await listen(t, (request, response, asked) => {
    const { status, body } = answer(request, asked)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const bytes: number[] = []
  const options = readingFrom(endpoint)
  const source = bigquerySource(options, (each) => bytes.push(each))
  return { ran, bytes, counts: () => source.counts(new AbortController().signal) }
}

test('BigQuery tells the rows of tables, and views are counted in one query, of which is told how much it reads', async (t) => {
  const { counts, ran, bytes } = await bigquery(t, {
    a_view: 3,
    other_view: 0,
    table: { type: 'TABLE', numRows: '12' },
    snapshot: { type: 'SNAPSHOT', numRows: '5' },
  })
  t.deepEqual(Object.fromEntries(await counts()), { a_view: 3, other_view: 0, table: 12, snapshot: 5 })
  t.deepEqual(ran, ['dry run a_view,other_view', 'run a_view,other_view'])
  t.deepEqual(bytes, [2])
})

test('where there are tables alone, nothing is read', async (t) => {
  const { counts, ran, bytes } = await bigquery(t, { table: { type: 'TABLE', numRows: '12' } })
  t.deepEqual(Object.fromEntries(await counts()), { table: 12 })
  t.deepEqual([ran, bytes], [[], []])
})

test('a table into which rows are streamed, and one whose rows are elsewhere, are counted as views are', async (t) => {
  const { counts, ran } = await bigquery(t, {
    streamed: { type: 'TABLE', numRows: '12', streamingBuffer: { estimatedRows: '7' } },
    elsewhere: { type: 'EXTERNAL', numRows: '0' },
  })
  await counts()
  t.deepEqual(ran.at(-1), 'run elsewhere,streamed')
})

for (const reason of ['invalidQuery', 'accessDenied', 'resourcesExceeded']) {
  test(`views that BigQuery refuses to read, as of ${reason}, hide no other`, async (t) => {
    const { counts, ran } = await bigquery(t, { a: 1, b: 2, c: reason, d: 4, e: reason })
    t.deepEqual(Object.fromEntries(await counts()), { a: 1, b: 2, c: null, d: 4, e: null })
    t.deepEqual(
      ran.filter((each) => each.startsWith('run')),
      ['run a,b', 'run d'],
    )
  })
}

test('what passes is no answer', async (t) => {
  const { counts, ran } = await bigquery(t, { a: 1, b: 'backendError' })
  await t.throwsAsync(counts(), { message: /BigQuery failed inside; try again/ })
  t.is(ran.length, 1)
})
