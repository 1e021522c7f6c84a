import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { exportSchema } from '../../src/config/exports.ts'
import { duckdbSource } from '../../src/destinations/duckdb/source.ts'
import { exportCsv } from '../../src/exports/export.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { folder } from '../support/process.ts'

/** What an export of a table writes that was made by the statement. */
async function exported(t: ExecutionContext, statement: string, options: object = { table: 'cells' }): Promise<string> {
  const path = join(await folder(t), 'warehouse.duckdb')
  await withConnection(path, (connection) => connection.run(statement))
  const source = await duckdbSource(path)
  let text = ''
  await exportCsv(source, {
    options: exportSchema('UTC').parse(options),
    signal: new AbortController().signal,
    async write(_, pieces) {
      for await (const piece of pieces) text += piece
      return ''
    },
  })
  await source.close()
  return text
}

const HOSTILE = `CREATE TABLE cells AS SELECT * FROM (VALUES
  (1, 'plain'), (2, NULL), (3, ''), (4, 'a "quote"'), (5, 'a,comma;semicolon'), (6, E'two\\nlines\\r\\nthree\\rfour'),
  (7, '=1+1'), (8, '-1'), (9, '👋 naïve 東京'), (10, 'nul' || chr(0) || 'nul'), (11, chr(65279) || 'marked'), (12, ' '),
  (13, 'NULL'), (14, chr(8232) || '\\'), (15, '""')
) AS v(n, "the text")`

test('every text is in the file as it is: quotes, line ends, NUL, marks and all; null is empty and an empty text is quoted', async (t) => {
  const lines = [
    'n,the text',
    '1,plain',
    '2,',
    '3,""',
    '4,"a ""quote"""',
    '5,"a,comma;semicolon"',
    '6,"two\nlines\r\nthree\rfour"',
    '7,=1+1',
    '8,-1',
    '9,👋 naïve 東京',
    '10,nul\0nul',
    '11,\uFEFFmarked',
    '12, ',
    '13,NULL',
    '14,\u2028\\',
    '15,""""""',
  ]
  t.is(await exported(t, HOSTILE), `${lines.join('\r\n')}\r\n`)
})

test('for spreadsheets there is a byte order mark, and no text runs as a formula, while numbers stay numbers', async (t) => {
  const statement = `CREATE TABLE cells AS SELECT '=1' AS "=a", '-1' AS b, E'\\n=1' AS c, -1 AS d, -1.5 AS e, -2.5::DOUBLE AS f`
  t.is(
    await exported(t, statement, { table: 'cells', excel: true }),
    "\uFEFF'=a,b,c,d,e,f\r\n'=1,'-1,\"'\n=1\",-1,-1.5,-2.5\r\n",
  )
  t.is(
    await exported(t, statement, { table: 'cells', bom: true }),
    '\uFEFF=a,b,c,d,e,f\r\n=1,-1,"\n=1",-1,-1.5,-2.5\r\n',
  )
})

test('another delimiter is quoted where a text has it, and the comma then is not', async (t) => {
  const statement = `CREATE TABLE cells AS SELECT 'a;b' AS x, 'a,b' AS y, E'a\\tb' AS z`
  t.is(await exported(t, statement, { table: 'cells', delimiter: ';' }), 'x;y;z\r\n"a;b";a,b;a\tb\r\n')
  t.is(await exported(t, statement, { table: 'cells', delimiter: 'tab' }), 'x\ty\tz\r\na;b\ta,b\t"a\tb"\r\n')
})

test('times are ISO 8601 in UTC, days plain, lists joined, JSON and what is nested its text, numbers exact', async (t) => {
  const cells: Readonly<Record<string, string>> = {
    "TIMESTAMP '2026-11-01 12:30:00.000001'": '2026-11-01T12:30:00.000001Z',
    "TIMESTAMPTZ '2026-11-01 00:00:00+02:00'": '2026-10-31T22:00:00.000000Z',
    "DATE '2026-11-01'": '2026-11-01',
    "['a', 'b, c', NULL]": '"a, b, c"',
    "[TIMESTAMP '2026-11-01']": '2026-11-01T00:00:00.000000Z',
    'CAST([] AS VARCHAR[])': '""',
    'CAST(NULL AS VARCHAR[])': '',
    '[1, 2]': '"1, 2"',
    'CAST(\'{"a": [1, 2.50]}\' AS JSON)': '"{""a"": [1, 2.50]}"',
    "{'a': 1}": '"{""a"":1}"',
    '[[1], [2]]': '"[[1],[2]]"',
    'CAST(9007199254740993 AS BIGINT)': '9007199254740993',
    'CAST(-9007199254740991 AS BIGINT)': '-9007199254740991',
    '170141183460469231731687303715884105727': '170141183460469231731687303715884105727',
    "CAST('340282366920938463463374607431768211455' AS UHUGEINT)": '340282366920938463463374607431768211455',
    '12345678901234567890.123456789': '12345678901234567890.123456789',
    '0.1::DOUBLE + 0.2::DOUBLE': '0.30000000000000004',
    "CAST('-0' AS DOUBLE)": '-0',
    '5e-324::DOUBLE': '5e-324',
    '0.1::FLOAT': '0.1',
    "CAST('nan' AS DOUBLE)": 'nan',
    '1.50::DECIMAL(5,2)': '1.5',
    true: 'true',
    "CAST('a' AS ENUM ('a', 'b'))": 'a',
  }
  const columns = Object.keys(cells).map((sql, at) => `${sql} AS c${at}`)
  const [header, row] = (await exported(t, `CREATE TABLE cells AS SELECT ${columns.join(', ')}`)).split('\r\n')
  t.is(header, columns.map((_, at) => `c${at}`).join(','))
  t.is(row, Object.values(cells).join(','))
})

test('in a file of one column a null is an empty line, and an empty text is none', async (t) => {
  const sql = "SELECT unnest(['a', NULL, '']) AS x"
  t.is(await exported(t, 'CREATE TABLE cells (a INT)', { sql }), 'x\r\na\r\n\r\n""\r\n')
})

test('a table without rows is a header, and two columns of a query may have the same name', async (t) => {
  t.is(await exported(t, 'CREATE TABLE cells (a INT, b TEXT)'), 'a,b\r\n')
  t.is(await exported(t, 'CREATE TABLE cells (a INT)', { sql: 'SELECT 1 AS a, 2 AS a; ' }), 'a,a\r\n1,2\r\n')
})

test('the order of a query is that of the file, beyond what is read at once', async (t) => {
  const text = await exported(t, 'CREATE TABLE cells AS SELECT range AS n FROM range(10000)', {
    sql: 'SELECT n FROM cells ORDER BY n DESC -- the last first',
  })
  t.deepEqual(
    text.split('\r\n').slice(1, -1).map(Number),
    Array.from({ length: 10_000 }, (_, at) => 9_999 - at),
  )
})
