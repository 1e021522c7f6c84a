/** The statements for BigQuery, as its dialect's grammar reads them: what is quoted stays quoted, what is read is what has to be. */
import test from 'ava'
import fc from 'fast-check'
import { webhookEvents } from '../../schemas/tables/log.ts'
import { responses, responseTags } from '../../schemas/tables/responses.ts'
import { batchTables, loadRecord } from '../../src/destinations/batch.ts'
import { identifier, pathOf, text } from '../../src/destinations/bigquery/sql.ts'
import type { Staged } from '../../src/destinations/bigquery/stage.ts'
import {
  fence,
  insertPipeline,
  insertRecord,
  noteBilled,
  STATE_TABLE,
  withdrawal,
} from '../../src/destinations/bigquery/state.ts'
import { arbitraryBatches } from '../support/arbitrary-rows.ts'
import { daysIn, daysOf, found, mergeStatements, parsed, pathTo, stagedOf } from '../support/bigquery/statements.ts'
import { batchOf, row } from '../support/rows.ts'
import { NASTY_TEXTS } from './conformance-values.ts'

test('every statement for every table parses, and is one', (t) => {
  const property = fc.property(arbitraryBatches, fc.string({ unit: 'binary' }), (batches, hostile) => {
    for (const batch of batches) {
      const record = {
        ...loadRecord('bigquery', batch, '2024-01-01T00:00:00.000000Z'),
        batchId: hostile,
        job: hostile,
        bytesBilled: 1,
      }
      const statements = [
        insertPipeline(pathTo(STATE_TABLE), hostile),
        ...fence(pathTo(STATE_TABLE), { lastBatch: hostile, withdrawals: 0 }, record, false),
        ...fence(pathTo(STATE_TABLE), { lastBatch: hostile, withdrawals: 0 }, record, true),
        withdrawal(pathTo(STATE_TABLE), hostile, 0),
        noteBilled(pathTo('loads'), record),
        ...mergeStatements(stagedOf(batch)),
        insertRecord(pathTo('loads'), record),
      ]
      for (const statement of statements) t.is(parsed(statement).statements.length, 1)
      const script = ['BEGIN TRANSACTION', ...statements, 'COMMIT TRANSACTION'].map((each) => `${each};\n`).join('')
      // An empty one comes after the last semicolon.
      t.is(parsed(script).statements.filter(({ type }) => type !== 'empty').length, statements.length + 2)
    }
  })
  fc.assert(property, { numRuns: 20, examples: NASTY_TEXTS.map((each) => [[batchOf('a', {})], each]) })
})

const hostileTexts = fc.oneof(
  fc.constantFrom(
    ...NASTY_TEXTS,
    '\ud800',
    'a\udc00',
    "\\'",
    '\\',
    "\\\\'",
    '\\U00000027',
    "'''",
    '"""',
    '\n--\n',
    '😀',
  ),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom("'", '"', '\\', '`', '\n', '\r', '\0', 'U', 'x', '0', ';', '-', '/', '*', '#') }),
)

test('a text becomes a constant that is the text, whatever it holds, and nothing breaks out of it', (t) => {
  const property = fc.property(hostileTexts, (hostile) => {
    const sql = `SELECT ${text(hostile)} AS it, 1`
    const program = parsed(sql)
    t.is(program.statements.length, 1)
    t.deepEqual(found(program), { strings: [hostile.toWellFormed()], dates: [], names: ['it'] })
    t.regex(text(hostile), /^'[\x20-\x7E]*'$/)
  })
  fc.assert(property, { numRuns: 2000 })
})

test('a text is escaped as the grammar has it', (t) => {
  t.is(text("a'b\\c\0\n`é😀"), String.raw`'a\U00000027b\U0000005cc\U00000000\U0000000a\U00000060\U000000e9\U0001f600'`)
})

const hostileNames = fc.oneof(
  hostileTexts,
  fc.string({
    unit: fc.constantFrom('a', 'Z', '_', '9', ' ', 'ß', '\u2028', '\u00a0', "'", '"', '`', '-', '.', '*', '$'),
  }),
)

