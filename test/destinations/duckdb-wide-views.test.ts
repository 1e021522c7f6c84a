import test from 'ava'
import { tables } from '../../schemas/tables.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { event, FORM, RESPONSE } from '../support/flattening.ts'
import { HOSTILE } from '../support/hostile-surveys.ts'
import { batchOf, row } from '../support/rows.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

const ATTRIBUTES = 150
const RESPONSES = 2500
/** Each value is that of two people: what everyone has one of their own of makes no groups. */
const VALUES = RESPONSES / 2

const attributesOf = (response: number) =>
  Object.fromEntries(
    Array.from({ length: ATTRIBUTES }, (_, at) => [
      `attribute ${at}`,
      at === 0 ? 1e-7 : `value ${at} ${response % VALUES}`,
    ]),
  )

const answers = Array.from({ length: RESPONSES }, (_, at) =>
  event({ uuid: `user-${at}`, attributes: attributesOf(at) }, { uuid: `response-${at}`, data: { nps: at % 11 } }),
)

test('views of many attributes are read in little memory', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  t.deepEqual(await load(...answers), [])
  await withConnection(path, async (connection) => {
    await connection.run("SET threads = 1; SET memory_limit = '256MiB'")
    t.is((await connection.runAndReadAll('SELECT * FROM survey_nps')).currentRowCount, RESPONSES)
    // A row for each value of each attribute but the one that is alike in all.
    const values = await connection.runAndReadAll('SELECT * FROM nps_by_attribute')
    t.is(values.currentRowCount, VALUES * (ATTRIBUTES - 1) + 1)
  })
  t.deepEqual(await ask("SELECT attribute_attribute_7 FROM survey_nps WHERE response_uuid = 'response-9'"), [
    { attribute_attribute_7: 'value 7 9' },
  ])
  t.deepEqual(await ask("SELECT value, n FROM nps_by_attribute WHERE attribute = 'attribute 0'"), [
    { value: '0 to under 1', n: RESPONSES },
  ])
})

test('each answer stands in its column in a survey of very many questions, whatever they are called', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const many = Object.fromEntries(Array.from({ length: 2100 }, (_, at) => [`question ${at}`, `answer ${at}`]))
  const hostile = Object.fromEntries(HOSTILE.map((name, at) => [name, `hostile ${at}`]))
  const typed = { number: 7.5, yes: true, at: '2024-05-01T10:00:00Z', list: ['b', 'a'], matrix: { '1:x': 1, x: 2 } }
  await load(
    event({}, { data: { ...many, ...hostile, ...typed } }),
    event({}, { uuid: 'another', data: { number: 1, list: ['c'] } }),
  )
  const [found] = await ask(`SELECT * FROM survey_nps WHERE response_uuid = '${RESPONSE}'`)
  const columns = await ask("SELECT name, item, column_name FROM column_names WHERE scope = 'question'")
  const columnOf = (name: string, item = '') =>
    String(columns.find((column) => column['name'] === name && column['item'] === item)?.['column_name'])
  for (const [name, value] of Object.entries({ ...many, ...hostile })) t.is(found?.[columnOf(name)], value, name)
  const typedColumns = [['number'], ['yes'], ['at'], ['list'], ['matrix', '1:x'], ['matrix', 'x']] as const
  t.deepEqual(
    typedColumns.map(([name, item]) => found?.[columnOf(name, item)]),
    [7.5, true, '2024-05-01 10:00:00', "['b', 'a']", 1, 2],
  )
})

test('a survey of 10,000 questions is read whole', async (t) => {
  const { path, load } = await viewWarehouse(t)
  await load(
    event(
      {},
      { data: Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`question ${at}`, `answer ${at}`])) },
    ),
  )
  await withConnection(path, async (connection) => {
    await connection.run("SET threads = 1; SET memory_limit = '1GiB'")
    t.is((await connection.runAndReadAll('SELECT * FROM survey_nps')).currentRowCount, 1)
  })
})

test('a survey of 10,000 questions has a view with as many columns as fit, and says what does not', async (t) => {
  const { loadRows, load, ask } = await viewWarehouse(t)
  const table = tables.find(({ name }) => name === 'question_items')
  if (table === undefined) return t.fail()
  const items = Array.from({ length: 10_000 }, (_, at) =>
    row(table, { form_uuid: FORM, question: `question ${at}`, item: '', value_type: 'text' }),
  )
  await load(event({}, { data: { 'question 7': 'seven', 'question 9999': 'last' } }))
  await loadRows(batchOf('many', { question_items: items }))
  const [view] = await ask("SELECT column_count, comment FROM duckdb_views() WHERE view_name = 'survey_nps'")
  t.is(view?.['column_count'], 10_000)
  t.regex(String(view?.['comment']), /; 21 more columns do not fit: see answers and respondents$/)
  const found = await ask('SELECT response_uuid, question_7, question_9999 FROM survey_nps')
  t.deepEqual(found, [{ response_uuid: RESPONSE, question_7: 'seven', question_9999: 'last' }])
})
