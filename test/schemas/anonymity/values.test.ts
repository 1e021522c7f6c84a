/** Which values have the form of something by which a person is found, in JavaScript and in RE2. */
import test from 'ava'
import { IDENTIFYING_VALUE } from '../../../schemas/views/anonymity/values.ts'
import { duckdbDialect } from '../../../src/destinations/duckdb/dialect.ts'
import { withConnection } from '../../support/duckdb-warehouse.ts'

const IDENTIFY = [
  'ann@example.com',
  'write to ann@example.com please',
  'ann at example.com',
  'Ann.B (at) mail.example.co',
  '+49 171 1234567',
  'call +49 171 1234567',
  '0041 79 123 45 67',
  '079 123 45 67',
  'call me: 079 123 45 67, after 5',
  '06 12 34 56 78',
  '0171-1234567',
  'mobile 0171 1234567',
  '555-123-4567',
  '4111 1111 1111 1111',
  '01711234567',
  '3f333df6-90a4-4fda-8dd3-9485d27cee36',
  '5f2b8c9e1a3d4e5f6a7b8c9d',
  'DE89 3704 0044 0532 0130 00',
  'GB29NWBK60161331926819',
  '192.168.1.1',
  '93.184.216.34',
  '2001:db8:85a3:0:0:8a2e:370:7334',
  '2001:db8::1',
  'fe80::1',
  '::1',
  'https://www.linkedin.com/in/ann-smith',
  'linkedin.com/in/ann',
  'https://x.com/ann',
]
const NOBODY = [
  '4.12.0.1',
  '10.15',
  '300.1.2.3',
  '1990 2000 2010',
  '1-10',
  '201-1000',
  '1,000-5,000',
  '(2020-2024)',
  '1500000',
  '2026-05-03',
  '01.02.2026',
  '01 02 2026',
  '10:30',
  '10:30:00',
  'GMT+0100',
  '9 - 5',
  '€ 20',
  'at example.com',
  'https://www.linkedin.com/feed',
  'https://www.netflix.com/title',
  'https://www.facebook.com/',
  'EU27 NORTH AREA',
  'a::b::c in C++',
  '01067',
  'decade',
]

test('values that find a person are told from others, by JavaScript and by DuckDB', async (t) => {
  const isFound = (value: string) => new RegExp(IDENTIFYING_VALUE, 'su').test(value)
  t.deepEqual(
    IDENTIFY.filter((value) => !isFound(value)),
    [],
  )
  t.deepEqual(NOBODY.filter(isFound), [])
  const all = [...IDENTIFY, ...NOBODY].map((value) => `('${value}')`).join(', ')
  const query = `SELECT value FROM (VALUES ${all}) AS V(value) WHERE ${duckdbDialect.matches('value', IDENTIFYING_VALUE)}`
  const found = await withConnection(':memory:', async (connection) =>
    (await connection.runAndReadAll(query)).getRowsJS(),
  )
  t.deepEqual(found.flat(), IDENTIFY)
})