test('a column is quoted or refused, and nothing breaks out of its quotes', (t) => {
  const property = fc.property(hostileNames, (name) => {
    if (name === '' || /[`\\.\p{Cc}]/u.test(name) || !name.isWellFormed()) {
      t.throws(() => identifier(name), { message: /no column can be called so/ })
      return
    }
    t.deepEqual(found(parsed(`SELECT ${identifier(name)}, 1`)).names, [name])
  })
  const examples = [
    'a\n',
    'a'.repeat(300),
    'select',
    'Product fit',
    'größe',
    "2nd % = 'x' > #1",
    'a`b',
    'a\\',
    '-- a',
    '*/',
  ]
  fc.assert(property, { numRuns: 1000, examples: examples.map((each) => [each]) })
})

test('a table is quoted or refused, and none means several, or one that is elsewhere', (t) => {
  const property = fc.property(hostileNames, (table) => {
    if (!/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u.test(table)) {
      t.throws(() => pathOf(pathTo(table)), { message: /quote the table/ })
      return
    }
    t.deepEqual(found(parsed(`SELECT 1 FROM ${pathOf(pathTo(table))}`)).names, ['my-project', 'refiner', table])
  })
  const examples = ['t\n', 'my-table', 'Größen 2026', 'a.b', 'a_*', 'a$20240101', 'a@-1', 'a`b', 'a\\', 'p:d.t']
  fc.assert(property, { numRuns: 1000, examples: examples.map((each) => [each]) })
})

test('a path is quoted in its parts, and no project or dataset gets through that is none', (t) => {
  for (const project of ['my-project', 'example.com:my-project']) {
    const { names } = found(parsed(`SELECT * FROM ${pathOf({ ...pathTo('t'), project })}`))
    t.is(names.join('.'), `${project}.refiner.t`)
  }
  const property = fc.property(hostileTexts, (hostile) => {
    t.throws(() => pathOf({ ...pathTo('t'), project: `my-project${hostile}\`` }), { message: /no project id/ })
    t.throws(() => pathOf({ ...pathTo('t'), dataset: `${hostile}\`` }), { message: /letters/ })
  })
  fc.assert(property)
  for (const dataset of ['my-set', 'größen', 'a.b', ''])
    t.throws(() => pathOf({ ...pathTo('t'), dataset }), { message: /letters/ })
})

test('what is read of a table are the days of the rows that come, and no other', (t) => {
  const property = fc.property(arbitraryBatches, (batches) => {
    for (const one of batches.flatMap(stagedOf)) {
      if (one.from === undefined || one.table.owner !== undefined) continue
      const child = batchTables.find(({ owner }) => owner?.table === one.table.name)
      const children: Staged[] = child ? [{ ...one, table: child, into: pathTo(child.name) }] : []
      const expected = one.table.partition === undefined ? [] : daysOf(one.table, one.rows)
      const statements = mergeStatements([one, ...children])
      t.is(statements.length, child ? 3 : 1)
      for (const statement of statements) t.deepEqual(daysIn(statement), expected)
    }
  })
  fc.assert(property, { numRuns: 50 })
})

const dayAfter = (day: number) => new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10)
test('the condition on the days never loosens the one on the key', (t) => {
  const dated = row(webhookEvents, { event_id: 'a', created_on: '2024-05-01' })
  const undated = row(webhookEvents, { event_id: 'b' })
  const [statement = ''] = mergeStatements(stagedOf(batchOf('a', { webhook_events: [dated, undated] })))
  t.true(
    statement.includes(
      "ON T.`event_id` = S.`event_id` AND (T.`created_on` IN (DATE '2024-05-01') OR T.`created_on` IS NULL OR " +
        "T.`created_on` < DATE '2012-01-01' OR T.`created_on` > DATE '2038-12-31') WHEN",
    ),
  )
})

test('children go before their owner changes, since its version from before the batch decides', (t) => {
  const batch = batchOf('a', {
    responses: [row(responses, { response_uuid: 'r', row_version: '1', tags_version: '1' })],
    response_tags: [row(responseTags, { response_uuid: 'r', tag_uuid: 't', row_version: '1' })],
  })
  const written = mergeStatements(stagedOf(batch)).map((each) =>
    each.replace(/^(\w+).*?`refiner`\.`(\w+)`.*$/, '$1 $2'),
  )
  t.deepEqual(written, [
    'DELETE response_answers',
    'DELETE response_none_chosen',
    'DELETE response_context',
    'DELETE response_tags',
    'INSERT response_tags',
    'MERGE responses',
  ])
})

test('the longest script is within the megabyte that a query may have', (t) => {
  const days = Array.from({ length: 400 }, (_, at) => dayAfter(at))
  const rows = batchTables.map((table) => {
    const list = days.map((day, at) =>
      row(table, {
        ...Object.fromEntries(table.key.map((key) => [key, String(at)])),
        ...(table.partition && { [table.partition]: day }),
      }),
    )
    return [table.name, list]
  })
  const length = mergeStatements(stagedOf(batchOf('a', Object.fromEntries(rows)))).join(';\n').length
  t.true(length < 900_000, `${length} characters`)
})
