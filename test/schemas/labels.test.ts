/** Which numbers before words count: labels do, sentences and quantities do not, and an odd answer takes no others with it. */
import test from 'ava'
import fc from 'fast-check'
import { UNNAMED } from '../../schemas/views/spec.ts'
import { answerAt } from '../support/flattening.ts'
import { scoredItems } from '../support/scored-items.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

const times = (count: number, answer: (at: number) => unknown) => Array.from({ length: count }, (_, at) => answer(at))
const inTurn = (count: number, answers: readonly unknown[]) => times(count, (at) => answers[at % answers.length])

const PLAIN = inTurn(18, ['1', '2', '3', '4', '5', '6', '7', '8', '9'])
const WORDS = ['Not at all', 'Hardly', 'Maybe', 'Likely', 'Surely']
const LABELS = WORDS.map((words, at) => `${at} ${words}`)
const BEST = '10 Extremely likely'

test('labels at the ends of the scale count beside plain numbers, each by itself', async (t) => {
  const of = await scoredItems(t, 'nps', {
    one: [...PLAIN, BEST],
    two: [...PLAIN, BEST, BEST],
    three: [...PLAIN, BEST, BEST, BEST],
    both: [...PLAIN, BEST, BEST, BEST, '0 Not at all'],
    sentence: [...PLAIN, BEST, '3 bugs made me leave'],
    repeated: [...PLAIN, '5 Neutral', '5 neutral!'],
    plain: [...PLAIN, '10'],
  })
  for (const [name, n] of Object.entries({ one: 19, two: 20, three: 21, both: 22, sentence: 19, repeated: 20 }))
    t.like(of(name).row, { counted: n, is_used: true, are_labels_read: true }, name)
  t.is(of('two').scores.get(BEST), 10)
  t.is(of('sentence').row?.['note'], 'Not counted: 1 text. 1 answer is a label: the number before its words counts.')
  t.like(of('plain').row, { counted: 19, are_labels_read: false, note: null })
})

test('an odd label and a second language end no score', async (t) => {
  const ces = ['1 Strongly disagree', '2 Disagree', '4 Neutral', '6 Agree', '7 Strongly agree']
  const languages = ['1 schlecht', '1 bad', '3 mittel', '3 fair', '5 gut', '5 good', '7 bestens', '7 best']
  const of = await scoredItems(t, 'ces', {
    few: ces.slice(1),
    five: ces,
    odd: [...ces, '7 strongly agree!'],
    other: [...ces, '7 stimme zu'],
    languages: inTurn(20, languages),
    texts: ['1 bad', '2 fair', 'good'],
    nothing: ['good', 'bad'],
  })
  for (const [name, n] of Object.entries({ five: 5, odd: 6, other: 6, languages: 20 }))
    t.like(of(name).row, { counted: n, texts: 0, is_used: true }, name)
  t.is(of('five').row?.['note'], '5 answers are labels: the number before their words counts.')
  t.like(of('few').row, { counted: 0, texts: 4, is_used: false })
  t.is(
    of('texts').row?.['note'],
    'Not scored: texts in 3 of 3 answers. 2 of them begin with a number of the scale, not by a label.',
  )
  t.is(of('nothing').row?.['note'], 'Not scored: texts in 2 of 2 answers.')
})

test('a label of another language beside labels that came once counts in the question of the metric', async (t) => {
  const labels = times(7, (at) => `${at} ${'abcdefg'[at]}bc`)
  const of = await scoredItems(t, 'nps', { once: labels, other: [...labels, '0 Gar nicht'] })
  t.like(of('once').row, { counted: 7 })
  t.like(of('other').row, { counted: 8, texts: 0 })
})

const REASONS = [
  '2 bugs made me leave',
  '3 days without an answer',
  '4 crashes today',
  '5 colleagues complained',
  '1 thing was missing',
]

