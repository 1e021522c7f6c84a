import test from 'ava'
import { cutLines, formatAnswer } from '../../scripts/records.ts'
import { formatTable } from '../../scripts/table.ts'

const COLUMNS = ['id', 'email', 'nps']
const ROWS = [
  ['a1', 'ada@example.com', 9],
  ['b2', null, 10],
]

test('what fits the terminal, to the last character, is a table; and so is what has no rows, or no terminal', (t) => {
  const table = formatTable(COLUMNS, ROWS)
  const width = Math.max(...table.split('\n').map(({ length }) => length))
  for (const wide of [width, Number.POSITIVE_INFINITY]) {
    t.deepEqual(formatAnswer(COLUMNS, ROWS, wide), { text: table, isCut: false })
  }
  t.not(formatAnswer(COLUMNS, ROWS, width - 1).text, table)
  t.is(formatAnswer(['x'.repeat(50)], [], 30).text, formatTable(['x'.repeat(50)], []))
})

test('what is wider is a record for each row, with a line for each value', (t) => {
  t.deepEqual(formatAnswer(COLUMNS, ROWS, 22), {
    text: [
      '-- row 1 -------------',
      'id     a1',
      'email  ada@example.com',
      'nps    9',
      '-- row 2 -------------',
      'id     b2',
      'email  NULL',
      'nps    10',
    ].join('\n'),
    isCut: false,
  })
})

test('a long value is wrapped over five lines, and what is more is cut', (t) => {
  const { text, isCut } = formatAnswer(['note'], [['0123456789'.repeat(8)]], 20)
  t.true(isCut)
  t.deepEqual(text.split('\n'), [
    '-- row 1 -----------',
    'note  01234567890123',
    '      45678901234567',
    '      89012345678901',
    '      23456789012345',
    '      6789012345678…',
  ])
  t.false(formatAnswer(['note', 'n'], [['x'.repeat(70), 1]], 20).isCut)
})

test('long names leave half of the width to the values', (t) => {
  const { text, isCut } = formatAnswer(['n'.repeat(300)], [['a value of a question']], 20)
  t.deepEqual(text.split('\n').slice(1), ['nnnnnnn…  a value of', '           a questio', '          n'])
  t.true(isCut)
})

test('no character is split, neither where a text is cut nor where it is wrapped', (t) => {
  const { text } = formatAnswer(['a'], [['👋'.repeat(1000)]], 20)
  t.true(text.isWellFormed())
  t.is(cutLines('ab👋d\nabc', 4), 'ab…\nabc')
})

test('NULL and a text of these letters differ', (t) => {
  t.is(formatTable(['a'], [[null], ['NULL']]), ['a', '------', 'NULL', '"NULL"'].join('\n'))
})
