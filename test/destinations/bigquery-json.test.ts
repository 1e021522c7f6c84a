/** Rows on their way to BigQuery: one line each that means the row, and JSON in it that BigQuery takes. */
import test from 'ava'
import fc from 'fast-check'
import type { Cell, Column, Row, Table } from '../../schemas/spec.ts'
import { batchTables, rowsOf } from '../../src/destinations/batch.ts'
import { loadable } from '../../src/destinations/bigquery/json.ts'
import { encode } from '../../src/destinations/bigquery/ndjson.ts'
import { arbitraryBatches } from '../support/arbitrary-rows.ts'
import { jsonValue, readJson } from '../support/json.ts'
import { NASTY_TEXTS } from './conformance-values.ts'

const digits = (most: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most }).map((list) => list.join(''))
const whole = digits(22).map((text) => text.replace(/^0+(?=\d)/, ''))
const exponent = fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), fc.nat(420)).map((parts) => parts.join(''))
const fraction = digits(20).map((text) => `.${text}`)
const maybe = (part: fc.Arbitrary<string>) => fc.option(part, { nil: '' })
/** Any number of the JSON grammar. */
const numbers = fc
  .tuple(fc.constantFrom('', '-'), whole, maybe(fraction), maybe(exponent))
  .map((parts) => parts.join(''))

/** Sign, digits and exponent without what means nothing: equal for equal numbers only. */
function decimal(number: string): string {
  const [, sign = '', integer = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? []
  const all = `${integer}${fraction}`.replace(/^0+/, '')
  const kept = all.replace(/0+$/, '')
  return kept === '' ? '0' : `${sign}${kept}e${Number(power) - fraction.length + all.length - kept.length}`
}

test('a number stays one if a double keeps its digits, and else becomes a string of them', (t) => {
  const property = fc.property(numbers, (number) => {
    const value: unknown = JSON.parse(loadable(number))
    if (typeof value === 'number') t.is(decimal(String(value)), decimal(number))
    else t.is(value, number)
  })
  fc.assert(property, {
    numRuns: 2000,
    examples: [['4.94065645841247e-324'], ['1e400'], ['1e-400'], ['-0'], ['0e999']],
  })
})

test('numbers as people write them stay numbers', (t) => {
  for (const number of ['0', '-0', '0.1', '-3.50', '1e2', '1E+5', '9007199254740991', '123456789.012345', '1e308']) {
    t.is(loadable(`{"a":[${number}]}`), `{"a":[${number}]}`)
  }
})

test('numbers that are not certain to be kept become strings wherever they stand, and texts that look like them stay', (t) => {
  const [long, many, huge] = ['9007199254740993', '0.30000000000000004', '-1e400']
  t.is(
    loadable(`{"${long}":${long},"a": ${many} ,"b":[${huge},${long}],"c":"x, ${long}","d":"\\"${many}"}`),
    `{"${long}":"${long}","a": "${many}" ,"b":["${huge}","${long}"],"c":"x, ${long}","d":"\\"${many}"}`,
  )
})

test('JSON comes out in one line with the same value, half pairs apart', (t) => {
  const spaces = fc.constantFrom('', ' ', '\n', '\r\n', '\t')
  const property = fc.property(jsonValue, spaces, (value, space) => {
    const line = loadable(JSON.stringify(value, null, space))
    t.notRegex(line, /[\r\n]/)
    t.deepEqual(readJson(line), kept(value))
  })
  fc.assert(property, { numRuns: 500 })
})

/** What BigQuery's JSON keeps of a value. */
function kept(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number') return JSON.parse(loadable(JSON.stringify(value)))
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(kept)
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name.toWellFormed(), kept(part)]))
}

test('escaped halves of pairs become U+FFFD; whole pairs and escaped backslashes before such words are left alone', (t) => {
  const cases = {
    '"\\ud800"': '"\\ufffd"',
    '"a\\uDC00\\ud83d"': '"a\\ufffd\\ufffd"',
    '"\\ud83d\\ude00"': '"\\ud83d\\ude00"',
    '"\\ud83d\\ud83d\\ude00"': '"\\ufffd\\ud83d\\ude00"',
    '"\\\\ud800"': '"\\\\ud800"',
    '"\\\\\\ud800"': '"\\\\\\ufffd"',
    '{"\\ud800":"\\"\\udc00"}': '{"\\ufffd":"\\"\\ufffd"}',
  }
  for (const [json, line] of Object.entries(cases)) t.is(loadable(json), line)
})

test('strings of many megabytes are no matter', (t) => {
  const long = `${'x'.repeat(10_000_000)}${'\\n'.repeat(5_000_000)}`
  t.true(loadable(`{"a":"${long}\\ud800"}`) === `{"a":"${long}\\ufffd"}`)
})

const linesOf = (table: Table, rows: readonly Row[]) =>
  Buffer.concat([...encode(table, rows).pieces])
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => readLine(table, line))

/** JSON.parse reads all but JSON cells exactly; whoever reads those makes texts of large numbers. */
function readLine(table: Table, line: string): Record<string, unknown> {
  const [cells, exact]: [object, unknown] = [JSON.parse(line), readJson(line)]
  if (typeof exact !== 'object' || exact === null) throw new Error('read a line: it is no object')
  const isJson = (name: string) => table.columns[name]?.type === 'json'
  const both = Object.entries(cells).map(([name, cell]) => [name, isJson(name) ? Reflect.get(exact, name) : cell])
  return Object.fromEntries(both)
}

/** The cells that are there, JSON as its value. */
function record(table: Table, row: Row): Record<string, unknown> {
  const columns = Object.entries<Column<never>>(table.columns)
  const present = columns.flatMap(([name, { type }], at) => {
    const cell: Cell = row[at] ?? null
    return cell === null ? [] : [[name, type === 'json' ? kept(readJson(String(cell))) : cell] as const]
  })
  return Object.fromEntries(present)
}

test('each row is a line that parses back to it', (t) => {
  const property = fc.property(arbitraryBatches, (batches) => {
    for (const batch of batches) {
      for (const table of batchTables) {
        const rows = rowsOf(batch, table)
        t.deepEqual(
          linesOf(table, rows),
          rows.map((row) => record(table, row)),
        )
      }
    }
  })
  fc.assert(property, { numRuns: 30 })
})

const tags = batchTables.find(({ name }) => name === 'tags') ?? fail()

function fail(): never {
  throw new Error('find the table tags: there is none')
}

test('hostile texts are lines of their own, half pairs become U+FFFD, and rows beyond one piece are all there', (t) => {
  const texts = [...NASTY_TEXTS, '\ud800', '\udc00a']
  const rows = Array.from(
    { length: 20_000 },
    (_, at): Row => [String(at), texts[at % texts.length] ?? '', null, 'e', '1'],
  )
  t.true(encode(tags, rows).pieces.length > 1)
  t.deepEqual(
    linesOf(tags, rows),
    rows.map(([tag_uuid, name]) => ({ tag_uuid, name: String(name).toWellFormed(), event_id: 'e', row_version: '1' })),
  )
})

test('the digest is that of the rows: others have another, in whatever pieces they are', (t) => {
  const digestOf = (rows: readonly Row[]) => encode(tags, rows).digest
  const [a, b]: [Row, Row] = [
    ['a', null, null, 'e', '1'],
    ['b', null, null, 'e', '1'],
  ]
  t.is(digestOf([a, b]), digestOf([[...a], [...b]]))
  t.not(digestOf([a, b]), digestOf([b, a]))
  t.not(digestOf([a]), digestOf([['a', '', null, 'e', '1']]))
})
