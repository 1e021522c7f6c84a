/** The same events, loaded into DuckDB and BigQuery, are exported as the same CSV. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { exportSchema } from '../../src/config/exports.ts'
import type { Source } from '../../src/destinations/source.ts'
import { PermanentError, wordsOf } from '../../src/errors.ts'
import { listExportable } from '../../src/exports/catalog.ts'
import { exportCsv } from '../../src/exports/export.ts'
import { writeFile } from '../../src/exports/write.ts'
import { asked, bothWith, csvOf, twoSurveys } from './both.ts'

const signal = () => new AbortController().signal

const { folder, inDuckdb, inBigquery, remove } = await bothWith(twoSurveys())
test.after.always(remove)

async function sameCsv(t: ExecutionContext, options: object): Promise<void> {
  const expected = await csvOf(await inDuckdb(), options)
  t.true(expected.length > 3, `${JSON.stringify(options)} gives too little to compare`)
  t.deepEqual(await csvOf(inBigquery(), options), expected, JSON.stringify(options))
}

test.serial('a survey, tables and views are the same CSV, also by period, status and columns', async (t) => {
  await sameCsv(t, { survey: 'nps' })
  await sameCsv(t, { survey: 'csat', from: '2025-03-20T00:05:00Z', to: '2025-03-21', status: 'completed' })
  for (const table of ['responses', 'response_answers', 'users', 'webhook_events', 'user_attributes'])
    await sameCsv(t, { table })
  await sameCsv(t, { table: 'responses', from: '2025-03-20T00:10:00Z', columns: 'STATUS,first_shown_at,user_uuid' })
  await sameCsv(t, { view: 'answer_distribution', columns: 'question,value,n' })
  await sameCsv(t, { view: 'response_timeline', from: '2025-03-20', to: '2025-03-21' })
})

test.serial('what is there is listed alike, and what loading alone needs is not', async (t) => {
  const list = (source: Source) => listExportable(source, signal())
  const [expected, found] = [await asked(await inDuckdb(), list), await asked(inBigquery(), list)]
  t.deepEqual(found, expected)
  t.deepEqual(
    await asked(inBigquery(), (source) => source.relations(signal())),
    await asked(await inDuckdb(), (source) => source.relations(signal())),
  )
})

test.serial('values of every type are cells', async (t) => {
  const sql = `SELECT 9007199254740993 AS large, -5 AS small, 1e10 AS number, 0.1 AS fraction, TRUE AS yes, DATE '2026-11-01' AS day,
    TIMESTAMP '1969-12-31 23:59:59.000001+00' AS instant, [1, 2] AS list, [STRUCT(1 AS a, 'x' AS b)] AS records,
    JSON '{"a": [1]}' AS json, CAST(NULL AS STRING) AS nothing, 'ä, "ö"' AS words`
  const reading = await inBigquery().read({ sql }, signal())
  t.deepEqual(reading.columns.slice(0, 3), ['large', 'small', 'number'])
  for await (const [row = []] of reading.rows) {
    t.deepEqual(row.slice(0, 8), [
      '9007199254740993',
      -5,
      1e10,
      0.1,
      true,
      '2026-11-01',
      '1969-12-31T23:59:59.000001Z',
      '1, 2',
    ])
    t.is(row[8], '[{"a":1,"b":"x"}]')
    t.deepEqual(JSON.parse(String(row[9])), { a: [1] })
    t.deepEqual(row.slice(10), [null, 'ä, "ö"'])
  }
})

test.serial('an answer of many pages comes whole, and once', async (t) => {
  const sql = 'SELECT n FROM UNNEST(GENERATE_ARRAY(1, 12000)) AS n'
  const lines = await csvOf(inBigquery(), { sql })
  const numbers = lines.slice(2).map(Number)
  t.is(new Set(numbers).size, 12_000)
  t.deepEqual([numbers.length, Math.min(...numbers), Math.max(...numbers)], [12_000, 1, 12_000])
})

// Of a comment after the semicolon, which is one statement to BigQuery, the emulator does not say of which type it is.
test.serial('a statement may end in a semicolon or a comment', async (t) => {
  for (const end of [';', '\n-- done'])
    t.deepEqual(await csvOf(inBigquery(), { sql: `SELECT 1 AS n${end}` }), ['n', '', '1'], end)
})

test.serial('only what reads is run, and what fails leaves no file', async (t) => {
  const before = await csvOf(inBigquery(), { table: 'forms' })
  const into = join(folder, 'out')
  const failing = async (sql: string) => {
    const options = exportSchema('UTC').parse({ sql })
    const write = (_: string, text: AsyncIterable<string | Uint8Array>) =>
      writeFile(join(into, 'x.csv'), text, signal())
    const error = await t.throwsAsync(exportCsv(inBigquery(), { options, signal: signal(), write }), undefined, sql)
    t.true(error instanceof PermanentError, sql)
    return wordsOf(error)
  }
  for (const sql of ['DELETE FROM forms WHERE TRUE', 'DROP TABLE forms', 'CREATE TABLE mine AS SELECT 1 AS a'])
    t.regex(await failing(sql), /only reading is allowed/)
  for (const sql of ['SELECT 1; DELETE FROM forms WHERE TRUE', 'SELECT 1; SELECT 2']) await failing(sql)
  t.regex(await failing('SELECT nothing FROM forms'), /the statement cannot be run; BigQuery says why: .*nothing/s)
  t.regex(await failing('SELECT * FROM frms'), /BigQuery says why: .*frms/s)
  t.regex(await failing("SELECT ERROR('as asked') FROM forms"), /as asked/)
  t.deepEqual(await readdir(into).catch(() => []), [])
  t.deepEqual(await csvOf(inBigquery(), { table: 'forms' }), before)
})

test.serial('it says what is read before reading it, and an abort ends it with its reason', async (t) => {
  const bytes: number[] = []
  const source = inBigquery((each) => bytes.push(each))
  const stopping = new AbortController()
  const { rows } = await source.read({ sql: 'SELECT n FROM UNNEST(GENERATE_ARRAY(1, 20000)) AS n' }, stopping.signal)
  t.is(bytes.length, 1)
  const reason = new Error('enough')
  await t.throwsAsync(
    async () => {
      for await (const some of rows) if (some.length > 0) stopping.abort(reason)
    },
    { is: reason },
  )
  await t.throwsAsync(source.read({ sql: 'SELECT 1' }, stopping.signal), { is: reason })
})
