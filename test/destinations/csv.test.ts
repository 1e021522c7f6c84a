import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import test from 'ava'
import { forms, tags } from '../../schemas/tables/catalog.ts'
import { userAttributes, users } from '../../schemas/tables/people.ts'
import { responseTags } from '../../schemas/tables/responses.ts'
import { tables } from '../../schemas/tables.ts'
import { csvDestination } from '../../src/destinations/csv/csv.ts'
import { foldQuery } from '../../src/destinations/csv/fold.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import { fileError } from '../../src/files/errors.ts'
import { batchOf, column, row } from '../support/rows.ts'
import { csvWarehouse, foldedTables } from '../support/warehouses.ts'
import { conforms } from './conformance.ts'
import { unstopped } from './with-warehouse.ts'

conforms('csv', csvWarehouse)

const folder = () => mkdtemp(join(tmpdir(), 'csv-test-'))
const form = (name: string | null, version = '1') => row(forms, { form_uuid: 'f', name, row_version: version })

async function destinationIn(directory: string, formulaGuard = false) {
  const destination = csvDestination({ directory, formulaGuard })
  await destination.prepare()
  return destination
}

test('a batch file is RFC 4180 in UTF-8 with a header, null as an empty field and an empty text as quotes', async (t) => {
  const directory = await folder()
  const destination = await destinationIn(directory)
  const attribute = { user_uuid: 'u', name: '', value: 'é "x",\n', value_number: -0, value_boolean: true }
  await destination.load(batchOf('a-1-2', { user_attributes: [row(userAttributes, attribute)] }), unstopped())
  t.is(
    await readFile(join(directory, 'user_attributes', 'a-1-2.csv'), 'utf8'),
    'user_uuid,name,created_on,value,value_number,value_boolean,value_timestamp,event_id,row_version,value_date,event_received_at\r\n' +
      'u,"",,"é ""x"",\n",-0,true,,"","",,\r\n',
  )
})

test('a table without rows gets no file, and the manifest comes with the batch', async (t) => {
  const directory = await folder()
  const destination = await destinationIn(directory)
  await destination.load(batchOf('a-1-2', { forms: [form('a')] }), unstopped())
  t.deepEqual((await readdir(join(directory, 'forms'))).toSorted(), ['a-1-2.csv', 'columns.csv'])
  t.deepEqual(await readdir(join(directory, 'users')), ['columns.csv'])
  t.deepEqual((await readdir(join(directory, 'loads'))).toSorted(), ['a-1-2.csv', 'columns.csv'])
})

test('the formula guard disarms texts, and leaves numbers, times and other texts alone', async (t) => {
  const directory = await folder()
  const destination = await destinationIn(directory, true)
  const values = ['=1', '+1', '-1', '@a', '\ta', '\ra', '\n=1', 'a=1', '']
  const attributes = values.map((value, at) =>
    row(userAttributes, { user_uuid: 'u', name: `${at}`, value, value_number: -1 }),
  )
  const guarded = attributes.map((cells) =>
    row(users, { user_uuid: String(cells[1]), email: cells[3] ?? null, row_version: '1' }),
  )
  await destination.load(batchOf('a', { users: guarded, user_attributes: attributes }), unstopped())
  const state = await foldedTables(directory)
  t.deepEqual(column(state, users, 'email'), ["'=1", "'+1", "'-1", "'@a", "'\ta", "'\ra", "'\n=1", 'a=1', ''])
  t.true((await readFile(join(directory, 'user_attributes', 'a.csv'), 'utf8')).includes(',-1,'))
})

test('a batch without its manifest is not seen, and is written again under the same names', async (t) => {
  const directory = await folder()
  const destination = await destinationIn(directory)
  await destination.load(batchOf('a', { forms: [form('a')] }), unstopped())
  await writeFile(join(directory, 'forms', 'b.csv'), 'form_uuid,name,row_version\r\nf,half,2\r\n')
  await writeFile(join(directory, 'tags', 'b.csv'), 'tag_uuid,name,row_version\r\nt,stale,2\r\n')
  t.deepEqual(column(await foldedTables(directory), forms, 'name'), ['a'])
  await destination.load(batchOf('b', { forms: [form('whole', '2')] }), unstopped())
  t.deepEqual(column(await foldedTables(directory), forms, 'name'), ['whole'])
  t.deepEqual(column(await foldedTables(directory), tags, 'name'), [])
})

test('what a crash left under temporary names is removed by prepare', async (t) => {
  const directory = await folder()
  const destination = await destinationIn(directory)
  await writeFile(join(directory, 'forms', 'a.csv.tmp'), 'form_uuid,na')
  await destination.close()
  await destination.prepare()
  t.deepEqual(await readdir(join(directory, 'forms')), ['columns.csv'])
})

