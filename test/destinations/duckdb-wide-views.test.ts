import test from 'ava'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { event } from '../support/flattening.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

const ATTRIBUTES = 150
const RESPONSES = 2500

const attributesOf = (response: number) =>
  Object.fromEntries(
    Array.from({ length: ATTRIBUTES }, (_, at) => [`attribute ${at}`, at === 0 ? 1e-7 : `value ${at} ${response}`]),
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
    // A row for each response and attribute but the one that is alike in all.
    const values = await connection.runAndReadAll('SELECT * FROM nps_by_attribute')
    t.is(values.currentRowCount, RESPONSES * (ATTRIBUTES - 1) + 1)
  })
  t.deepEqual(await ask("SELECT attribute_attribute_7 FROM survey_nps WHERE response_uuid = 'response-9'"), [
    { attribute_attribute_7: 'value 7 9' },
  ])
  t.deepEqual(await ask("SELECT value, n FROM nps_by_attribute WHERE attribute = 'attribute 0'"), [
    { value: '1e-7', n: RESPONSES },
  ])
})
