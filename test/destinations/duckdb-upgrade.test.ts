/** A warehouse that the version before made: its names and values stay, and what changed is told. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { folder } from '../support/process.ts'
import { answer, answers } from '../support/survey-answers.ts'
import { type ViewWarehouse, viewWarehouse } from '../support/view-warehouse.ts'

const CHILD = fileURLToPath(new URL('../support/duckdb-child.ts', import.meta.url))

/** Takes away what the version before did not have. */
const OLDER = `
ALTER TABLE response_answers DROP COLUMN value_date; ALTER TABLE response_answers DROP COLUMN is_list;
ALTER TABLE column_names DROP COLUMN value_type; ALTER TABLE column_names DROP COLUMN is_list;
DELETE FROM column_names WHERE scope NOT IN ('survey', 'question', 'user', 'account');
DROP TABLE form_attributes; DROP TABLE names; DROP TABLE response_none_chosen; DROP TABLE response_context;
UPDATE question_items SET value_type = 'text', is_list = true WHERE question IN ('rating', 'nps');
UPDATE question_items SET value_type = 'timestamp' WHERE value_type = 'date';
CREATE OR REPLACE TABLE question_items AS SELECT * EXCLUDE (seen_number, seen_boolean, seen_date, seen_timestamp, seen_text, seen_several, body_position) FROM question_items;
CREATE OR REPLACE TABLE questions AS SELECT * EXCLUDE (body_position, seen_before_answer) FROM questions;`

/** As the version before had answers: with days as midnights, and columns that one odd answer had made texts and lists. */
async function olderWarehouse(t: ExecutionContext, ...more: readonly object[]): Promise<ViewWarehouse> {
  const warehouse = await viewWarehouse(t)
  const attributes = { attributes: { plan: 'free', seats: '3', gone: null } }
  await warehouse.load(
    ...answers(20, (number) => ({
      rating: String(number % 5),
      nps: number % 11,
      tools: ['a', 'b'],
      day: '2026-05-03',
    })),
    answer(20, { rating: 'N/A', nps: ['9'] }, attributes),
    ...more,
  )
  await withConnection(warehouse.path, async (connection) => {
    const views = await connection.runAndReadAll('SELECT view_name FROM duckdb_views() WHERE NOT internal')
    for (const [name] of views.getRowsJS()) await connection.run(`DROP VIEW "${typeof name === 'string' ? name : ''}"`)
    await connection.run(
      `UPDATE response_answers SET value_timestamp = value_date WHERE value_date IS NOT NULL; ${OLDER}`,
    )
    // Its view, with a mark in the comment.
    await connection.run(`CREATE VIEW survey_s AS SELECT response_uuid, 'x' AS rating, [''] AS nps, [''] AS tools, now()::TIMESTAMP AS day,
      'x' AS attribute_plan, 1e0 AS attribute_seats, 'x' AS attribute_gone FROM responses;
      COMMENT ON VIEW survey_s IS 'Responses (refiner_warehouse_definition_0)'`)
  })
  return warehouse
}

/** A table, as a row of those that there are. */
const FILLED = JSON.stringify(['form_attributes'])

async function copyOf(t: ExecutionContext, path: string): Promise<string> {
  const copy = join(await folder(t), 'warehouse.duckdb')
  await copyFile(path, copy)
  return copy
}

/** Tables, their columns with what these mean, and the attributes of forms. */
async function stateOf(path: string) {
  return withConnection(path, async (connection) => {
    const rowsOf = async (sql: string) =>
      (await connection.runAndReadAll(sql)).getRowsJS().map((row) => JSON.stringify(row))
    const tables = await rowsOf('SELECT table_name FROM duckdb_tables() ORDER BY 1')
    const columns =
      'SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY 1, 2'
    const rows = tables.includes('["form_attributes"]')
      ? await rowsOf('SELECT * FROM form_attributes ORDER BY ALL')
      : []
    return { tables, columns: await rowsOf(columns), rows }
  })
}

/** As a process leaves the file that opens it for loads. */
async function upgraded(path: string) {
  const destination = duckdbDestination({ path })
  await destination.prepare()
  await destination.close()
  return stateOf(path)
}

