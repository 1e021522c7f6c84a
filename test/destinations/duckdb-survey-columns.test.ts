/** Which columns a survey's view has in DuckDB, in which order, and what stands in those beside scores. */
import test from 'ava'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { FORM } from '../support/flattening.ts'
import { answer, answers } from '../support/survey-answers.ts'
import { type ViewWarehouse, viewWarehouse } from '../support/view-warehouse.ts'

const FIXED = 21

async function columnsOf({ ask }: ViewWarehouse, view = 'survey_s'): Promise<string[]> {
  const found = await ask(
    `SELECT column_name FROM duckdb_columns() WHERE table_name = '${view}' ORDER BY column_index LIMIT 100 OFFSET ${FIXED}`,
  )
  return found.map((column) => String(column['column_name']))
}

test("questions come in the survey's order, each with its rows and what stands beside it, and not by name", async (t) => {
  const warehouse = await viewWarehouse(t)
  const data = { zeta: 1, mid: { right: 1, left: 2 }, alpha: 'x', nps: 9 }
  await warehouse.load(answer(0, { zeta: 'odd' }), answer(1, data), answer(2, { zeta: 2, nps: 'N/A' }))
  t.deepEqual(await columnsOf(warehouse), [
    'zeta',
    'zeta_text',
    'mid_right',
    'mid_left',
    'alpha',
    'nps',
    'nps_text',
    'nps_points',
    'nps_category',
    'nps_is_latest',
  ])
  await warehouse.load(answer(3, { zeta: 1, first: 2, mid: { right: 1 }, alpha: 'x', nps: 1 }))
  t.deepEqual(
    (await columnsOf(warehouse)).filter((name) => !/_text|nps_/.test(name)),
    ['zeta', 'first', 'mid_right', 'mid_left', 'alpha', 'nps'],
  )
})

test('a survey has the attributes that its respondents had, and one that was never set has no column until it is', async (t) => {
  const warehouse = await viewWarehouse(t)
  const other = { uuid: '44780fd0-2c11-11ec-8f58-7bd83b655011', name: 'Other' }
  await warehouse.load(
    answer(
      0,
      { q: 1 },
      { attributes: { plan: 'free', unset: null }, account: { uuid: 'a', attributes: { seats: 3 } } },
    ),
    answer(1, { q: 1 }, { attributes: { role: 'admin' }, form: other }),
  )
  t.deepEqual(await columnsOf(warehouse), ['q', 'attribute_plan', 'account_seats'])
  t.deepEqual(await columnsOf(warehouse, 'survey_other'), ['q', 'attribute_role'])
  await warehouse.load(answer(2, { q: 1 }, { attributes: { unset: 'set' }, form: other }))
  t.deepEqual(await columnsOf(warehouse), ['q', 'attribute_plan', 'account_seats'])
  t.deepEqual(await columnsOf(warehouse, 'survey_other'), ['q', 'attribute_role', 'attribute_unset'])
})

test('no column takes the name of its own view, which SQL would read as the whole row', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(answer(0, { survey_s: 1 }))
  const [column = ''] = await columnsOf(warehouse)
  t.regex(column, /^survey_s_[0-9a-f]{8}$/)
})

test('a survey tells its uuid, its newest name, and the name of its view', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(answer(0, { q: 1 }))
  await warehouse.load(answer(1, { q: 1 }, { form: { uuid: FORM, name: "It's new" } }))
  t.deepEqual(await warehouse.ask('SELECT DISTINCT form_uuid, form_name, survey_view FROM survey_s'), [
    { form_uuid: FORM, form_name: "It's new", survey_view: 'survey_s' },
  ])
})

test('a column that every survey has gives way to a question that had its name before', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(answer(0, { 'form name': 'mine' }))
  await withConnection(warehouse.path, (connection) =>
    connection.run("UPDATE column_names SET column_name = 'form_name' WHERE name = 'form name'"),
  )
  const again = await viewWarehouse(t, {}, warehouse.path)
  await again.load(answer(1, { 'form name': 'mine' }))
  t.deepEqual(await again.ask('SELECT form_name, form_uuid FROM survey_s LIMIT 1'), [
    { form_name: 'mine', form_uuid: FORM },
  ])
})

test('context has no column and starts no response, neither by its name nor as it came before any answer', async (t) => {
  const warehouse = await viewWarehouse(t, { contextKeys: ['page*'] })
  const seen = { completed_at: null, first_data_reception_at: null, last_data_reception_at: null }
  const early = { triggered_event: 'Saw Survey' }
  await warehouse.load(
    answer(0, { pageUrl: 'a', plan: 'pro' }, { ...early, response: seen }),
    answer(1, { pageUrl: 'a', plan: 'pro', nps: 9 }),
  )
  t.deepEqual(await columnsOf(warehouse), ['nps', 'nps_points', 'nps_category', 'nps_is_latest'])
  t.deepEqual(await warehouse.ask('SELECT status, nps FROM survey_s ORDER BY response_uuid'), [
    { status: 'seen', nps: null },
    { status: 'completed', nps: 9 },
  ])
})

test('the mean of the points is the score, and categories and newest answers are those of the scores', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const users = (number: number) => ({ uuid: `user-${number % 20}` })
  await load(
    ...answers(25, (number) => ({ nps: String(number % 11), csat: (number % 5) + 1 })).map((body, at) => ({
      ...body,
      ...users(at),
    })),
    answer(25, { nps: 'N/A' }),
    answer(26, { nps: ['10'] }),
    answer(27, { nps: 11 }),
  )
  for (const metric of ['nps', 'csat']) {
    const [found] = await ask(
      `SELECT AVG(${metric}_points) AS mean, COUNT(${metric}_points) AS n, COUNT(CASE WHEN ${metric}_is_latest THEN 1 END) AS latest FROM survey_s`,
    )
    const [score] = await ask(`SELECT score, n FROM ${metric}`)
    t.is(Number(found?.['mean']).toFixed(9), Number(score?.['score']).toFixed(9))
    t.is(found?.['n'], score?.['n'])
    const [latest] = await ask(`SELECT COUNT(*) AS n FROM scores WHERE metric = '${metric}' AND is_latest`)
    t.is(found?.['latest'], latest?.['n'])
  }
  t.deepEqual(await ask('SELECT nps_category, COUNT(*) AS n FROM survey_s GROUP BY ALL ORDER BY ALL'), [
    { nps_category: 'detractor', n: 17 },
    { nps_category: 'passive', n: 4 },
    { nps_category: 'promoter', n: 5 },
    { nps_category: null, n: 2 },
  ])
})

test('labeled answers and questions that the settings name have points, other questions have none', async (t) => {
  const nps = [{ question: 'likely' }]
  const warehouse = await viewWarehouse(t, { questions: { nps, csat: undefined, ces: undefined } })
  await warehouse.load(
    answer(0, { likely: 9, csat: '5 - Very good', ces_reason: 'easy', nps_score: 9 }),
    answer(1, { likely: 3, csat: '1 - Bad', ces_reason: 'hard' }),
  )
  t.deepEqual(await columnsOf(warehouse), [
    'likely',
    'likely_points',
    'likely_category',
    'likely_is_latest',
    'csat',
    'csat_points',
    'csat_category',
    'csat_is_latest',
    'ces_reason',
    'nps_score',
  ])
  t.deepEqual(await warehouse.ask('SELECT AVG(csat_points) AS csat, AVG(likely_points) AS likely FROM survey_s'), [
    { csat: 50, likely: 0 },
  ])
})
