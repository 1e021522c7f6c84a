import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import type { Cell } from '../../schemas/spec.ts'
import { duckdbSource } from '../../src/destinations/duckdb/source.ts'
import type { Source } from '../../src/destinations/source.ts'
import { literal } from '../../src/destinations/sql.ts'
import { type Format, readAsCsv } from '../../src/exports/encode.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { folder } from '../support/process.ts'

const { signal } = new AbortController()
const FORMATS: readonly Format[] = Array.from(",;\t|-.1e é🙂:+'").flatMap((delimiter) =>
  // With an apostrophe between the fields too, csv-stringify guards after it has decided what it quotes.
  (delimiter === "'" ? [false] : [false, true]).map((excel) => ({ delimiter, bom: false, excel })),
)

/** Compared in every format with what csv-stringify makes of them. */
async function isAsCsvStringify(
  t: ExecutionContext,
  table: string,
  formats: readonly Format[] = FORMATS,
): Promise<void> {
  const path = join(await folder(t), 'warehouse.duckdb')
  await withConnection(path, (connection) => connection.run(`CREATE TABLE cells AS ${table}`))
  const source = await duckdbSource(path)
  const slower: Source = {
    ...source,
    read: async (...selected) => {
      const { columns, rows } = await source.read(...selected)
      return { columns, rows }
    },
  }
  const selection = { sql: 'FROM cells' }
  t.not((await source.read(selection, signal)).csv, undefined)
  for (const format of formats) {
    const ours = await textOf(await readAsCsv(source, selection, format, signal))
    const theirs = await textOf(await readAsCsv(slower, selection, format, signal))
    t.deepEqual(ours.split('\r\n'), theirs.split('\r\n'), JSON.stringify(format))
  }
  await source.close()
}

/** A column of each type. */
const table = (columns: Readonly<Record<string, readonly string[]>>) =>
  `SELECT ${Object.entries(columns)
    .map(([type, values], at) => `unnest([${values.join(', ')}]::${type}[]) AS c${at}`)
    .join(', ')}`

async function textOf(pieces: AsyncIterable<{ text: string | Uint8Array }>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const { text } of pieces) all.push(Buffer.from(text))
  return Buffer.concat(all).toString()
}

const many = <T extends Cell>(arbitrary: fc.Arbitrary<T>, count: number) =>
  fc.sample(arbitrary, { numRuns: count, seed: 1 }).map(literal)

test('every text is the same as by csv-stringify, with every delimiter and for spreadsheets too', async (t) => {
  const special = fc.constantFrom(
    ...Array.from('=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20",;|\uFEFF\0\u0338 \'é🙂1e.'),
    '\r\n',
    '""',
  )
  const text = fc.oneof(
    fc.string({ unit: fc.oneof(special, fc.string({ unit: 'binary', maxLength: 3 })), maxLength: 6 }),
  )
  await isAsCsvStringify(t, table({ VARCHAR: ['NULL', "''", ...many(text, 3000)] }))
})

test('every number has the digits that JavaScript gives it', async (t) => {
  const powers = Array.from({ length: 60 }, (_, at) => at - 30).flatMap((power) =>
    [1, -1, 1.5, 9.999999999999998, 1.2345678901234567, -7.1].map((digits) => literal(digits * 10 ** power)),
  )
  const doubles = many(fc.double({ noNaN: true, noDefaultInfinity: true }), 3000)
  const edges = ["'nan'", "'inf'", "'-inf'", "'-0'", '5e-324', '1.7976931348623157e308', '9007199254740993', 'NULL']
  const decimals = [
    '0',
    '-0.0000001',
    '0.0000010',
    '-12345.500',
    '99999999999999999999999.0',
    '-1234567.89',
    '-99999999',
    'NULL',
  ]
  const wholes = ["'0'", "'-1'", "'9007199254740991'", "'9007199254740992'", "'-9007199254740993'", 'NULL']
  await isAsCsvStringify(
    t,
    table({
      DOUBLE: [...powers, ...edges, ...doubles],
      FLOAT: ["'nan'", "'-inf'", ...many(fc.float({ noNaN: true, noDefaultInfinity: true }), 1000)],
      'DECIMAL(38, 10)': decimals,
      'DECIMAL(38, 20)': ['1e-15', '-0.5'],
      'DECIMAL(10, 0)': ['-5', '100'],
      BIGINT: wholes,
      UBIGINT: ["'18446744073709551615'", "'0'"],
      BIGNUM: ["'-1'", "'99999999999999999999999999999999999999999999'"],
      HUGEINT: [...wholes, "'-170141183460469231731687303715884105728'"],
      UHUGEINT: ["'0'", "'340282366920938463463374607431768211455'"],
      TINYINT: ['-128', '100', '0'],
    }),
  )
})

