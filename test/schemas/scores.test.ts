/** What counts as an NPS, CSAT or CES question. */
import test from 'ava'
import { UNNAMED } from '../../schemas/views/spec.ts'
import { answerAt } from '../support/flattening.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

test('what looks like a score is one only if its numbers are whole and in the scale', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(
    answerAt(
      { 'Main NPS!': '9', nps_last_year: -20, nps_reason: 'fine', csat_x: 4.5, ces: 8, snps: 5, nps_list: [9] },
      0,
    ),
    answerAt(
      { 'Main NPS!': 'do not know', nps_last_year: 5, nps_reason: '7', csat_x: 4, ces: 3, snps: 6, nps_list: [8] },
      1,
    ),
  )
  const scores = await ask('SELECT metric, question, score FROM scores ORDER BY ALL')
  t.deepEqual(
    scores.map((row) => Object.values(row)),
    [
      ['nps', 'Main NPS!', 9],
      ['nps', 'nps_list', 8],
      ['nps', 'nps_list', 9],
      ['nps', 'nps_reason', 7],
    ],
  )
})

test('a metric is a word in an identifier, however the identifier is written', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const words = [
    'npsScore',
    'NPSScore',
    'myNps',
    'my-nps',
    'nps2',
    'NPS',
    'Nps',
    'customerNPS',
    'q1Nps',
    'nps_score',
    'scoreNPS2',
  ]
  const others = ['snps', 'npsy', 'NPSY', 'sNpsy', 'snapshots', 'XNPS']
  await load(answerAt(Object.fromEntries([...words, ...others].map((name) => [name, 9])), 0))
  const found = await ask('SELECT question FROM scores ORDER BY ALL')
  t.deepEqual(
    found.map(({ question }) => question),
    words.toSorted(),
  )
})

test('one answer outside the scale is left out, and hides no other', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(...Array.from({ length: 5 }, (_, at) => answerAt({ nps: at === 3 ? 11 : 9 }, at)))
  t.deepEqual(await ask('SELECT n, promoters FROM nps'), [{ n: 4, promoters: 4 }])
})

test('the settings say which questions are scored, and then only they are', async (t) => {
  const { load, ask } = await viewWarehouse(t, {
    questions: { nps: [{ question: 'recommend' }], csat: undefined, ces: [] },
  })
  await load(answerAt({ recommend: 10, nps: 1, csat: 4, ces: 2 }, 0), answerAt({ recommend: 11, nps: 1, csat: 5 }, 1))
  const scores = await ask('SELECT metric, question, score FROM scores ORDER BY ALL')
  t.deepEqual(
    scores.map((row) => Object.values(row)),
    [
      ['csat', 'csat', 4],
      ['csat', 'csat', 5],
      ['nps', 'recommend', 10],
    ],
  )
})

/** So many answers to one question, from 0 to 10 in turn. */
const nps = (count: number) => Array.from({ length: count }, (_, at) => answerAt({ nps: String(at % 11) }, at))

for (const odd of [['9', '10'], 'N/A', 11, 9.5, true]) {
  test(`one answer ${JSON.stringify(odd)} among 20 of NPS is left out alone, and counts when it is corrected`, async (t) => {
    const { load, ask } = await viewWarehouse(t)
    await load(...nps(20), answerAt({ nps: odd }, 20))
    t.deepEqual(await ask('SELECT n FROM nps'), [{ n: 20 }])
    const corrected = answerAt({ nps: '7' }, 20)
    await load({ ...corrected, response: { ...corrected.response, last_data_reception_at: '2024-03-01 10:00:00' } })
    t.deepEqual(await ask('SELECT n, passives FROM nps'), [{ n: 21, passives: 5 }])
  })
}

test('a list of one number is that number', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(...nps(20), answerAt({ nps: ['9'] }, 20))
  t.deepEqual(await ask('SELECT n FROM nps'), [{ n: 21 }])
  t.deepEqual(await ask('SELECT score, points FROM scores ORDER BY answered_at DESC LIMIT 1'), [
    { score: 9, points: 100 },
  ])
})

test('where lists are the rule, a list of one is a score by its name, and one of several choices where the settings say so', async (t) => {
  const answers = [answerAt({ nps: [9] }, 0), answerAt({ nps: ['8'] }, 1), answerAt({ nps: 7 }, 2)]
  const byName = await viewWarehouse(t)
  await byName.load(...answers)
  t.deepEqual(await byName.ask('SELECT n FROM nps'), [{ n: 3 }])
  const several = answerAt({ nps: [8, 9] }, 3)
  await byName.load(several)
  t.deepEqual(await byName.ask('SELECT * FROM nps'), [])
  const bySetting = await viewWarehouse(t, { questions: { ...UNNAMED, nps: [{ question: 'nps' }] } })
  await bySetting.load(...answers, several)
  t.deepEqual(await bySetting.ask('SELECT n FROM nps'), [{ n: 3 }])
})

