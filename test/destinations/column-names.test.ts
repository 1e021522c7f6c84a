import test from 'ava'
import fc from 'fast-check'
import { giveName, type Named, snakeCase } from '../../src/destinations/column-names.ts'

const question = (name: string): Named => ({ scope: 'question', formUuid: 'form', name, item: '' })
function named(name: string, taken: Set<string> = new Set()): string {
  const column = giveName(question(name), snakeCase(name), (one) => taken.has(one))
  taken.add(column)
  return column
}

const PLAIN: readonly (readonly [name: string, column: string])[] = [
  ['nps', 'nps'],
  ['Product fit?', 'product_fit'],
  ['npsScore', 'nps_score'],
  ['Qualité du service', 'qualite_du_service'],
  ['2nd choice', '_2nd_choice'],
  ['  --a.b[c]  ', 'a_b_c'],
]

test('a name is the lower snake case of what it stands for', (t) => {
  for (const [name, column] of PLAIN) t.is(named(name), column)
})

test('reserved words, and names of which nothing is left, get a suffix of their own', (t) => {
  t.regex(named('select'), /^select_[0-9a-f]{8}$/)
  t.regex(named('評価'), /^question_[0-9a-f]{8}$/)
  t.not(named('評価'), named('感想'))
})

test('of two names that would be the same the later one gets a suffix, and keeps it', (t) => {
  const taken = new Set<string>()
  t.is(named('NPS', taken), 'nps')
  const second = named('nps', taken)
  t.regex(second, /^nps_[0-9a-f]{8}$/)
  t.is(named('nps', new Set(['nps'])), second)
})

test('names are short, plain, and unique whatever the case', (t) => {
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ minLength: 290, maxLength: 400 }),
    fc.constant('nps'),
  )
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const taken = new Set<string>()
      const columns = names.map((one) => named(one, taken))
      for (const column of columns) t.regex(column, /^(?=.{1,300}$)_?[a-z0-9][a-z0-9_]*$/)
      t.is(new Set(columns.map((column) => column.toLowerCase())).size, names.length)
    }),
  )
})
