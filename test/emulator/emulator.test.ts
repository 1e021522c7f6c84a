/** That the emulator does what loading relies on in BigQuery: one test for each of its mends, and one for the fence. */
import { randomUUID } from 'node:crypto'
import type { Dataset } from '@google-cloud/bigquery'
import test, { type ExecutionContext } from 'ava'
import { ask, emptyDataset, emulatorClient, upload } from './with-emulator.ts'

const SCHEMA = {
  fields: [
    { name: 'id', type: 'INTEGER', mode: 'REQUIRED' },
    { name: 'word', type: 'STRING' },
    { name: 'more', type: 'JSON' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'day', type: 'DATE' },
    { name: 'share', type: 'FLOAT' },
    { name: 'yes', type: 'BOOLEAN' },
  ],
}

const ROW = {
  id: 9007199254740993n,
  word: 'ä\u2028\r\n"\u0000 --',
  more: { b: [1, null], a: '' },
  at: '2026-11-24T01:02:03.000004Z',
  day: '1969-07-20',
  share: 0.1,
  yes: false,
}
const LINE = JSON.stringify(ROW, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value)).replace(
  '"id":0',
  `"id":${ROW.id}`,
)

async function tableOf(t: ExecutionContext, dataset?: Dataset) {
  const [table] = await (dataset ?? (await emptyDataset(t))).createTable('t', { schema: SCHEMA })
  return table
}

test('an upload is inflated, and its values come out as they went in', async (t) => {
  const dataset = await emptyDataset(t)
  await upload(dataset.table('t'), [LINE, '{"id":1}'], { schema: SCHEMA })
  const text = 'CAST(id AS STRING) id, word, TO_JSON_STRING(more) more, CAST(day AS STRING) day, share, yes'
  const rows = await ask(dataset, `SELECT ${text}, FORMAT_TIMESTAMP('%FT%H:%M:%E6SZ', at) at FROM ${dataset.id}.t`)
  t.deepEqual(rows, [
    { ...ROW, id: String(ROW.id), more: '{"b":[1,null],"a":""}' },
    { id: '1', word: null, more: null, at: null, day: null, share: null, yes: null },
  ])
})

test('a large upload of bytes that do not compress is taken', async (t) => {
  const dataset = await emptyDataset(t)
  const lines = Array.from({ length: 20_000 }, (_, id) => JSON.stringify({ id, word: randomUUID() }))
  await upload(dataset.table('t'), lines, { schema: SCHEMA })
  t.deepEqual(await ask(dataset, `SELECT COUNT(DISTINCT word) words FROM ${dataset.id}.t`), [{ words: 20_000 }])
})

test('a load job has the id and the location that it was given, and tells how many rows it loaded', async (t) => {
  const client = emulatorClient('EU')
  const dataset = await emptyDataset(t, client)
  const jobId = randomUUID()
  await upload(dataset.table('t', { location: 'EU' }), ['{"id":1}', '{"id":2}'], { jobId, schema: SCHEMA })
  const [job] = await client.job(jobId).getMetadata()
  t.like(job, { jobReference: { jobId, location: 'EU' }, status: { state: 'DONE' } })
  t.is(job.statistics.load.outputRows, '2')
  await t.throwsAsync(emulatorClient('US').job(jobId, { location: 'US' }).getMetadata(), { code: 404 })
})

test('a query job has the id, the location and the labels that it was given', async (t) => {
  const client = emulatorClient('EU')
  const jobId = randomUUID()
  await client.createQueryJob({ query: 'SELECT 1', jobId, labels: { batch: 'b1' } })
  const [job] = await client.job(jobId).getMetadata()
  t.like(job, { jobReference: { jobId, location: 'EU' }, configuration: { labels: { batch: 'b1' } } })
})

test('a known id is a duplicate, for loads and for queries, whether the job failed or not', async (t) => {
  const dataset = await emptyDataset(t)
  const client = dataset.bigQuery
  const table = dataset.table('t')
  const [load, failed, query] = [randomUUID(), randomUUID(), randomUUID()]
  const duplicate = { code: 409, message: /Already Exists: Job/ }

  await upload(table, ['{"id":1}'], { jobId: load, schema: SCHEMA })
  await t.throwsAsync(upload(table, ['{"id":2}'], { jobId: load, schema: SCHEMA }), duplicate)
  await t.throwsAsync(upload(table, ['{"id":null}'], { jobId: failed, schema: SCHEMA }), { message: /required field/ })
  await t.throwsAsync(upload(table, ['{"id":3}'], { jobId: failed, schema: SCHEMA }), duplicate)
  await client.createQueryJob({ query: `INSERT INTO ${dataset.id}.t (id) VALUES (4)`, jobId: query })
  await t.throwsAsync(
    client.createQueryJob({ query: `INSERT INTO ${dataset.id}.t (id) VALUES (5)`, jobId: query }),
    duplicate,
  )
  t.deepEqual(await ask(dataset, `SELECT id FROM ${dataset.id}.t ORDER BY id`), [{ id: 1 }, { id: 4 }])
})

