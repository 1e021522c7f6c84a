/** Types of columns as they stand in DuckDB, through odd answers, corrections and restarts. */
import test from 'ava'
import { answer, answers, type Sent, uuidOf } from '../support/survey-answers.ts'
import { type ViewWarehouse, viewWarehouse } from '../support/view-warehouse.ts'

/** Columns of the survey's view that begin so, with their types. */
const typesOf = async ({ ask }: ViewWarehouse, begin: string) => {
  const found = await ask(
    `SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'survey_s' AND starts_with(column_name, '${begin}') ORDER BY column_index`,
  )
  return found.map((column) => `${column['column_name']} ${column['data_type']}`)
}

const rating = (number: number) => ({ rating: String((number % 5) + 1) })

test('a number stays a number when one answer of many is a text, whose text stands beside it', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(...answers(20, rating))
  t.deepEqual(await typesOf(warehouse, 'rating'), ['rating DOUBLE'])
  await warehouse.load(answer(20, { rating: 'N/A' }))
  const mean = () => warehouse.ask('SELECT AVG(rating) AS mean, COUNT(*) AS n FROM survey_s')
  t.deepEqual(await mean(), [{ mean: 3, n: 21 }])
  t.deepEqual(await typesOf(warehouse, 'rating'), ['rating DOUBLE', 'rating_text VARCHAR'])
  const odd = `SELECT rating, rating_text FROM survey_s WHERE response_uuid = '${uuidOf(20)}'`
  t.deepEqual(await warehouse.ask(odd), [{ rating: null, rating_text: 'N/A' }])
  await warehouse.load(answer(20, { rating: '3' }, { later: 60 }))
  t.deepEqual(await mean(), [{ mean: 3, n: 21 }])
  t.deepEqual(await warehouse.ask(odd), [{ rating: 3, rating_text: null }])
})

for (const [owner, of] of [
  ['attribute', (seats: unknown): Sent => ({ attributes: { seats } })],
  ['account', (seats: unknown): Sent => ({ account: { uuid: 'a', attributes: { seats } } })],
] as const) {
  test(`an ${owner} that is a number stays one when one value of many is a text`, async (t) => {
    const warehouse = await viewWarehouse(t)
    await warehouse.load(...Array.from({ length: 20 }, (_, at) => answer(at, {}, of(at % 2 === 0 ? '4' : 2))))
    await warehouse.load(answer(20, {}, of('many')), answer(21, {}, of('007')), answer(22, {}, of('1e5')))
    await warehouse.load(answer(23, {}, of(1e-7)), answer(24, {}, of('9007199254740993')), answer(25, {}, of(' ')))
    t.deepEqual(await typesOf(warehouse, `${owner}_seats`), [`${owner}_seats DOUBLE`, `${owner}_seats_text VARCHAR`])
    const found = await warehouse.ask(
      `SELECT ${owner}_seats AS n, ${owner}_seats_text AS rest FROM survey_s WHERE response_uuid >= '${uuidOf(19)}' ORDER BY response_uuid`,
    )
    t.deepEqual(
      found.map(({ n, rest }) => [n, rest]),
      [
        [2, null],
        [null, 'many'],
        [null, '007'],
        [null, '1e5'],
        [1e-7, null],
        [null, '9007199254740993'],
        [null, null],
      ],
    )
  })
}

test('a list of one is its choice where scalars are the rule, and a list of several is null there', async (t) => {
  for (const [question, values] of [
    ['nps', ['9']],
    ['csat', ['4']],
  ] as const) {
    const warehouse = await viewWarehouse(t)
    await warehouse.load(...answers(20, (number) => ({ [question]: String((number % 5) + 1) })))
    await warehouse.load(answer(20, { [question]: values }), answer(21, { [question]: ['9', '10'] }))
    t.deepEqual((await typesOf(warehouse, question)).slice(0, 2), [`${question} DOUBLE`, `${question}_text VARCHAR`])
    const found = await warehouse.ask(
      `SELECT ${question} AS n, ${question}_text AS rest FROM survey_s WHERE response_uuid >= '${uuidOf(20)}' ORDER BY response_uuid`,
    )
    t.deepEqual(found, [
      { n: Number(values[0]), rest: null },
      { n: null, rest: '9, 10' },
    ])
  }
})

test('a scalar is a list of one where lists are the rule, and an empty list is a list', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(...answers(20, () => ({ tools: ['a', 'b'] })))
  await warehouse.load(answer(20, { tools: 'a' }), answer(21, { tools: [] }), answer(22, { other: 1 }))
  t.deepEqual(await typesOf(warehouse, 'tools'), ['tools VARCHAR[]'])
  t.deepEqual(
    await warehouse.ask(
      `SELECT CAST(tools AS VARCHAR) AS tools FROM survey_s WHERE response_uuid >= '${uuidOf(20)}' ORDER BY response_uuid`,
    ),
    [{ tools: '[a]' }, { tools: '[]' }, { tools: null }],
  )
})

