import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { event, FORM, flattened } from '../support/flattening.ts'
import { HOSTILE, hostileEvents } from '../support/hostile-surveys.ts'
import { viewWarehouse, WIDE_ANSWER } from '../support/view-warehouse.ts'

const answered = (data: object, fields: object = {}) => event(fields, { data, last_shown_at: '2024-01-01 00:00:00' })
const DEFINITIONS = 'SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY 1'
/** Of all of each view: its text, its comment and those of its columns. */
const DIGESTS = `SELECT view_name, md5(concat(sql, comment, (SELECT CAST(list(c.comment ORDER BY column_index) AS VARCHAR)
  FROM duckdb_columns() AS c WHERE table_name = view_name))) AS digest FROM duckdb_views() WHERE NOT internal ORDER BY 1`
const CHILD = fileURLToPath(new URL('../support/duckdb-child.ts', import.meta.url))

test('every view can be asked, whatever surveys, questions, attributes and segments are called', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  t.deepEqual(await load(...hostileEvents()), [])
  const views = (await ask('SELECT view_name FROM duckdb_views() WHERE NOT internal')).map(
    (found) => found['view_name'],
  )
  const surveys = await ask("SELECT column_name FROM column_names WHERE scope = 'survey'")
  t.is(surveys.length, HOSTILE.length)
  for (const { column_name: name } of surveys) t.true(views.includes(name ?? ''), String(name))
  for (const view of views) await t.notThrowsAsync(ask(`SELECT * FROM "${view}"`), String(view))
  t.is((await ask('SELECT * FROM forms')).length, HOSTILE.length)
})

test("an answer stands in the column that column_names tells, whatever its question's name", async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const data = Object.fromEntries(HOSTILE.map((name, at) => [name, `answer ${at}`]))
  await load(answered(data))
  const [found] = await ask('SELECT * FROM survey_nps')
  for (const [at, name] of HOSTILE.entries()) {
    const quoted = `'${name.replaceAll("'", "''")}'`
    const [given] = await ask(`SELECT column_name FROM column_names WHERE scope = 'question' AND name = ${quoted}`)
    t.is(found?.[String(given?.['column_name'])], `answer ${at}`, name)
  }
})

test('views follow what is new, and are left as they are otherwise', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(answered({ nps: 9 }))
  const before = await ask(DEFINITIONS)
  await load(answered({ nps: 3 }, { uuid: 'another user' }))
  t.deepEqual(await ask(DEFINITIONS), before)
  await load(answered({ nps: 3, why: 'slow' }))
  const changed = (await ask(DEFINITIONS)).filter((one, at) => one['sql'] !== before[at]?.['sql'])
  t.deepEqual(
    changed.map((one) => one['view_name']),
    ['survey_nps'],
  )
  t.deepEqual(await ask('SELECT why FROM survey_nps'), [{ why: 'slow' }])
})

test('names stay when a survey is renamed, and when a later name would come first', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(answered({ 'zz top': 1, 'Zz Top': 2 }))
  const named = "SELECT name, column_name FROM column_names WHERE scope = 'question' AND name ILIKE 'zz%' ORDER BY name"
  const before = await ask(named)
  await load(
    answered(
      { 'zz top': 1, 'ZZ top': 3 },
      { last_seen_at: '2025-01-01 00:00:00', form: { uuid: FORM, name: 'New name' } },
    ),
  )
  t.deepEqual(
    (await ask(named)).filter(({ name }) => name !== 'ZZ top'),
    before,
  )
  t.deepEqual(await ask("SELECT column_name FROM column_names WHERE scope = 'survey'"), [{ column_name: 'survey_nps' }])
  const [comment] = await ask("SELECT comment FROM duckdb_views() WHERE view_name = 'survey_nps'")
  t.is(comment?.['comment'], 'Responses to New name, one row each')
})