test('points are what averages to the score, and each answer has a category', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const scores = [10, 9, 8, 7, 6, 0].map((score, at) => answerAt({ nps: score, csat: (at % 5) + 1, ces: at + 2 }, at))
  await load(...scores)
  const found = await ask('SELECT metric, score, points, category FROM scores ORDER BY metric, score')
  t.deepEqual(
    found.map((row) => Object.values(row).join(' ')),
    [
      'ces 2 2 hard',
      'ces 3 3 hard',
      'ces 4 4 neutral',
      'ces 5 5 easy',
      'ces 6 6 easy',
      'ces 7 7 easy',
      'csat 1 0 dissatisfied',
      'csat 1 0 dissatisfied',
      'csat 2 0 dissatisfied',
      'csat 3 0 neutral',
      'csat 4 100 satisfied',
      'csat 5 100 satisfied',
      'nps 0 -100 detractor',
      'nps 6 -100 detractor',
      'nps 7 0 passive',
      'nps 8 0 passive',
      'nps 9 100 promoter',
      'nps 10 100 promoter',
    ],
  )
  for (const metric of ['nps', 'csat', 'ces']) {
    const [{ same } = { same: false }] = await ask(
      `SELECT AVG(S.points) = ANY_VALUE(M.score) AS same FROM scores AS S, ${metric} AS M WHERE S.metric = '${metric}'`,
    )
    t.true(same, metric)
  }
})

test("a person's newest answer to a question is the latest, whoever else answered, and one of two at the same time", async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const other = { uuid: 'b205e5d0-f728-11ea-95d6-25411f8367ca' }
  const fourth = answerAt({ nps: 4 }, 3)
  await load(
    answerAt({ nps: 1, csat: 1 }, 0),
    answerAt({ nps: 2 }, 1),
    { ...answerAt({ nps: 3 }, 2), ...other },
    { ...fourth, response: { ...fourth.response, last_data_reception_at: '2024-01-02 10:00:00' } },
  )
  t.deepEqual(
    (await ask('SELECT metric, score FROM scores WHERE is_latest ORDER BY ALL')).map((row) => Object.values(row)),
    [
      ['csat', 1],
      ['nps', 3],
      ['nps', 4],
    ],
  )
})

test('answers are graded on the scale that the settings give the question', async (t) => {
  const questions = {
    nps: [{ question: 'nps', scale: [1, 10] }],
    csat: [
      { question: 'csat', scale: [1, 10], satisfied: [9, 10] },
      { question: 'stars', scale: [1, 3] },
      { question: 'plain' },
    ],
    ces: [
      { question: 'ces', scale: [1, 5] },
      { question: 'grade', scale: [1, 6], satisfied: [1, 2] },
    ],
  } as const
  const { load, ask } = await viewWarehouse(t, { questions })
  const answers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
  const all = (value: number) => ({ csat: value, stars: value, plain: value, ces: value, grade: value })
  await load(...answers.map((value, at) => answerAt(all(value), at)))
  const found = await ask(`SELECT question, category, string_agg(CAST(score AS INTEGER), ' ' ORDER BY score) AS scores
    FROM scores GROUP BY ALL ORDER BY ALL`)
  t.deepEqual(
    found.map((row) => Object.values(row).join(': ')),
    [
      'ces: easy: 4 5',
      'ces: hard: 1 2',
      'ces: neutral: 3',
      'csat: dissatisfied: 1 2',
      'csat: neutral: 3 4 5 6 7 8',
      'csat: satisfied: 9 10',
      'grade: easy: 1 2',
      'grade: hard: 5 6',
      'grade: neutral: 3 4',
      'plain: dissatisfied: 1 2',
      'plain: neutral: 3',
      'plain: satisfied: 4 5',
      'stars: dissatisfied: 1',
      'stars: neutral: 2',
      'stars: satisfied: 3',
    ],
  )
  t.deepEqual(await ask("SELECT n, satisfied, neutral, dissatisfied, mean, score FROM csat WHERE question = 'csat'"), [
    { n: 10, satisfied: 2, neutral: 6, dissatisfied: 2, mean: 5.5, score: 20 },
  ])
  const [ces] = await ask(
    "SELECT n, easy, neutral, hard, score, ci_low >= 1 AND ci_high <= 5 AS inside FROM ces WHERE question = 'ces'",
  )
  t.deepEqual(ces, { n: 5, easy: 2, neutral: 1, hard: 2, score: 3, inside: true })
})
