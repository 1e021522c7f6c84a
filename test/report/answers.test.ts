import test from 'ava'
import { createAnswers } from '../../src/report/answers.ts'

type Given = readonly [value: string, n: number, users?: number]

function distributionOf(given: readonly Given[]) {
  const answers = createAnswers()
  for (const [value, n, users = n] of given) answers.add(['q', '', value, n, users, 100, n / 100, 0])
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
  t.like(distributionOf(given), { shown: [['fine', 2]], once: 3, values: 4, rest: { values: 0, n: 0 } })
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
    { shown: [], once: 2 },
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

test("questions come in the survey's order, then by name, and items of one by name", (t) => {
  const answers = createAnswers()
  const add = (question: string, item: string, n: number, position: number | null) =>
    answers.add([question, item, 'x', n, n, n, 1, position])
  add('unknown', '', 9, null)
  add('last', '', 8, 10)
  add('matrix', 'speed', 5, 2)
  add('matrix', 'design', 4, 2)
  add('beside', '', 3, 2)
  add('first', '', 1, 0)
  const questions = answers.questions().map(({ name, items }) => [name, items.map(({ item }) => item)])
  t.deepEqual(questions, [
    ['first', ['']],
    ['beside', ['']],
    ['matrix', ['design', 'speed']],
    ['last', ['']],
    ['unknown', ['']],
  ])
})