test('while there are few answers, another type, a list and a matrix change the column, not its name', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const types = async () =>
    (
      await ask(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'survey_nps' AND column_name LIKE 'q%'",
      )
    ).map((found) => Object.values(found).join(' '))
  await load(answered({ q: '7' }))
  t.deepEqual(await types(), ['q DOUBLE'])
  const later = (data: object, hour: number) =>
    event({}, { data, last_shown_at: '2024-01-01 00:00:00', last_data_reception_at: `2024-01-01 0${hour}:00:00` })
  await load(later({ q: 'seven' }, 1))
  t.deepEqual(await types(), ['q VARCHAR'])
  await load(later({ q: ['seven', 'eight'] }, 2))
  t.deepEqual(await types(), ['q VARCHAR[]'])
  await load(later({ q: { 'row one': 1, 'row two': 2 } }, 3))
  t.deepEqual(await types(), ['q VARCHAR[]', 'q_row_one DOUBLE', 'q_row_two DOUBLE'])
})

test('what a user made under the name of a view stays, and is told', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await withConnection(path, async (connection) => {
    await connection.run('CREATE TABLE nps (mine INT); CREATE VIEW survey_nps AS SELECT 1 AS mine')
  })
  const reasons = await load(answered({ nps: 9 }))
  t.deepEqual(
    reasons.map((reason) => reason.split(':')[0]),
    ['nps', 'survey_nps'],
  )
  t.deepEqual(await ask('SELECT * FROM survey_nps'), [{ mine: 1 }])
  t.is((await ask('SELECT * FROM nps')).length, 0)
})

test("something of the user's that one view needs the name of hinders only those that read it", async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await withConnection(path, (connection) => connection.run('CREATE TABLE scores (mine INT)'))
  const reasons = await load(answered({ nps: 9 }))
  t.regex(reasons.find((reason) => reason.startsWith('scores:')) ?? '', /something else has that name; rename it/)
  t.regex(
    reasons.find((reason) => reason.startsWith('survey_nps:')) ?? '',
    /has the name of one of our views; undo that/,
  )
  t.is((await ask('SELECT * FROM survey_funnel')).length, 1)
  await withConnection(path, (connection) => connection.run('ALTER TABLE scores RENAME TO mine'))
  t.deepEqual(await load(answered({ nps: 9 })), [])
  t.is((await ask('SELECT * FROM nps')).length, 1)
})

test('a view that a user made in place of ours stays, whatever the case of its name', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await load(answered({ nps: 9 }))
  await withConnection(path, (connection) =>
    connection.run(
      'CREATE OR REPLACE VIEW survey_nps AS SELECT 1 AS mine; DROP VIEW nps; CREATE VIEW NPS AS SELECT 2 AS mine',
    ),
  )
  const reasons = await load(answered({ nps: 9, why: 'slow' }))
  t.deepEqual(
    reasons.map((reason) => reason.split(':')[0]),
    ['nps', 'survey_nps'],
  )
  t.deepEqual(await ask('SELECT s.mine, n.mine AS other FROM survey_nps AS s, nps AS n'), [{ mine: 1, other: 2 }])
})

test('a view whose comment a user changed is ours still: its comment stays until what it shows changes', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  const comments = "SELECT comment FROM duckdb_views() WHERE view_name = 'survey_nps'"
  await load(answered({ nps: 9 }))
  await withConnection(path, (connection) => connection.run("COMMENT ON VIEW survey_nps IS 'ask Ann'"))
  t.deepEqual(await load(answered({ nps: 9 })), [])
  t.deepEqual(await ask(comments), [{ comment: 'ask Ann' }])
  t.deepEqual(await load(answered({ nps: 9, why: 'slow' })), [])
  t.deepEqual(await ask('SELECT why FROM survey_nps'), [{ why: 'slow' }])
})