test('an empty list is a list in a survey of very many questions as well', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const many = Object.fromEntries(Array.from({ length: 2001 }, (_, at) => [`question ${at}`, 'x']))
  await load(answer(0, { ...many, tools: ['a', 'b'] }), answer(1, { tools: [] }), answer(2, { 'question 1': 'y' }))
  const found = await ask('SELECT CAST(tools AS VARCHAR) AS tools FROM survey_s ORDER BY response_uuid')
  t.deepEqual(found, [{ tools: '[a, b]' }, { tools: '[]' }, { tools: null }])
})

test('from twenty answers on a type stays, whatever comes, and also in a new process', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(...answers(20, rating))
  const given = "SELECT value_type, is_list FROM column_names WHERE scope = 'question'"
  t.deepEqual(await warehouse.ask(given), [{ value_type: 'number', is_list: false }])
  await warehouse.load(...answers(100, () => ({ rating: 'no number' }), 20))
  t.deepEqual(await typesOf(warehouse, 'rating'), ['rating DOUBLE', 'rating_text VARCHAR'])
  const again = await viewWarehouse(t, {}, warehouse.path)
  await again.load(answer(120, { rating: 'none' }))
  t.deepEqual(await typesOf(again, 'rating'), ['rating DOUBLE', 'rating_text VARCHAR'])
  t.deepEqual(await again.ask(given), [{ value_type: 'number', is_list: false }])
  t.deepEqual(again.changes(), [])
})

test('with fewer answers a type is open, and nothing of it is kept', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(...answers(19, rating))
  const given = "SELECT value_type FROM column_names WHERE scope = 'question'"
  t.deepEqual(await warehouse.ask(given), [{ value_type: null }])
  await warehouse.load(answer(19, rating(19)))
  t.deepEqual(await warehouse.ask(given), [{ value_type: 'number' }])
})

test('a setting changes a type, which stays when the setting goes', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(...Array.from({ length: 20 }, (_, at) => answer(at, rating(at), { attributes: { seats: at } })))
  const columnTypes = { 'survey_s.rating': 'text', attribute_seats: 'text' } as const
  const chosen = await viewWarehouse(t, { columnTypes }, warehouse.path)
  await chosen.load(answer(20, rating(20)))
  const types = ['rating VARCHAR']
  t.deepEqual(await typesOf(chosen, 'rating'), types)
  t.deepEqual(await typesOf(chosen, 'attribute'), ['attribute_seats VARCHAR'])
  t.deepEqual([...chosen.changes()].toSorted(), [
    'survey_s.attribute_seats: VARCHAR, was DOUBLE',
    'survey_s.rating: VARCHAR, was DOUBLE',
  ])
  const after = await viewWarehouse(t, {}, warehouse.path)
  await after.load(answer(21, rating(21)))
  t.deepEqual(await typesOf(after, 'rating'), types)
  const rows = await after.ask("SELECT COUNT(*) AS n FROM column_names WHERE name = 'rating'")
  t.deepEqual(rows, [{ n: 1 }])
})

test('a text column is there only where something does not fit', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(answer(0, { number: 1, text: 'a', mixed: '4', list: ['a', 'b'], day: '2026-05-03' }))
  await warehouse.load(answer(1, { number: '2', text: 'b', mixed: 'N/A', list: 'c', day: '2026-05-04' }))
  const columns = (await typesOf(warehouse, '')).slice(21)
  t.deepEqual(columns, [
    'number DOUBLE',
    'text VARCHAR',
    'mixed DOUBLE',
    'mixed_text VARCHAR',
    'list VARCHAR[]',
    'day DATE',
  ])
})

test('with three misfits in ten answers a column keeps the type of the others', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(...answers(30, (number) => ({ age: number % 10 < 3 ? 'none of your business' : number })))
  t.deepEqual(await typesOf(warehouse, 'age'), ['age DOUBLE', 'age_text VARCHAR'])
  t.deepEqual(await warehouse.ask('SELECT COUNT(age) AS fit, COUNT(age_text) AS rest FROM survey_s'), [
    { fit: 21, rest: 9 },
  ])
})

test('a day is a day, and stands beside a column of times, as it is another time in each zone', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(
    answer(0, { day: '2026-05-03', moment: '2026-05-03' }),
    answer(1, { day: '2026-05-04', moment: '2026-05-04T10:00:00Z' }),
    answer(2, { day: 'soon', moment: '2026-05-05 10:00' }, { attributes: { born: '2000-02-29' } }),
  )
  t.deepEqual((await typesOf(warehouse, '')).slice(21), [
    'day DATE',
    'day_text VARCHAR',
    'moment TIMESTAMP',
    'moment_text VARCHAR',
    'attribute_born DATE',
  ])
  t.deepEqual(await warehouse.ask('SELECT day, moment, moment_text FROM survey_s ORDER BY response_uuid LIMIT 2'), [
    { day: '2026-05-03', moment: null, moment_text: '2026-05-03' },
    { day: '2026-05-04', moment: '2026-05-04 10:00:00', moment_text: null },
  ])
})
