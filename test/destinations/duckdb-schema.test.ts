/** The tables in the file: what they tell, and what is done about those that a person changed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { forms, tags } from '../../schemas/tables/catalog.ts'
import { users } from '../../schemas/tables/people.ts'
import { columnNames } from '../../schemas/tables/views.ts'
import { tables } from '../../schemas/tables.ts'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { queryFile } from '../../src/destinations/duckdb/query.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { batchOf, row } from '../support/rows.ts'

const quiet = () => ({ signal: new AbortController().signal })

const user = (name: string) => row(users, { user_uuid: name, row_version: '1', segments_version: '1' })

async function prepared() {
  const folder = await mkdtemp(join(tmpdir(), 'duckdb-schema-'))
  const path = join(folder, 'w.duckdb')
  const destination = duckdbDestination({ path })
  await destination.prepare()
  await destination.close()
  const change = (sql: string) => withConnection(path, (connection) => connection.run(sql))
  return { path, destination, change, remove: () => rm(folder, { recursive: true, force: true }) }
}

test('every table and column tells what it means', async (t) => {
  const { path, remove } = await prepared()
  const { rows } = await queryFile(
    path,
    `SELECT table_name, NULL, comment FROM duckdb_tables() UNION ALL SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal`,
  )
  const told = new Map(rows.map(([table, column, comment]) => [`${table}.${column}`, comment]))
  for (const table of tables) {
    t.is(told.get(`${table.name}.null`), table.description)
    for (const [name, { description }] of Object.entries<{ description: string }>(table.columns)) {
      t.is(told.get(`${table.name}.${name}`), description)
    }
  }
  await remove()
})

const KEYS = `SELECT table_name, CAST(constraint_column_names AS VARCHAR) AS columns FROM duckdb_constraints()
  WHERE constraint_type = 'PRIMARY KEY' ORDER BY 1`

test('the keys of small tables are declared, and of no other', async (t) => {
  const { path, remove } = await prepared()
  const small = ['attributes', 'column_names', 'forms', 'question_items', 'questions', 'segments', 'tags']
  t.deepEqual(
    (await queryFile(path, KEYS)).rows,
    small.map((name) => {
      const table = [...tables, columnNames].find((each) => each.name === name)
      return [name, `[${table?.key.join(', ')}]`]
    }),
  )
  await remove()
})

test('rows of a declared key are replaced, however long it is, and a table that has none declared stays so', async (t) => {
  const { path, destination, change, remove } = await prepared()
  await change('DROP TABLE tags; CREATE TABLE tags (tag_uuid VARCHAR, name VARCHAR)')
  const key = `${'x'.repeat(1_000_000)}\0`
  for (const version of ['1', '2', '3']) {
    const cells = { form_uuid: key, name: version, row_version: version }
    const others = { tag_uuid: 't', name: version, row_version: version }
    await destination.load(batchOf(version, { forms: [row(forms, cells)], tags: [row(tags, others)] }), quiet())
    await destination.close()
  }
  t.deepEqual((await queryFile(path, 'SELECT name, length(form_uuid) FROM forms')).rows, [['3', 1_000_001]])
  t.deepEqual((await queryFile(path, 'SELECT name FROM tags')).rows, [['3']])
  t.false((await queryFile(path, KEYS)).rows.some(([name]) => name === 'tags'))
  await remove()
})

test('a comment that differs is put right, and preparing again changes nothing', async (t) => {
  const { path, destination, change, remove } = await prepared()
  await change("COMMENT ON COLUMN forms.name IS 'mine'")
  await destination.prepare()
  await destination.close()
  const { rows } = await queryFile(
    path,
    "SELECT comment FROM duckdb_columns() WHERE table_name = 'forms' AND column_name = 'name'",
  )
  t.is(rows[0]?.[0], forms.columns['name']?.description)
  await remove()
})

test('a required column that is missing is made, empty in old rows and filled in new ones', async (t) => {
  const { path, destination, change, remove } = await prepared()
  await destination.load(batchOf('a', { users: [user('old')] }), quiet())
  await destination.close()
  await change('ALTER TABLE users DROP COLUMN segments_version')
  await destination.load(batchOf('b', { users: [user('new')] }), quiet())
  await destination.close()
  const { rows } = await queryFile(path, 'SELECT user_uuid, segments_version FROM users ORDER BY ALL')
  t.deepEqual(rows, [
    ['new', '1'],
    ['old', null],
  ])
  await remove()
})

test('a column of another type is told, with both types and the way out, which helps', async (t) => {
  const { path, destination, change, remove } = await prepared()
  await change('ALTER TABLE users ALTER email TYPE BIGINT')
  const error = await t.throwsAsync(destination.prepare(), { instanceOf: PermanentError })
  t.is(
    error?.message,
    `open ${path}: column users.email is BIGINT and must be VARCHAR; change it (ALTER TABLE "users" ALTER "email" TYPE VARCHAR), or rename it and a new one is made`,
  )
  await change('ALTER TABLE "users" ALTER "email" TYPE VARCHAR')
  await destination.prepare()
  await destination.close()
  await remove()
})

test('a table without the day by which its rows are looked for is refused, and left as it is', async (t) => {
  const { path, destination, change, remove } = await prepared()
  await change('ALTER TABLE webhook_events DROP COLUMN created_on')
  await t.throwsAsync(destination.prepare(), {
    instanceOf: PermanentError,
    message: `open ${path}: webhook_events was made before it had created_on; move the file away, and \`npm run replay\` fills a new one`,
  })
  await remove()
})

test('views and tables that a person made stay', async (t) => {
  const { path, destination, change, remove } = await prepared()
  await change('CREATE VIEW form_names AS SELECT name FROM forms; CREATE TABLE notes AS SELECT 42 AS n')
  await destination.load(batchOf('a', { forms: [row(forms, { form_uuid: 'f', name: 'NPS' })] }), quiet())
  await destination.close()
  t.deepEqual((await queryFile(path, 'SELECT name, n FROM form_names, notes')).rows, [['NPS', 42]])
  await remove()
})

test('answers to queries are plain values, times and JSON as text', async (t) => {
  const { path, remove } = await prepared()
  const answer = await queryFile(
    path,
    `SELECT 1 AS one, 1 AS one, 9007199254740993 AS big, 1.5::DOUBLE AS half, true AS yes, NULL AS no, '' AS empty,
      TIMESTAMP '2024-02-29 01:02:03.000004' AS at, DATE '2024-02-29' AS day, '{"a": 1}'::JSON AS json, [1, 2] AS list`,
  )
  t.deepEqual(answer.columns, ['one', 'one:1', 'big', 'half', 'yes', 'no', 'empty', 'at', 'day', 'json', 'list'])
  t.deepEqual(answer.rows, [
    [1, 1, '9007199254740993', 1.5, true, null, '', '2024-02-29 01:02:03.000004', '2024-02-29', '{"a": 1}', '[1, 2]'],
  ])
  await remove()
})

test('a wrong statement says what is wrong with it, and a query cannot write', async (t) => {
  const { path, remove } = await prepared()
  const error = await t.throwsAsync(queryFile(path, 'SELECT nothing FROM nowhere'), { instanceOf: PermanentError })
  t.regex(String(error?.cause), /nowhere/)
  await t.throwsAsync(queryFile(path, 'DELETE FROM users'), { instanceOf: PermanentError, message: /only reads/ })
  await remove()
})

test('a file that is not there yet may come', async (t) => {
  await t.throwsAsync(queryFile(join(tmpdir(), 'none', 'w.duckdb'), 'SELECT 1'), { instanceOf: TransientError })
})
