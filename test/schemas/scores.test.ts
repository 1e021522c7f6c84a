/** What counts as an NPS, CSAT or CES question. */
import test from 'ava'
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
  const { load, ask } = await viewWarehouse(t, { questions: { nps: [{ question: 'recommend' }], csat: undefined, ces: [] } })
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
