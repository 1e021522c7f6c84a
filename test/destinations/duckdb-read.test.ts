import test from 'ava'
import { checkQuery, readRows } from '../../src/destinations/duckdb/read.ts'
import { PermanentError } from '../../src/errors.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'

const { signal } = new AbortController()

/** All rows of a statement. */
async function rowsOf(sql: string, mostMemory?: number): Promise<unknown[]> {
  const all: unknown[] = []
  await withConnection(':memory:', async (connection) => {
    await connection.run("SET temp_directory = ''")
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

test('a sum is a number where a double holds it, else its digits', async (t) => {
  t.deepEqual(await rowsOf('SELECT sum(x) FROM (VALUES (-1.5), (-2.5)) AS t(x)'), [[-4]])
  t.deepEqual(await rowsOf('SELECT 123456789012345.5::DECIMAL(38, 1), 12345678901234.5::DECIMAL(38, 1)'), [
    ['123456789012345.5', 12_345_678_901_234.5],
  ])
})
