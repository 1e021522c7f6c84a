/** Surveys are looked up in BigQuery by a query, which is told and ended as any other. */
import test, { type ExecutionContext } from 'ava'
import { bigquerySource } from '../../src/destinations/bigquery/source.ts'
import { readingFrom } from '../support/bigquery/reading.ts'
import { listen } from '../support/listen.ts'

/** A BigQuery that knows one survey, whose view is there, and one without a view. Its jobs are done, or run for ever. */
async function bigquery(t: ExecutionContext, state: 'DONE' | 'RUNNING', names = ['column_names', 'survey_nps']) {
  const asked: string[] = []
  const answer = (path: string, body: string): object => {
    if (path === '/datasets/refiner/tables')
      return { tables: names.map((tableId) => ({ tableReference: { tableId } })) }
    if (path === '/jobs') {
      const isDryRun = JSON.parse(body).configuration.dryRun === true
      const statistics = { totalBytesProcessed: '34', query: { statementType: 'SELECT' } }
      return { status: { state: isDryRun ? 'DONE' : state }, statistics }
    }
    if (path.startsWith('/jobs/')) return { status: { state } }
    if (!path.startsWith('/queries/')) return {}
    const cells = [
      ['uuid-1', '"NPS Survey"', 'survey_nps'],
      ['uuid-2', 'null', 'survey_gone'],
    ]
    const fields = ['form_uuid', 'name', 'column_name'].map((name) => ({ name, type: 'STRING' }))
    return { schema: { fields }, rows: cells.map((row) => ({ f: row.map((v) => ({ v })) })) }
  }
  const endpoint = await listen(t, (request, response, body) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname.replace(/^.*\/projects\/a-project/, '')
    asked.push(`${request.method} ${path.replace(/refiner_warehouse_read_[\w-]+/, 'ID')}`)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(path, body)))
  })
  const bytes: number[] = []
  return { asked, bytes, source: bigquerySource(readingFrom(endpoint), (each) => bytes.push(each)) }
}

test('the surveys that have a view are found, and how much that reads is told', async (t) => {
  const { source, bytes } = await bigquery(t, 'DONE')
  const surveys = await source.surveys(new AbortController().signal)
  t.deepEqual(surveys, [{ formUuid: 'uuid-1', name: 'NPS Survey', view: 'survey_nps' }])
  t.deepEqual(bytes, [34])
})

test('former names are read in a query, which is told, and only where they are kept', async (t) => {
  const names = ['names', 'forms', 'responses']
  const { source, bytes } = await bigquery(t, 'DONE', names)
  t.deepEqual(await source.formerNames(new AbortController().signal), [
    { formUuid: 'uuid-1', name: '"NPS Survey"', lastOn: 'survey_nps' },
    { formUuid: 'uuid-2', name: 'null', lastOn: 'survey_gone' },
  ])
  t.deepEqual(bytes, [34])
  const older = await bigquery(t, 'DONE', names.slice(1))
  t.deepEqual(await older.source.formerNames(new AbortController().signal), [])
  t.deepEqual(older.bytes, [])
})

test('where no names were given, nothing is read', async (t) => {
  const { source, bytes } = await bigquery(t, 'DONE', ['survey_nps'])
  t.deepEqual(await source.surveys(new AbortController().signal), [])
  t.deepEqual(bytes, [])
})

test('an abort cancels the look-up, and ends with its reason', async (t) => {
  const { source, asked } = await bigquery(t, 'RUNNING')
  const stopping = new AbortController()
  const looking = source.surveys(stopping.signal)
  while (!asked.includes('GET /jobs/ID')) await new Promise(setImmediate)
  const reason = new Error('enough')
  stopping.abort(reason)
  await t.throwsAsync(looking, { is: reason })
  t.is(asked.at(-1), 'POST /jobs/ID/cancel')
})

test('an abort while tables are looked at ends that, with its reason', async (t) => {
  const many = Array.from({ length: 1000 }, (_, at) => `table_${at}`)
  const { source, asked } = await bigquery(t, 'DONE', many)
  const stopping = new AbortController()
  const looking = source.relations(stopping.signal)
  while (!asked.some((request) => request.includes('/tables/table_'))) await new Promise(setImmediate)
  const reason = new Error('enough')
  stopping.abort(reason)
  await t.throwsAsync(looking, { is: reason })
  t.true(asked.length < 100, `${asked.length}`)
})