for (const [question, answers] of Object.entries({
  nps_reason: REASONS,
  ces_time_needed: inTurn(12, ['5 minutes', '2 minutes']),
  nps_customer_since: inTurn(12, ['2 years', '3 years']),
  csat_team_size: inTurn(12, ['4 people']),
  nps_member_for: inTurn(12, ['1 year', '2 years']),
  ces: inTurn(12, ['5 minutes', '2 minutes']),
})) {
  test(`comments and quantities are no score, as in ${question}`, async (t) => {
    const row = (await scoredItems(t, question, { of: answers }))('of').row
    const n = answers.length
    t.like(row, { counted: 0, texts: n, is_used: false, are_labels_read: false })
    t.is(
      row?.['note'],
      `Not scored: texts in ${n} of ${n} answers. ${n} of them begin with a number of the scale, not by a label.`,
    )
  })
}

test('a question that is called otherwise is a score where labels of three numbers came twice, or most answers are numbers', async (t) => {
  const of = await scoredItems(t, 'csat_support', {
    three: inTurn(6, ['1 bad', '3 fair', '5 good']),
    two: inTurn(6, ['1 bad', '5 good']),
    once: ['1 bad', '2 poor', '3 fair', '4 good', '5 great'],
    numbers: ['1', '2', '3', '4', '5 great', '5 great'],
    comments: ['fine', 'good', 'bad'],
  })
  t.like(of('three').row, { counted: 6, is_used: true })
  t.like(of('two').row, { counted: 0, is_used: false })
  t.like(of('once').row, { counted: 0, is_used: false })
  t.like(of('numbers').row, { counted: 6, is_used: true })
  t.like(of('comments').row, { counted: 0, note: null })
})

test('labels that came once count in a question that the settings name', async (t) => {
  const csat = [{ question: 'rating' }]
  const of = await scoredItems(
    t,
    'rating',
    { of: ['1 bad', '2 poor', '3 fair', '4 good', '5 great', '5 super'] },
    { ...UNNAMED, csat },
  )
  t.like(of('of').row, { counted: 6 })
})

test('words after several numbers are a unit, but for a number that four in five have', async (t) => {
  const many = times(40, () => '9 likely')
  const of = await scoredItems(t, 'nps', {
    typo: [...many, '7 likely'],
    unit: [...times(4, () => '9 likely'), '7 likely', '7 likely'],
    most: [...times(4, () => '9 likely'), '7 likely'],
  })
  t.deepEqual([...of('typo').counted], [['9 likely', 40]])
  t.deepEqual([...of('most').counted], [['9 likely', 4]])
  t.deepEqual([...of('unit').counted], [])
})

test('sentences that begin with numbers are none, where they are more than labels of two languages', async (t) => {
  const of = await scoredItems(t, 'nps', {
    labels: [...times(25, (at) => LABELS[at % 5]), '3 bugs made me leave'],
    sentences: times(30, (at) => `${at % 10} reasons ${'x'.repeat(at + 1)}`),
    some: times(22, (at) => `${at % 10} reasons ${'x'.repeat(at + 1)}`),
  })
  t.like(of('labels').row, { counted: 26, texts: 0, are_labels_read: true })
  t.like(of('sentences').row, { counted: 0, texts: 30, are_labels_read: false })
  t.like(of('some').row, { counted: 22 })
})

test('a sign after a number needs a space and words to count without other answers like it', async (t) => {
  const always = ['10 - Extremely likely', '9: likely', '8 \u2013 gern', '0 (not at all)', ' 4 \u2014 hm', '6 = so']
  const never = ['3-in-1 tool', '1.x', '5. no', '3:30', '9 - 10', '7)', '6=so', '4(ok', '9.5', '2 -']
  const of = await scoredItems(t, 'nps', {
    signs: [...inTurn(30, PLAIN), ...always, ...never],
    again: [...PLAIN, '5. no', '5. no', '7) ok', '7) ok', '6=so', '6=so', '3-in-1 tool', '3-in-1 tool', '1.x', '1.x'],
  })
  t.deepEqual(Object.fromEntries([...of('signs').scores].filter(([text]) => !/^[1-9]$/.test(text))), {
    '10 - Extremely likely': 10,
    '9: likely': 9,
    '8 \u2013 gern': 8,
    '0 (not at all)': 0,
    ' 4 \u2014 hm': 4,
    '6 = so': 6,
  })
  t.like(of('again').row, { counted: 24, texts: 4 })
})

