/** Views that cannot be made in DuckDB: loads try them again, and plan nothing for it. */
import test from 'ava'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { flattened } from '../support/flattening.ts'
import { answer } from '../support/survey-answers.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

const run = (path: string, sql: string) => withConnection(path, async (connection) => void (await connection.run(sql)))
const NAMES = 'SELECT column_name FROM column_names ORDER BY 1'
/** No plan leaves the names of views so. */
const NO_NAMES = 'DELETE FROM column_names'
const named = (reasons: readonly string[]) => reasons.map((reason) => reason.split(':')[0])

test('a load after one that could not make a view tries that view alone, and says the same', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await run(path, 'CREATE TABLE nps (mine INT)')
  const reasons = await load(answer(0, { nps: 9 }))
  t.deepEqual(reasons, ['nps: something else has that name; rename it, and the view is made'])
  await run(path, NO_NAMES)
  t.deepEqual(await load(answer(1, { nps: 9 })), reasons)
  t.deepEqual(await ask(NAMES), [])
  await run(path, 'DROP TABLE nps')
  t.deepEqual(await load(answer(2, { nps: 9 })), [])
  t.deepEqual(await ask('SELECT n FROM nps'), [{ n: 3 }])
  t.deepEqual(await ask(NAMES), [])
})

test('the file is not needed for views that could not be made, until events come', async (t) => {
  const { path } = await viewWarehouse(t)
  const destination = duckdbDestination({ path, longestViews: Number.POSITIVE_INFINITY })
  const { signal } = new AbortController()
  await destination.load(flattened(answer(0, { nps: 9 })), { signal })
  await destination.close()
  await run(path, 'CREATE TABLE nps (mine INT)')
  t.is((await destination.refreshViews?.({ signal }))?.reasons.length, 1)
  t.false(destination.needsFile?.(0))
  t.true(destination.needsFile?.(1))
  await destination.close()
})

test('what reads a view that could not be made waits for it, and is made with it', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await run(path, 'CREATE TABLE answers (mine INT)')
  const reasons = await load(answer(0, { nps: 9 }))
  t.true(named(reasons).includes('scores') && named(reasons).includes('survey_s'))
  await run(path, NO_NAMES)
  t.deepEqual(await load(answer(1, { nps: 9 })), reasons)
  await run(path, 'ALTER TABLE answers RENAME TO mine')
  t.deepEqual(await load(answer(2, { nps: 9 })), [])
  t.deepEqual(await ask('SELECT n FROM nps'), [{ n: 3 }])
  t.deepEqual(await ask('SELECT COUNT(*) AS n FROM survey_s'), [{ n: 3 }])
  t.deepEqual(await ask(NAMES), [])
})

test('what was changed by hand under a view hinders it until it is undone', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await load(answer(0, { nps: 9 }))
  await run(path, 'DROP VIEW comments; DROP VIEW response_states; CREATE VIEW response_states AS SELECT 1 AS mine')
  const again = await viewWarehouse(t, {}, path)
  const reasons = await again.load(answer(1, { nps: 9 }))
  t.deepEqual(named(reasons), ['response_states', 'comments'])
  t.deepEqual(await again.load(answer(2, { nps: 9 })), reasons)
  await run(path, 'DROP VIEW response_states')
  t.deepEqual(await again.load(answer(3, { nps: 9 })), [])
  t.deepEqual(await ask('SELECT COUNT(*) AS n FROM response_states'), [{ n: 4 }])
  t.deepEqual(await ask('SELECT COUNT(*) AS n FROM comments'), [{ n: 0 }])
})

test('a load with news makes what is new, and keeps trying what another survey lacks', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await run(path, 'CREATE TABLE survey_s (mine INT)')
  const reasons = await load(answer(0, { nps: 9 }))
  t.deepEqual(named(reasons), ['survey_s'])
  const other = { form: { uuid: '44780fd0-2c11-11ec-8f58-7bd83b655011', name: 'Other' } }
  t.deepEqual(await load(answer(1, { nps: 9 }, other)), reasons)
  t.deepEqual(await ask('SELECT nps FROM survey_other'), [{ nps: 9 }])
  await run(path, 'DROP TABLE survey_s')
  t.deepEqual(await load(answer(2, { why: 'x' }, other)), [])
  t.deepEqual(await ask('SELECT nps FROM survey_s'), [{ nps: 9 }])
})

test('columns that changed while a view could not be made are told when it is made', async (t) => {
  const { path, load, changes } = await viewWarehouse(t)
  await load(answer(0, { q: 1 }))
  await run(path, 'CREATE OR REPLACE VIEW answers AS SELECT 1 AS mine')
  const reasons = await load(answer(1, { q: 'x' }), answer(2, { q: 'y' }))
  t.true(named(reasons).includes('survey_s'))
  t.deepEqual(changes(), [])
  await run(path, 'DROP VIEW answers')
  t.deepEqual(await load(answer(3, { q: 'z' })), [])
  t.deepEqual(changes(), ['survey_s.q: VARCHAR, was DOUBLE'])
})
