import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { checkQuery, readRows } from '../../src/destinations/duckdb/read.ts'
import { MoreMemoryError, PermanentError } from '../../src/errors.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'

const { signal } = new AbortController()

/** All rows of a statement. */
async function rowsOf(sql: string, mostMemory?: number): Promise<unknown[]> {
  const all: unknown[] = []
  await withConnection(':memory:', async (connection) => {
    await connection.run("SET temp_directory = ''; SET threads = 1; SET streaming_buffer_size = '64KB'")
    for await (const rows of readRows(connection, await checkQuery(connection, sql), signal, mostMemory))
      all.push(...rows)
  })
  return all
}

const LARGE = 'SELECT list(repeat(range::VARCHAR, 20)) AS x FROM range(1000000)'

test('a statement may end in semicolons and comments', async (t) => {
  t.deepEqual(await rowsOf('SELECT 1; -- done'), [[1]])
  t.deepEqual(await rowsOf("SELECT ';--' /* so */ ; ;"), [[';--']])
})

test('what only reads is read, and what does more is refused before it does any of it', async (t) => {
  const place = await mkdtemp(join(tmpdir(), 'duckdb-read-'))
  t.teardown(() => rm(place, { recursive: true }))
  for (const sql of ['SHOW TABLES', 'DESCRIBE SELECT 1', 'SUMMARIZE SELECT 1', 'FROM range(1)', 'VALUES (1)']) {
    await t.notThrowsAsync(rowsOf(sql), sql)
  }
  const [folder, file] = [join(place, 'folder'), join(place, 'file')]
  const more = [
    `EXPORT DATABASE '${folder}'`,
    `COPY (SELECT 1) TO '${file}'`,
    `ATTACH '${file}'`,
    'CREATE TABLE x (y INT)',
  ]
  for (const sql of more) {
    await t.throwsAsync(rowsOf(sql), { instanceOf: PermanentError, message: /it is no SELECT/ }, sql)
  }
  t.deepEqual(await readdir(place), [])
})

test('an answer that needs more memory than DuckDB has at first gets it', async (t) => {
  t.is((await rowsOf(`SELECT len(x) FROM (${LARGE})`)).length, 1)
})

test('an answer that needs more memory than there may be is told, and not tried again', async (t) => {
  const error = await t.throwsAsync(rowsOf(LARGE, 32), { instanceOf: PermanentError })
  t.is(
    error?.message,
    'read the answer: it takes more than the 32 MiB of memory that DuckDB may have; ask for fewer columns or rows',
  )
})

test('an answer that needs more memory in its middle is told, and has it when it is asked again', async (t) => {
  const words = "SELECT string_agg(repeat(range::VARCHAR, 20), '' ORDER BY range) FROM range(200000)"
  const sql = `SELECT range::VARCHAR AS x FROM range(100000) UNION ALL ${words}`
  const counts: number[] = []
  while (counts.length < 5 && !counts.includes(100_001)) {
    const rows = await rowsOf(sql).catch((error: unknown) => {
      t.true(error instanceof MoreMemoryError, String(error))
      return []
    })
    counts.push(rows.length)
  }
  t.is(counts[0], 0)
  t.is(counts.at(-1), 100_001)
})

test('an answer that fails is told in words about the statement, and not about one around it', async (t) => {
  const sql = "SELECT CAST(if(range = 90000, 'x', '1') AS INTEGER) FROM range(100000)"
  const error = await t.throwsAsync(rowsOf(sql))
  t.regex(error?.message ?? '', /^Conversion Error: Could not convert string 'x' to INT32/)
  t.notRegex(error?.message ?? '', /LINE/)
})

test('a sum is a number where a double holds it, else its digits', async (t) => {
  t.deepEqual(await rowsOf('SELECT sum(x) FROM (VALUES (-1.5), (-2.5)) AS t(x)'), [[-4]])
  t.deepEqual(await rowsOf('SELECT 123456789012345.5::DECIMAL(38, 1), 12345678901234.5::DECIMAL(38, 1)'), [
    ['123456789012345.5', 12_345_678_901_234.5],
  ])
})