test('files of an older version, with fewer columns, stay readable', async (t) => {
  const directory = await folder()
  const destination = await destinationIn(directory)
  await destination.load(batchOf('a', { forms: [form('a')] }), unstopped())
  await writeFile(join(directory, 'forms', 'a.csv'), 'row_version,form_uuid\r\n1,old\r\n')
  await destination.load(batchOf('b', { forms: [form('b')] }), unstopped())
  t.deepEqual(column(await foldedTables(directory), forms, 'name'), ['b', null])
})

test('a directory whose name looks like a pattern or ends a literal works', async (t) => {
  const directory = join(await folder(), "it's [a-z]*?")
  const destination = await destinationIn(directory)
  await destination.load(batchOf('a', { forms: [form('a')] }), unstopped())
  t.deepEqual(column(await foldedTables(directory), forms, 'name'), ['a'])
})

test('a file that cannot be renamed stops the load for good, says where, and leaves nothing', async (t) => {
  const directory = await folder()
  const destination = await destinationIn(directory)
  await mkdir(join(directory, 'forms', 'a.csv'))
  const error = await t.throwsAsync(destination.load(batchOf('a', { forms: [form('a')] }), unstopped()), {
    instanceOf: PermanentError,
  })
  t.true(error.message.includes(join(directory, 'forms', 'a.csv')))
  t.deepEqual((await readdir(join(directory, 'forms'))).toSorted(), ['a.csv', 'columns.csv'])
  t.deepEqual(await readdir(join(directory, 'loads')), ['columns.csv'])
})

test('a file in place of the directory is an error for a person', async (t) => {
  const directory = join(await folder(), 'csv')
  await writeFile(directory, '')
  const error = await t.throwsAsync(destinationIn(directory), { instanceOf: PermanentError })
  t.regex(error.message, /a file stands where a folder must be/)
})

test('a full, failing or busy disk passes; a lack of rights does not; both say what to do', (t) => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EIO', 'EBUSY', 'EMFILE', 'ENFILE']) {
    const error = fileError('write', '/data/a.csv', Object.assign(new Error(code), { code }))
    t.true(error instanceof TransientError)
    t.regex(error.message, /^write \/data\/a\.csv: .*loading goes on by itself/)
  }
  for (const code of ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EWHATEVER']) {
    const error = fileError('write', '/data/a.csv', Object.assign(new Error(code), { code }))
    t.true(error instanceof PermanentError)
    t.regex(error.message, /^write \/data\/a\.csv: .*choose another directory/)
  }
})

test('views.sql makes a view of each table, by one command', async (t) => {
  const directory = await folder()
  const destination = await destinationIn(directory)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(await readFile(join(directory, 'views.sql'), 'utf8'))
  for (const table of tables) t.is((await connection.runAndReadAll(`SELECT * FROM "${table.name}"`)).currentRowCount, 0)
  await destination.load(batchOf('a', { forms: [form('a')] }), unstopped())
  t.deepEqual((await connection.runAndReadAll('SELECT name FROM forms')).getRowsJS(), [['a']])
  t.deepEqual((await connection.runAndReadAll('SELECT batch_id FROM loads')).getRowsJS(), [['a']])
})

test('docs/csv.md shows the query as it is generated', async (t) => {
  const page = await readFile('docs/csv.md', 'utf8')
  t.true(page.includes(`\`\`\`sql\n${foldQuery(responseTags, 'data/csv')}\n\`\`\``))
})

test('a manifest that is damaged is none, and its batch is written again', async (t) => {
  const directory = await folder()
  const destination = await destinationIn(directory)
  const batch = batchOf('a-1-2', { forms: [form('a')] })
  const record = await destination.load(batch, unstopped())
  const [manifest, rows] = [join(directory, 'loads', 'a-1-2.csv'), join(directory, 'forms', 'a-1-2.csv')]
  const whole = await readFile(manifest, 'utf8')
  t.deepEqual(await destination.load(batch, unstopped()), record)
  for (const damaged of [
    '',
    whole.slice(0, 20),
    whole.slice(0, -9),
    whole.replace('a-1-2', 'a-1-3'),
    '\0'.repeat(200),
  ]) {
    await writeFile(manifest, damaged)
    await writeFile(rows, '')
    t.like(await destination.load(batch, unstopped()), { batchId: 'a-1-2', events: record.events })
    t.is((await readFile(manifest, 'utf8')).split('\r\n').length, 3)
    t.true((await readFile(rows, 'utf8')).includes('\r\nf,a,'))
  }
})

test('what a crash left beside the folders of tables goes as well, and nothing else', async (t) => {
  const directory = await folder()
  await mkdir(directory, { recursive: true })
  const others = ['views.sql.tmp', 'notes.txt.999999999-0123abcd.tmp']
  for (const name of ['views.sql.999999999-0123abcd.tmp', ...others]) await writeFile(join(directory, name), '')
  await destinationIn(directory)
  const files = (await readdir(directory)).filter((name) => name.endsWith('.tmp'))
  t.deepEqual(files.toSorted(), others.toSorted())
})
