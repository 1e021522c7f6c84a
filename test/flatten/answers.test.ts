import test from 'ava'
import fc from 'fast-check'
import type { JsonObject } from '../../schemas/records.ts'
import { countLeaves, leavesOf } from '../../src/flatten/answers.ts'
import { jsonObject } from '../support/json.ts'

const places = (answer: JsonObject[string]) =>
  leavesOf({ q: answer }).map(({ item, choice, sent }) => [item, choice, sent])

test('a scalar is one answer', (t) => {
  t.deepEqual(places('9'), [['', 0, '9']])
  t.deepEqual(places(false), [['', 0, false]])
})

test('a list is one answer per element, in its order', (t) => {
  t.deepEqual(places(['a', 'b']), [
    ['', 0, 'a'],
    ['', 1, 'b'],
  ])
})

test('the last list position on the path is the choice, the others stand in the item', (t) => {
  t.deepEqual(places({ speed: [1, 2] }), [
    ['speed', 0, 1],
    ['speed', 1, 2],
  ])
  t.deepEqual(places([[1], [2]]), [
    ['[0]', 0, 1],
    ['[1]', 0, 2],
  ])
  t.deepEqual(places({ rows: [{ a: 1 }, { a: [2, 3] }] }), [
    ['rows.a', 0, 1],
    ['rows[1].a', 0, 2],
    ['rows[1].a', 1, 3],
  ])
})

test('dots, brackets and backslashes inside a key are escaped', (t) => {
  t.deepEqual(places({ 'a.b': { '[0]': 1, '\\': 2, ']': 3 } }), [
    ['a\\.b.\\[0]', 0, 1],
    ['a\\.b.\\\\', 0, 2],
    ['a\\.b.]', 0, 3],
  ])
})

test('an empty key is a key', (t) => {
  t.deepEqual(places({ '': { '': 1, a: 2 }, a: 3 }), [
    ['.', 0, 1],
    ['.a', 0, 2],
    ['a', 0, 3],
  ])
})

test('null and empty containers are no answers', (t) => {
  t.deepEqual(leavesOf({ a: null, b: [], c: {}, d: [null, [], {}], e: { f: null } }), [])
})

test('no two answers share question, item and choice, and all are counted', (t) => {
  fc.assert(
    fc.property(jsonObject, (data) => {
      const leaves = leavesOf(data)
      const keys = new Set(leaves.map(({ question, item, choice }) => JSON.stringify([question, item, choice])))
      t.is(keys.size, leaves.length)
      t.is(countLeaves(data), leaves.length)
    }),
    { numRuns: 1000 },
  )
})