test('after an upgrade names are kept, columns have the type of what fits, attributes are there, and changes are told', async (t) => {
  const { path, ask } = await olderWarehouse(t)
  const names =
    "SELECT scope, name, item, column_name, given_at FROM column_names WHERE scope NOT LIKE '%@_%' ESCAPE '@' ORDER BY ALL"
  const before = await ask(names)
  const warehouse = await viewWarehouse(t, {}, path)
  t.deepEqual(await warehouse.load(answer(21, { rating: '4' })), [])
  t.deepEqual(await warehouse.ask(names), before)
  const columns = await warehouse.ask(
    "SELECT column_name || ' ' || data_type AS named FROM duckdb_columns() WHERE table_name = 'survey_s' ORDER BY column_index OFFSET 21",
  )
  // The place of a question is known once it comes again; the others stand as they did.
  t.deepEqual(
    columns.map(({ named }) => named),
    [
      'rating DOUBLE',
      'rating_text VARCHAR',
      'day DATE',
      'nps DOUBLE',
      'nps_points DOUBLE',
      'nps_category VARCHAR',
      'nps_is_latest BOOLEAN',
      'tools VARCHAR[]',
      'attribute_plan VARCHAR',
      'attribute_seats DOUBLE',
    ],
  )
  t.deepEqual(
    await warehouse.ask(
      'SELECT COUNT(*) AS n, COUNT(rating) AS ratings, MAX(day) AS day, MAX(attribute_plan) AS plan FROM survey_s',
    ),
    [{ n: 22, ratings: 21, day: '2026-05-03', plan: 'free' }],
  )
  t.deepEqual(warehouse.changes(), [
    'survey_s.rating: DOUBLE, was VARCHAR',
    'survey_s.nps: DOUBLE, was VARCHAR[]',
    'survey_s.day: DATE, was TIMESTAMP',
    'survey_s.attribute_gone: gone, was VARCHAR',
  ])
})

test('what is filled in an upgrade is what events would have brought, and any event wins over it', async (t) => {
  const { path } = await olderWarehouse(t)
  const warehouse = await viewWarehouse(t, {}, path)
  await warehouse.load(answer(21, { rating: '4' }))
  const filled = 'SELECT name, seen_number, seen_text, event_id, row_version FROM form_attributes ORDER BY name'
  t.deepEqual(await warehouse.ask(filled), [
    { name: 'plan', seen_number: false, seen_text: true, event_id: '', row_version: '' },
    { name: 'seats', seen_number: true, seen_text: false, event_id: '', row_version: '' },
  ])
  await warehouse.load(answer(22, {}, { attributes: { seats: 'many' } }))
  const [seats] = await warehouse.ask("SELECT * FROM form_attributes WHERE name = 'seats'")
  t.true(seats?.['seen_number'] === true && seats['seen_text'] === true && seats['row_version'] !== '')
})

test('a process killed while it upgrades a file leaves it as it was or whole, and the next one upgrades it as if nothing had been', async (t) => {
  const attributes = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`attribute ${at}`, at % 2 ? at : 'text']),
  )
  const { path: older } = await olderWarehouse(
    t,
    ...answers(400, () => ({ q: 1 }), 100).map((body) => ({ ...body, attributes })),
  )
  const whole = await upgraded(await copyOf(t, older))
  const before = await stateOf(older)
  t.false(before.tables.includes(FILLED))
  t.is(whole.rows.length, 42)
  /** @returns whether it was killed so many turns after its begin, and not done before */
  const isKilled = async (turns: number) => {
    const path = await copyOf(t, older)
    const child = spawn(process.execPath, [CHILD, 'upgrade', path, String(turns)], { stdio: 'inherit' })
    const [code, signal] = await once(child, 'exit')
    t.true(code === 0 || signal === 'SIGKILL')
    const left = await stateOf(path)
    if (left.tables.includes(FILLED)) t.deepEqual(left, whole, `${turns}`)
    else t.deepEqual(left, before, `${turns}`)
    t.deepEqual(await upgraded(path), whole, `${turns}`)
    return code !== 0
  }
  let [killed, done] = [0, 4096]
  while (await isKilled(done)) [killed, done] = [done, 2 * done]
  // It is in its middle, or at its end, that the kill comes then.
  while (done - killed > done / 16) {
    const middle = Math.round((killed + done) / 2)
    if (await isKilled(middle)) killed = middle
    else done = middle
  }
  t.true(killed > 0)
})

test('with a new file nothing is filled, and nothing is told', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(answer(0, { rating: '4' }, { attributes: { plan: null } }))
  t.deepEqual(warehouse.changes(), [])
  t.deepEqual(await warehouse.ask('SELECT * FROM form_attributes'), [])
})