test('once what was in the way has another name, the next load makes the view, though it brings nothing new', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  await withConnection(path, (connection) => connection.run('CREATE TABLE nps (mine INT)'))
  t.is((await load(answered({ nps: 9 }))).length, 1)
  await withConnection(path, (connection) => connection.run('ALTER TABLE nps RENAME TO mine'))
  t.deepEqual(await load(answered({ nps: 9 })), [])
  t.is((await ask('SELECT n FROM nps')).length, 1)
})

test('what there is no time for is made after the next load', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  const destination = duckdbDestination({ path, longestViews: -1 })
  await destination.prepare()
  const { signal } = new AbortController()
  t.deepEqual(await destination.refreshViews?.({ signal }), { reasons: [], changes: [] })
  await destination.close()
  t.deepEqual(await ask('SELECT view_name FROM duckdb_views() WHERE NOT internal'), [])
  await load(answered({ nps: 9 }))
  t.is((await ask('SELECT n FROM nps')).length, 1)
})

test('the file is needed for events, and for views that are still to be made', async (t) => {
  const { path } = await viewWarehouse(t)
  const destination = duckdbDestination({ path, longestViews: Number.POSITIVE_INFINITY })
  const { signal } = new AbortController()
  t.true(destination.needsFile?.(0))
  await destination.prepare()
  await destination.refreshViews?.({ signal })
  t.false(destination.needsFile?.(0))
  t.true(destination.needsFile?.(1))
  await destination.load(flattened(answered({ nps: 9 })), { signal })
  t.true(destination.needsFile?.(0))
  await destination.close()
})

test('a stop ends the making of views, and the next load makes the rest', async (t) => {
  const { path, load, ask } = await viewWarehouse(t)
  const destination = duckdbDestination({ path })
  const stop = new AbortController()
  stop.abort(new Error('stop'))
  await destination.prepare()
  await t.throwsAsync(async () => destination.refreshViews?.({ signal: stop.signal }), { message: 'stop' })
  await destination.close()
  await load(answered({ nps: 9 }))
  t.is((await ask('SELECT n FROM nps')).length, 1)
})

test('a process killed in the middle of making a view leaves all of it or nothing, and the next load makes it', async (t) => {
  const whole = await viewWarehouse(t)
  await whole.load(WIDE_ANSWER)
  const all = await whole.ask(DIGESTS)
  const before = all.filter(({ view_name: name }) => name !== 'survey_nps')
  for (let [turns, isMade] = [8192, false]; !isMade; turns *= 2) {
    const { path, load, ask } = await viewWarehouse(t)
    const args = [CHILD, 'views', path, String(before.length), String(turns)]
    t.deepEqual(await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit'), [null, 'SIGKILL'])
    const made = await ask(DIGESTS)
    isMade = made.length === all.length
    t.deepEqual(made, isMade ? all : before, String(turns))
    if (!isMade) await load(WIDE_ANSWER)
    t.deepEqual(await ask(DIGESTS), all)
  }
})

test('the file can be opened under another name, and by another program, with its views', async (t) => {
  const { path, load } = await viewWarehouse(t)
  await load(answered({ nps: 9 }))
  await withConnection(':memory:', async (connection) => {
    await connection.run(`ATTACH '${path}' AS other; USE other`)
    t.deepEqual((await connection.runAndReadAll('SELECT n FROM nps')).getRowsJS(), [[1n]])
    t.deepEqual((await connection.runAndReadAll('SELECT nps FROM other.survey_nps')).getRowsJS(), [[9]])
  })
})

test('columns tell what they are', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(answered({ 'How likely?': 9 }, { attributes: { Plan: 'free' } }))
  const comments = await ask(
    "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'survey_nps' AND column_name IN ('how_likely', 'attribute_plan')",
  )
  t.deepEqual(comments, [
    { column_name: 'how_likely', comment: 'Answer to the question How likely?' },
    { column_name: 'attribute_plan', comment: 'Attribute Plan of the user, at the time of the answer' },
  ])
})
