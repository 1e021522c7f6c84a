import test from 'ava'
import { createAnswers } from '../../src/report/answers.ts'

type Given = readonly [value: string, n: number, users?: number, different?: number]

function distributionOf(given: readonly Given[]) {
  const answers = createAnswers()
  for (const [value, n, users = n, different = 1] of given) {
    answers.add(['q', '', value, n, users, 100, n / 100, different, 0, 0])
  }
  const [question] = answers.questions()
  const [only] = question?.items ?? []
  return { ...only, shown: only?.shown.map(({ value, n }) => [value, n]) }
}

test('an answer that one user gave, however often, is not shown, as it may be their own words', (t) => {
  const given: Given[] = [
    ['call me: 555-0100', 1],
    ['I am Jane Roe', 7, 1],
    ['fine', 2],
    ['fine too', 1],
  ]
  t.like(distributionOf(given), { shown: [['fine', 2]], hidden: 3, values: 4, rest: { values: 0, n: 0 } })
})

test('what the view counts and does not show is counted here as well', (t) => {
  const given: Given[] = [
    ['(other)', 9, 9, 8],
    ['fine', 6],
  ]
  t.like(distributionOf(given), { shown: [['fine', 6]], hidden: 8, values: 9 })
})

test('a number of a scale, and yes and no, are shown however rarely they were given', (t) => {
  t.deepEqual(
    distributionOf([
      ['10', 1],
      ['9', 3],
      ['-2', 1],
    ]).shown,
    [
      ['-2', 1],
      ['9', 3],
      ['10', 1],
    ],
  )
  t.deepEqual(
    distributionOf([
      ['false', 1],
      ['true', 1],
    ]).shown,
    [
      ['false', 1],
      ['true', 1],
    ],
  )
  t.like(
    distributionOf([
      ['5550100', 1],
      ['7.25', 1],
    ]),
    { shown: [], hidden: 2 },
  )
})

test('the twelve most given are shown, and it is counted what comes after them', (t) => {
  // More than are kept while rows come in, the most given ones in the middle.
  const given = Array.from({ length: 1000 }, (_, at): Given => [`answer ${at}`, 1000 - Math.abs(at - 500)])
  const { shown, rest } = distributionOf(given)
  t.is(shown?.length, 12)
  t.deepEqual(shown?.slice(0, 3), [
    ['answer 500', 1000],
    ['answer 499', 999],
    ['answer 501', 999],
  ])
  const all = given.filter(([, n]) => n > 1).reduce((sum, [, n]) => sum + n, 0)
  const top = given
    .map(([, n]) => n)
    .toSorted((one, other) => other - one)
    .slice(0, 12)
  t.deepEqual(rest, { values: 988, n: all - top.reduce((sum, n) => sum + n) })
})

test("questions come in the survey's order, then by name, and so do items of one", (t) => {
  const answers = createAnswers()
  const add = (question: string, item: string, n: number, position: number | null, place: number | null = null) =>
    answers.add([question, item, 'x', n, n, n, 1, 1, position, place])
  add('unknown', '', 9, null)
  add('last', '', 8, 10)
  add('matrix', 'price', 5, 2)
  add('matrix', 'about', 5, 2)
  add('matrix', 'speed', 5, 2, 0)
  add('matrix', 'support', 5, 2, 10)
  add('matrix', 'design', 4, 2, 2)
  add('beside', '', 3, 2)
  add('first', '', 1, 0)
  const questions = answers.questions().map(({ name, items }) => [name, items.map(({ item }) => item)])
  t.deepEqual(questions, [
    ['first', ['']],
    ['beside', ['']],
    ['matrix', ['speed', 'design', 'support', 'about', 'price']],
    ['last', ['']],
    ['unknown', ['']],
  ])
})
