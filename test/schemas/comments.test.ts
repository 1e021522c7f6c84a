/** `comments`: which answers are texts, and what stands beside each. */
import test from 'ava'
import { answerAt, event } from '../support/flattening.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

test('a text answer is one row, with the score, the plan, the tags and the segments of its response', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const answer = answerAt({ nps: 9, csat: 2, ces: 3, nps_price: 4, why: 'Good, but dear' }, 0)
  await load({
    ...answer,
    email: 'ann@example.com',
    attributes: { plan: 'pro' },
    account: { uuid: 'a-1', attributes: { plan: 'team' } },
    segments: [
      { uuid: 's-2', name: 'Paying' },
      { uuid: 's-1', name: 'All' },
    ],
    response: {
      ...answer.response,
      tags: [
        { uuid: 't-2', name: 'price' },
        { uuid: 't-1', name: 'loved' },
      ],
    },
  })
  t.deepEqual(await ask('SELECT * FROM comments'), [
    {
      form_uuid: answer.form.uuid,
      form_name: 'S',
      survey_view: 'survey_s',
      question: 'why',
      item: '',
      response_uuid: answer.response.uuid,
      status: 'partial',
      answered_at: '2024-01-01 10:00:00',
      user_uuid: answer.uuid,
      account_uuid: 'a-1',
      comment: 'Good, but dear',
      metric: 'nps',
      score: 9,
      points: 100,
      category: 'promoter',
      plan: 'pro',
      tags: 'loved, price',
      segments: 'All, Paying',
    },
  ])
})

test('numbers, booleans, days, times, blanks, lists and scores with their meaning are no comments', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const others = {
    n: 3,
    b: true,
    day: '2026-05-03',
    time: '2026-05-03T10:00:00Z',
    blank: '  ',
    one: ['a'],
    many: ['a', 'b'],
  }
  await load(answerAt({ ...others, nps: '9 - likely', why: 'text', matrix: { speed: 'slow', price: 5 } }, 0))
  t.deepEqual(
    (await ask('SELECT question, item, comment, score FROM comments ORDER BY ALL')).map((row) => Object.values(row)),
    [
      ['matrix', 'speed', 'slow', 9],
      ['why', '', 'text', 9],
    ],
  )
})

test('one answer of a list hides no comment, and a list of one text is one where texts are the rule', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const answers = ['a', 'b', 'c', ['d'], ['e', 'f']]
  await load(...answers.map((why, at) => answerAt({ why }, at)))
  t.deepEqual(
    (await ask('SELECT comment FROM comments ORDER BY ALL')).map(({ comment }) => comment),
    ['a', 'b', 'c', 'd'],
  )
})

test('a comment takes the score of NPS, else of CSAT, else of CES, the first by name, and stands without one as well', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const scores = [{ nps_b: 3, nps_a: 8, csat: 5 }, { csat_b: 1, csat_a: 4, ces: 7 }, { ces: 2 }, {}]
  await load(...scores.map((score, at) => answerAt({ ...score, why: `text ${at}` }, at)))
  t.deepEqual(
    (await ask('SELECT comment, metric, score, category FROM comments ORDER BY ALL')).map((row) => Object.values(row)),
    [
      ['text 0', 'nps', 8, 'passive'],
      ['text 1', 'csat', 4, 'satisfied'],
      ['text 2', 'ces', 2, 'hard'],
      ['text 3', null, null, null],
    ],
  )
})

test('the plan of the account stands where the user has none', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const account = { uuid: 'a-1', attributes: { plan: 'team' } }
  await load(
    { ...answerAt({ why: 'a' }, 0), attributes: { plan: ' ' }, account },
    { ...answerAt({ why: 'b' }, 1), attributes: { plan: 'pro' }, account },
    answerAt({ why: 'c' }, 2),
  )
  t.deepEqual(
    (await ask('SELECT comment, plan FROM comments ORDER BY ALL')).map((row) => Object.values(row)),
    [
      ['a', 'team'],
      ['b', 'pro'],
      ['c', null],
    ],
  )
})

test('what asks for a person is no comment, and neither is an address alone; the settings may say otherwise', async (t) => {
  const data = { first_name: 'Ann', email: 'none', reach: 'ann@example.com', why: 'write to ann@example.com' }
  const body = event({}, { data, first_data_reception_at: '2026-05-01' })
  const { load, ask } = await viewWarehouse(t)
  await load(body)
  t.deepEqual(await ask('SELECT question FROM comments'), [{ question: 'why' }])
  const other = await viewWarehouse(t, { identifyingKeys: ['!first_name', 'why'] })
  await other.load(body)
  t.deepEqual(await other.ask('SELECT question FROM comments'), [{ question: 'first_name' }])
})