test('space that cannot be seen and wide digits hide no number', async (t) => {
  const answers = [
    '10\u00a0',
    '\uff19',
    '\ufeff8',
    '8\u200b',
    '\uff11\uff10 - ja',
    '7\u00a0-\u00a0gut',
    '\u30009\u3000/\u300010',
  ]
  const of = await scoredItems(t, 'nps', { of: answers, labels: [...PLAIN, '10\u00a0Extremely likely'] })
  t.deepEqual(
    // DuckDB's client drops a byte order mark at the start of a text.
    answers.map((text) => of('of').scores.get(text.replace('\ufeff', ''))),
    [10, 9, 8, 8, 10, 7, 9],
  )
  t.like(of('labels').row, { counted: 19 })
})

test('of a list whose other choices are blank the one that is not counts, wherever it stands', async (t) => {
  const lists = [
    ['9', ''],
    ['', '8'],
    ['', '', '7'],
    ['9', '8'],
    ['', '9', '8'],
  ]
  const of = await scoredItems(t, 'nps', { of: [...PLAIN, ...lists] })
  t.like(of('of').row, { counted: 21, lists: 2 })
})

test('labels that are read have points in the view of the survey', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(...times(25, (at) => answerAt({ nps: LABELS[at % 5] }, at)))
  t.deepEqual(await ask('SELECT COUNT(nps_points) AS n, AVG(nps_points) AS nps FROM survey_s'), [{ n: 25, nps: -100 }])
})

/** Far from every threshold: answers that count and that do not, and one more that may be anything. */
const settled = fc.record({
  plain: fc.integer({ min: 30, max: 40 }),
  labels: fc.array(
    fc.record({
      number: fc.integer({ min: -1, max: 12 }),
      words: fc.constantFrom('no', 'Bad', 'fair!', 'gut', 'well'),
      times: fc.constantFrom(1, 2, 3),
    }),
    { maxLength: 5 },
  ),
  texts: fc.array(fc.constantFrom('why?', 'N/A', '3 in 1', '1.x'), { maxLength: 3 }),
  more: fc.oneof(
    fc
      .tuple(fc.integer({ min: -1, max: 12 }), fc.constantFrom('', ' yes', ' new words', '. what', '/10'))
      .map(([number, words]) => `${number}${words}`),
    fc.constantFrom('word', '9.5', '2026-05-03', true, ['1', '2'], []),
  ),
})

test('one more answer never changes whether answers with other text count, but at a threshold', async (t) => {
  const samples = fc.sample(settled, { numRuns: 30, seed: 11 })
  const cases = samples.flatMap(({ plain, labels, texts, more }, at): [string, unknown[]][] => {
    // No words after two numbers: they would be near a unit.
    const own = [...new Map(labels.map((label) => [label.words, label])).values()]
    const before = [
      ...times(plain, (index) => index % 11),
      ...own.flatMap((label) => times(label.times, () => `${label.number} ${label.words}`)),
      ...texts,
    ]
    return [
      [`before ${at}`, before],
      [`after ${at}`, [...before, more]],
    ]
  })
  const of = await scoredItems(t, 'nps', Object.fromEntries(cases))
  for (const [at, { more }] of samples.entries()) {
    const [before, after] = [of(`before ${at}`).counted, of(`after ${at}`).counted]
    const others = (counted: ReadonlyMap<string, number>) =>
      Object.fromEntries([...counted].filter(([text]) => text !== String(more)))
    t.deepEqual(others(after), others(before), JSON.stringify(samples[at]))
  }
})
