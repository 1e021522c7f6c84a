/** Values of attributes in views have the types that flattening gives them. */
import test from 'ava'
import fc from 'fast-check'
import type { TypedValue } from '../../schemas/records.ts'
import { duckdbDialect } from '../../src/destinations/duckdb/dialect.ts'
import { literal } from '../../src/destinations/sql.ts'
import { typed } from '../../src/flatten/value.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { INSTANTS } from '../support/hostile-surveys.ts'

const TEXTS = [
  '9',
  '-3.5',
  '-0',
  '0',
  '007',
  '1e5',
  ' 9',
  '+1',
  '0x1F',
  '1.',
  '.5',
  '-',
  '',
  ' ',
  '1_000',
  'NaN',
  'Infinity',
  '9007199254740990.7',
  '9007199254740991',
  '9007199254740991.49',
  '9007199254740991.5',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740992',
  '8999999999999999.9',
  '9007099999999999',
  '12345678901234567',
  'true',
  'false',
  'True',
  'yes',
  't',
  'null',
  '[1]',
  '{"a":1}',
  'é',
  '"9"',
  '2026-02-30',
  '2026-13-01',
  '0000-01-01',
  '2026-5-3',
  '2026-05-03 ',
  '20260503',
  'today',
  'infinity',
  '2026-05-03T24:00',
  '2026-05-03T10:00:60Z',
  '2026-05-03T10',
  '2026-05-03 10:00 UTC',
  '2026-05-03T10:00+24:00',
  ...INSTANTS,
]
const NUMBERS = [0, 9, -3.5, 1e-7, 1e21, 2 ** 53, 1.7e308, 5e-324]

const plain = fc
  .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.constantFrom('', '.5', '.49', '.0'))
  .map((parts) => parts.join(''))

test('a value in JSON is a number, a boolean, a day, an instant or a text exactly as flattening has it', async (t) => {
  const random = fc.sample(fc.oneof(plain, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string()), 2000)
  const sent = [...TEXTS, ...NUMBERS, true, false, ...random]
  const columns = (['number', 'boolean', 'date', 'timestamp', 'text'] as const).map((type) => {
    const value = duckdbDialect.jsonAs('json', type)
    return type === 'number' || type === 'boolean' ? value : `'.' || CAST(${value} AS VARCHAR)`
  })
  await withConnection(':memory:', async (connection) => {
    const values = sent.map((value) => `(${literal(JSON.stringify(value))}::JSON)`).join(', ')
    const found = await connection.runAndReadAll(`SELECT ${columns.join(', ')} FROM (VALUES ${values}) AS V (json)`)
    for (const [at, row] of found.getRowsJS().entries()) {
      const value = sent[at] ?? null
      if (value === null) return t.fail()
      // DuckDB writes some numbers otherwise: `1e21`, not `1e+21`.
      const end = typeof value === 'number' ? -1 : 5
      t.deepEqual(row.slice(0, end), expected(typed(value)).slice(0, end), JSON.stringify(value))
    }
  })
})

function expected({ value, number, boolean, date, timestamp }: TypedValue) {
  const shown = timestamp?.replace('T', ' ').replace(/\.?0*Z$/, '')
  return [number, boolean, date && `.${date}`, shown === undefined ? null : `.${shown}`, `.${value}`]
}
