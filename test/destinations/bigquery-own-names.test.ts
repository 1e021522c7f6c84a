/** Tables of the user's own in BigQuery, whose names say what they like: what is asked of them, and what is refused. */
import test, { type ExecutionContext } from 'ava'
import { exportSchema } from '../../src/config/exports.ts'
import { bigquerySource } from '../../src/destinations/bigquery/source.ts'
import { PermanentError } from '../../src/errors.ts'
import { choose } from '../../src/exports/choose.ts'
import { readingFrom } from '../support/bigquery/reading.ts'
import { listen } from '../support/listen.ts'

const signal = new AbortController().signal

/** A BigQuery with these tables, of these columns. It keeps the statements that it is asked. */
async function bigquery(t: ExecutionContext, there: Readonly<Record<string, readonly string[]>>) {
  const statements = new Set<string>()
  const answer = (path: string, body: string): object => {
    const [, name = ''] = /^\/datasets\/refiner\/tables\/(.*)$/.exec(path) ?? []
    if (path === '/datasets/refiner') return {}
    if (path === '/jobs') {
      statements.add(JSON.parse(body).configuration.query.query)
      return { status: { state: 'DONE' }, statistics: { query: { statementType: 'SELECT' } } }
    }
    if (path.startsWith('/queries/')) return { schema: { fields: [] } }
    if (name === '')
      return { tables: Object.keys(there).map((tableId) => ({ tableReference: { tableId }, type: 'TABLE' })) }
    const fields = there[decodeURIComponent(name)]?.map((column) => ({
      name: column,
      type: column === 'day' ? 'DATE' : 'STRING',
    }))
    return { type: 'TABLE', schema: { fields } }
  }
  const endpoint = await listen(t, (request, response, body) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname.replace(/^.*\/projects\/a-project/, '')
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(path, body)))
  })
  const source = bigquerySource(readingFrom(endpoint))
  const read = async (options: object) => {
    const { selection } = await choose(source, exportSchema('UTC').parse(options), signal)
    await source.read(selection, signal)
  }
  return { source, statements, read }
}

test('every column and table is asked for by its name, in quotes', async (t) => {
  const { read, statements } = await bigquery(t, {
    'my-table': ['id', 'Product fit', 'größe'],
    'Größen 2026/7': [],
    'Größen 2026': ['n'],
  })
  await read({ table: 'my-table' })
  await read({ table: 'größen 2026' })
  t.deepEqual(
    [...statements],
    [
      'SELECT S.`id`, S.`Product fit`, S.`größe` FROM `a-project`.`refiner`.`my-table` AS S',
      'SELECT S.`n` FROM `a-project`.`refiner`.`Größen 2026` AS S',
    ],
  )
})

test('columns stand by an alias, as the name of a table alone is its whole row', async (t) => {
  const { read, statements } = await bigquery(t, { survey_nps: ['survey_nps', 'answered_at', 'status'] })
  await read({ view: 'survey_nps', from: '2026-01-01', status: ['seen'] })
  t.deepEqual(
    [...statements],
    [
      'SELECT S.`survey_nps`, S.`answered_at`, S.`status` FROM `a-project`.`refiner`.`survey_nps` AS S' +
        " WHERE CAST(S.`answered_at` AS TIMESTAMP) >= TIMESTAMP '2026-01-01T00:00:00.000Z' AND S.`status` IN ('seen')",
    ],
  )
})

test('a column of days is compared with days', async (t) => {
  const { read, statements } = await bigquery(t, { by_day: ['day', 'n'] })
  await read({ view: 'by_day', from: '2026-01-01', to: '2026-01-02T12:00' })
  t.deepEqual(
    [...statements],
    [
      'SELECT S.`day`, S.`n` FROM `a-project`.`refiner`.`by_day` AS S' +
        " WHERE CAST(S.`day` AS DATE) >= DATE '2026-01-01' AND CAST(S.`day` AS DATE) < DATE '2026-01-03'",
    ],
  )
})

test('what no quotes hold is refused by name, and is never left out unsaid', async (t) => {
  const { source, read, statements } = await bigquery(t, {
    mine: ['id', 'a`b', 'c\\'],
    'a`b': ['id'],
    'events_*': ['id'],
    none: [],
  })
  const refusal = async (options: object) => {
    const error = await t.throwsAsync(read(options))
    t.true(error instanceof PermanentError)
    return error?.message
  }
  t.is(
    await refusal({ table: 'mine' }),
    'read "mine": "a`b", "c\\\\" cannot be quoted here; leave them out with --columns, or say it in SQL with --sql',
  )
  t.regex((await refusal({ table: 'a`b' })) ?? '', /^read "a`b": no table can be called so/)
  t.regex((await refusal({ table: 'events_*' })) ?? '', /^read "events_\*": no table can be called so/)
  t.regex((await refusal({ table: 'none' })) ?? '', /^read "none": it has no columns/)
  t.deepEqual([...statements], [])
  await read({ table: 'mine', columns: ['id'] })
  t.deepEqual([...statements], ['SELECT S.`id` FROM `a-project`.`refiner`.`mine` AS S'])
  t.deepEqual((await source.counts(signal)).get('a`b'), null)
})