test('and so have values of all other types', async (t) => {
  await isAsCsvStringify(
    t,
    table({
      BOOLEAN: ['true', 'false', 'NULL'],
      TIMESTAMP: ["'2026-11-24 20:30:00.000001'", "'0001-01-01'", 'NULL'],
      TIMESTAMPTZ: ["'2026-11-24 20:30:00+05:00'", "'-infinity'"],
      TIMESTAMP_S: ["'2026-11-24 20:30:00'", "'infinity'"],
      TIMESTAMP_MS: ["'2026-11-24 20:30:00.123'"],
      TIMESTAMP_NS: ["'2026-11-24 20:30:00.123456789'"],
      DATE: ["'2026-11-24'", "'0044-03-15 (BC)'", "'-infinity'"],
      TIME: ["'20:30:00'", "'24:00:00'"],
      TIME_NS: ["'20:30:00.123456789'"],
      TIMETZ: ["'20:30:00+05:30'"],
      BIT: ["'0101'"],
      'TIMESTAMP[]': ["['2026-11-24', NULL]"],
      'INTEGER[2]': ['[1, NULL]'],
      '"NULL"': ['NULL'],
      INTERVAL: ["'1 day'", "'-1 month'"],
      UUID: ['uuid()'],
      BLOB: ["'\\x00\\xFFa\"'"],
      JSON: [`'{"a": "=1, 2"}'`, "'-1'", `'"text"'`, "'[]'", 'NULL'],
      'VARCHAR[]': ["['=a', 'b, c', NULL]", '[]', "['']", 'NULL'],
      'DOUBLE[]': ['[1, -2.5]'],
      'INTEGER[][]': ['[[1], [2]]'],
      'STRUCT(a INTEGER, "b ""c" VARCHAR)': [`{'a': 1, 'b "c': '-x'}`],
      'MAP(VARCHAR, INTEGER)': ["MAP {'a': 1}"],
      "ENUM('-a', 'b;')": ["'-a'", "'b;'"],
      'UNION(n INTEGER, s VARCHAR)': ["'-x'"],
    }),
  )
})

test('and so have texts of columns that compare them by other rules', async (t) => {
  const texts = "['', 'X', 'x', chr(0), chr(769), '≠x', '=x', 'a,b', 'É', NULL]"
  const columns = ['NOCASE', 'NOACCENT', 'de'].map(
    (name) => `x COLLATE ${name} AS ${name}, [x COLLATE ${name}] AS l_${name}`,
  )
  await isAsCsvStringify(t, `SELECT ${columns.join(', ')} FROM (SELECT unnest(${texts}) AS x)`)
})

test('as many columns as it takes are written for spreadsheets too, in its memory', async (t) => {
  const columns = Array.from({ length: 200 }, (_, at) => (at % 2 ? `${at}.5::DOUBLE` : `['=', '${at}']`))
  const excel = { delimiter: ',', bom: true, excel: true }
  await isAsCsvStringify(t, `SELECT ${columns.map((sql, at) => `${sql} AS c${at}`).join(', ')} FROM range(3)`, [excel])
})

test('a wide answer is left to csv-stringify, which has it begun long before', async (t) => {
  const path = join(await folder(t), 'warehouse.duckdb')
  await withConnection(path, (connection) => connection.run('CREATE TABLE cells (n INTEGER)'))
  const source = await duckdbSource(path)
  const wide = async (count: number) =>
    (await source.read({ sql: `SELECT ${Array.from({ length: count }, (_, at) => at).join(', ')}` }, signal)).csv
  t.not(await wide(200), undefined)
  t.is(await wide(201), undefined)
  await source.close()
})