const UNFIT = {
  'a field that the table has not': '{"id":1,"other":1}',
  'a missing REQUIRED field': '{"word":"a"}',
  'null in a REQUIRED field': '{"id":null}',
  'a fraction for an INTEGER': '{"id":1.5}',
  'an INTEGER that is too large': '{"id":9223372036854775808}',
  'a word for a FLOAT': '{"id":1,"share":"much"}',
  'a number for a BOOLEAN': '{"id":1,"yes":2}',
  'an object for a STRING': '{"id":1,"word":{}}',
  'a TIMESTAMP that does not exist': '{"id":1,"at":"2026-02-30T00:00:00Z"}',
  'a DATE after the year 9999': '{"id":1,"day":"10000-01-01"}',
  'what is no JSON': '{"id":1',
}

for (const [name, line] of Object.entries(UNFIT)) {
  test(`a load with ${name} fails whole, and leaves the table as it was, or absent`, async (t) => {
    const dataset = await emptyDataset(t)
    const table = await tableOf(t, dataset)
    await upload(table, ['{"id":7}'])
    const jobId = randomUUID()
    await t.throwsAsync(upload(table, ['{"id":8}', line], { jobId }))
    const [job] = await dataset.bigQuery.job(jobId).getMetadata()
    t.like(job.status, { state: 'DONE', errorResult: { reason: 'invalid' } })
    t.deepEqual(await ask(dataset, `SELECT id FROM ${dataset.id}.t`), [{ id: 7 }])

    await t.throwsAsync(upload(dataset.table('absent'), [line], { schema: SCHEMA }))
    t.deepEqual(await dataset.table('absent').exists(), [false])
  })
}

test('a REQUIRED column refuses null from SQL', async (t) => {
  const dataset = await emptyDataset(t)
  await tableOf(t, dataset)
  await t.throwsAsync(ask(dataset, `INSERT INTO ${dataset.id}.t (word) VALUES ('a')`), { message: /NOT NULL/ })
})

test('a patch with an old etag is refused, and one with the current etag is done', async (t) => {
  const table = await tableOf(t)
  const [{ etag }] = await table.getMetadata()
  await table.setMetadata({ etag, description: 'first' })
  const error = await t.throwsAsync(table.setMetadata({ etag, description: 'second' }), { code: 412 })
  t.like(error, { errors: [{ reason: 'conditionNotMet' }] })
  t.is((await table.getMetadata())[0].description, 'first')
})

test('a column that a patch adds can be written and read, and the table tells its rows', async (t) => {
  const dataset = await emptyDataset(t)
  const table = await tableOf(t, dataset)
  await upload(table, ['{"id":1}'])
  await table.setMetadata({ schema: { fields: [...SCHEMA.fields, { name: 'added', type: 'STRING' }] } })
  await ask(dataset, `INSERT INTO ${dataset.id}.t (id, added) VALUES (2, 'a')`)
  t.deepEqual(await ask(dataset, `SELECT id, added FROM ${dataset.id}.t ORDER BY id`), [
    { id: 1, added: null },
    { id: 2, added: 'a' },
  ])
  t.is((await table.getMetadata())[0].numRows, '2')
})

test('what SQL adds to a table, or drops, is in its schema, and the rest is as it was', async (t) => {
  const dataset = await emptyDataset(t)
  const table = await tableOf(t, dataset)
  const [before] = await table.getMetadata()
  await ask(dataset, 'ALTER TABLE t ADD COLUMN added STRING')
  await ask(dataset, 'ALTER TABLE t DROP COLUMN word')
  const [after] = await table.getMetadata()
  t.not(after.etag, before.etag)
  t.deepEqual(
    new Set(after.schema.fields.map((field: { name: string; type: string }) => `${field.name} ${field.type}`)),
    new Set(['id INTEGER', 'more JSON', 'at TIMESTAMP', 'day DATE', 'share FLOAT', 'yes BOOLEAN', 'added STRING']),
  )
  await ask(dataset, 'DROP TABLE t')
  t.deepEqual(await table.exists(), [false])
})

test('a patch relaxes a REQUIRED column', async (t) => {
  const dataset = await emptyDataset(t)
  const table = await tableOf(t, dataset)
  await table.setMetadata({ schema: { fields: SCHEMA.fields.map((field) => ({ ...field, mode: 'NULLABLE' })) } })
  await upload(table, ['{"word":"a"}'])
  t.deepEqual(await ask(dataset, `SELECT id, word FROM ${dataset.id}.t`), [{ id: null, word: 'a' }])
})

