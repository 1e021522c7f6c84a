/** That a difference would be found: in each column of each view, and what is none. */
import test from 'ava'
import { identifier } from '../../src/destinations/sql.ts'
import { answerOf, bothWith } from './both.ts'
import { type Answer, differences } from './compare.ts'
import { startGooglesql } from './engine/googlesql.ts'
import type { Answered } from './engine/values.ts'
import { inBatches, samples } from './sent/traffic.ts'

const googlesql = await startGooglesql(console.log)
test.after.always(googlesql.stop)

/** Another value of the same type. */
function other(type: string, cell: Answered): Answered {
  if (type.startsWith('ARRAY')) return [...(Array.isArray(cell) ? cell : []), 'one more']
  if (type === 'INTEGER' || type === 'FLOAT') return Number(cell) + 1e-6
  return type === 'BOOLEAN' ? !cell : `${String(cell)}?`
}

test('a cell that differs is found, whatever view and column it is in', async (t) => {
  const { duckdb, views } = await bothWith(t, googlesql, { mode: 'merge', batches: inBatches(samples(60), 60) })
  t.true([...views.values()].filter(({ rows }) => rows.length > 0).length >= 10)
  for (const [name, relation] of views) {
    const [expected, found] = [await duckdb.read(identifier(name)), answerOf(relation)]
    const [first, ...rest] = found.rows
    if (first === undefined) continue
    for (const [at, { type }] of found.columns.entries()) {
      const changed = first.map((cell, index) => (index === at ? other(type, cell) : cell))
      t.true(
        differences(name, expected, { ...found, rows: [changed, ...rest] }).length > 0,
        `${name}.${found.columns[at]?.name}`,
      )
    }
    t.deepEqual(differences(name, expected, { ...found, rows: [first, ...found.rows] }), [
      `${name} has ${found.rows.length + 1} rows, not ${found.rows.length}`,
    ])
  }
})

const one = (type: string, cell: Answered): Answer => ({ columns: [{ name: 'c', type }], rows: [[cell]] })
const differ = (type: string, cell: Answered, found: Answered) =>
  differences('v', one(type, cell), one(type, found)).length > 0

test('JSON differs by its value, and a text by itself', (t) => {
  for (const [type, cell, found] of [
    ['JSON', '{"b":1e-7,"a":[1, 2.50]}', '{"a":[1,2.5],"b":1e-07}'],
    ['STRING', '{"b":1,"a":[]}', '{"a":[],"b":1}'],
    ['STRING', '1e-7', '1e-07'],
    ['ARRAY<STRING>', [], null],
    ['FLOAT', 0.1 + 0.2, 0.3],
  ] as const)
    t.false(differ(type, cell, found), JSON.stringify(cell))
  for (const [type, cell, found] of [
    ['JSON', '{"a":1}', '{"a":"1"}'],
    ['JSON', '[1,2]', '[2,1]'],
    ['JSON', '{"a":null}', '{}'],
    ['STRING', '1.50', '1.5'],
    ['STRING', '{a', '{b'],
    ['STRING', '', null],
    ['ARRAY<STRING>', ['a', 'b'], ['b', 'a']],
    ['FLOAT', 1, 1.000001],
    ['INTEGER', 0, null],
  ] as const)
    t.true(differ(type, cell, found), JSON.stringify(cell))
})

test('a column of another name or type is found', (t) => {
  t.deepEqual(differences('v', one('INTEGER', 1), one('FLOAT', 1)), ['v has the columns c FLOAT, not c INTEGER'])
})
