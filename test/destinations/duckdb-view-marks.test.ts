/** How the loader knows its views: by their texts, and faster by their comments and a table of its own. */
import test from 'ava'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { duckdbSource } from '../../src/destinations/duckdb/source.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { event } from '../support/flattening.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

const answered = (data: object) => event({}, { data, last_shown_at: '2024-01-01 00:00:00' })
/** As a new process does, which does not know what is there. */
async function refreshed(path: string): Promise<readonly string[]> {
  const destination = duckdbDestination({ path, longestViews: Number.POSITIVE_INFINITY })
  await destination.prepare()
  try {
    return (await destination.refreshViews?.({ signal: new AbortController().signal }))?.reasons ?? []
  } finally {
    await destination.close()
  }
}

const COMMENTS = 'SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY 1'
const MARKS = 'SELECT view_name, mark FROM loader_views ORDER BY 1'

test('the comment of a view is its description, and nothing else', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(answered({ nps: 9 }))
  const comments = await ask(COMMENTS)
  t.true(comments.length > 5)
  for (const { view_name: name, comment } of comments) t.notRegex(String(comment), /definition_|null|^$/, String(name))
})

test('what the loader notes of its views is no relation to read or export, and tells what it is', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await load(answered({ nps: 9 }))
  t.deepEqual(
    (await ask(MARKS)).map((one) => one['view_name']),
    (await ask(COMMENTS)).map((one) => one['view_name']),
  )
  const source = await duckdbSource(path)
  const names = (await source.relations(new AbortController().signal)).map(({ name }) => name)
  await source.close()
  t.true(names.includes('survey_nps'))
  t.false(names.includes('loader_views'))
  const [told] = await ask("SELECT comment FROM duckdb_tables() WHERE table_name = 'loader_views'")
  t.regex(String(told?.['comment']), /leave it as it is/)
})

test('views that a version before made are ours, and their comments lose the digest', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await load(answered({ nps: 9 }))
  const [comments, marks] = [await ask(COMMENTS), await ask(MARKS)]
  await withConnection(path, async (connection) => {
    for (const { view_name: name, mark } of marks) {
      const { comment } = comments.find((one) => one['view_name'] === name) ?? {}
      const old = `${String(comment)} (${name === 'nps' ? 'refiner_warehouse_definition_0123456789abcdef' : String(mark)})`
      await connection.run(`COMMENT ON VIEW "${String(name)}" IS '${old.replaceAll("'", "''")}'`)
    }
    await connection.run('DROP TABLE loader_views; CREATE OR REPLACE VIEW survey_funnel AS SELECT 1 AS mine')
    await connection.run("COMMENT ON VIEW scores IS 'ask Ann'")
  })
  const reasons = await refreshed(path)
  t.deepEqual(
    reasons.map((reason) => reason.split(':')[0]),
    ['survey_funnel'],
  )
  const told = new Map([
    ['survey_funnel', null],
    ['scores', 'ask Ann'],
  ])
  for (const { view_name: name = '', comment } of await ask(COMMENTS)) {
    const before = comments.find((one) => one['view_name'] === name)?.['comment']
    t.is(comment, told.has(String(name)) ? told.get(String(name)) : before, String(name))
  }
  t.deepEqual(await ask('SELECT * FROM survey_funnel'), [{ mine: 1 }])
})

test("a view that is as it should be is not made again, nor one whose comment is a user's", async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await load(answered({ nps: 9 }))
  // Those of columns are lost when a view is made.
  await withConnection(path, (connection) =>
    connection.run(
      "COMMENT ON VIEW scores IS 'ask Ann'; COMMENT ON COLUMN scores.score IS 'mine'; COMMENT ON COLUMN nps.n IS 'mine'",
    ),
  )
  t.deepEqual(await refreshed(path), [])
  const mine = "SELECT table_name FROM duckdb_columns() WHERE comment = 'mine' ORDER BY 1"
  t.deepEqual(await ask(mine), [{ table_name: 'nps' }, { table_name: 'scores' }])
})

test('without what the loader noted, views are known by their texts, and it is noted again', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await load(answered({ nps: 9 }))
  const marks = await ask(MARKS)
  for (const loss of [
    'DROP TABLE loader_views',
    'DELETE FROM loader_views',
    "UPDATE loader_views SET mark = 'other'",
  ]) {
    await withConnection(path, (connection) => connection.run(loss))
    t.deepEqual(await refreshed(path), [])
    t.deepEqual(await ask(MARKS), marks, loss)
  }
})

test('a replacement of a user stays, though the loader noted the view that was there before', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await load(answered({ nps: 9 }))
  await withConnection(path, (connection) =>
    connection.run("CREATE OR REPLACE VIEW nps AS SELECT 1 AS mine; COMMENT ON VIEW nps IS 'mine'"),
  )
  t.regex((await refreshed(path))[0] ?? '', /^nps: something else has that name/)
  t.deepEqual(await ask('SELECT * FROM nps'), [{ mine: 1 }])
})