const REFUSED = {
  'drops a column': SCHEMA.fields.slice(1),
  'changes a type': [{ name: 'id', type: 'STRING', mode: 'REQUIRED' }, ...SCHEMA.fields.slice(1)],
  'makes a column REQUIRED': [...SCHEMA.fields.slice(0, -1), { name: 'yes', type: 'BOOLEAN', mode: 'REQUIRED' }],
  'adds a REQUIRED column': [...SCHEMA.fields, { name: 'added', type: 'STRING', mode: 'REQUIRED' }],
  'adds a column that differs only in case': [...SCHEMA.fields, { name: 'WORD', type: 'STRING' }],
}

for (const [name, fields] of Object.entries(REFUSED)) {
  test(`a patch that ${name} is refused, and changes nothing`, async (t) => {
    const table = await tableOf(t)
    const [before] = await table.getMetadata()
    await t.throwsAsync(table.setMetadata({ schema: { fields } }), { code: 400 })
    t.deepEqual((await table.getMetadata())[0], before)
  })
}

for (const [name, query] of Object.entries({
  RAISE: "BEGIN SELECT 1; RAISE USING MESSAGE = 'GIVEN_UP'; END",
  'ERROR()': "SELECT ERROR('GIVEN_UP')",
})) {
  test(`${name} is the error of the job`, async (t) => {
    const client = emulatorClient()
    const jobId = randomUUID()
    await t.throwsAsync(client.createQueryJob({ query, jobId }), { message: /GIVEN_UP/ })
    const [job] = await client.job(jobId).getMetadata()
    t.like(job.status, { state: 'DONE', errorResult: { reason: 'invalidQuery' } })
    t.regex(job.status.errorResult.message, /GIVEN_UP/)
  })
}

test('a failed query without a job of its own is an error', async (t) => {
  const error = await t.throwsAsync(emulatorClient().query("SELECT ERROR('GIVEN_UP')"), { code: 400 })
  t.regex(error.message, /GIVEN_UP/)
})

test('a statement that was translated for one dataset reads another one where it names that', async (t) => {
  const datasets = [await emptyDataset(t), await emptyDataset(t)]
  for (const [at, dataset] of datasets.entries()) await upload(dataset.table('t'), [`{"id":${at}}`], { schema: SCHEMA })
  const [one, two] = datasets.map(({ id }) => id)
  const both = (first = '', second = '') =>
    emulatorClient().query(`SELECT A.id AS a, B.id AS b FROM ${first}.t AS A, ${second}.t AS B`)
  t.deepEqual((await both(one, two))[0], [{ a: 0, b: 1 }])
  t.deepEqual((await both(two, one))[0], [{ a: 1, b: 0 }])
  t.deepEqual((await both(two, two))[0], [{ a: 1, b: 1 }])
})

test('a dry run of a script is refused, and runs nothing', async (t) => {
  const dataset = await emptyDataset(t)
  await upload(dataset.table('t'), ['{"id":1}'], { schema: SCHEMA })
  const query = `BEGIN TRANSACTION; DELETE FROM ${dataset.id}.t WHERE TRUE; COMMIT TRANSACTION`
  await t.throwsAsync(dataset.createQueryJob({ query, dryRun: true }), { code: 501 })
  t.deepEqual(await ask(dataset, `SELECT id FROM ${dataset.id}.t`), [{ id: 1 }])
})

test('a character stands in a string by its code, and two backslashes are one', async (t) => {
  const query = "SELECT '\\\\U0001f600 \\U0001f600\\u00e9\\U0000000a\\U00000027\\U0000005c' AS it"
  const [rows] = await emulatorClient().query(query)
  t.deepEqual(rows, [{ it: "\\U0001f600 😀é\n'\\" }])
})

test('any text names a member of a JSON object', async (t) => {
  const names = ['a', '', '$', '$.a', '/a', 'a~/b', '"', '[0]']
  const json = JSON.stringify(Object.fromEntries(names.map((name, at) => [name, at])))
  const members = names.map((name, at) => `JSON_VALUE(j['${name}']) AS m${at}`).join(', ')
  const [[found = {}] = []]: [Record<string, unknown>[], ...unknown[]] = await emulatorClient().query(
    `SELECT ${members} FROM (SELECT PARSE_JSON('${json.replaceAll('\\', '\\\\')}') AS j)`,
  )
  t.deepEqual(
    Object.values(found),
    names.map((_, at) => String(at)),
  )
})
