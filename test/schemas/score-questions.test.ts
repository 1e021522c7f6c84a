/** What `score_questions` says of each question: whether it is scored, why, what of its answers counts, and what mends it. */
import test, { type ExecutionContext } from 'ava'
import { type MetricQuestions, UNNAMED } from '../../schemas/views/spec.ts'
import { answerAt } from '../support/flattening.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

/** Each answer is in one of them. */
const PARTS = ['counted', 'not_used', 'outside_scale', 'texts', 'lists', 'none_chosen']

/** The row of each question that the answers were given to, by its identifier. */
async function questionsOf(t: ExecutionContext, answers: readonly object[], questions: MetricQuestions = UNNAMED) {
  const { load, ask } = await viewWarehouse(t, { questions })
  t.deepEqual(await load(...answers.map((data, at) => answerAt(data, at))), [])
  const rows = await ask('SELECT * FROM score_questions')
  const names = rows.map((row) => `${row['question']}/${row['item']}`)
  t.is(new Set(names).size, names.length, 'a row for each')
  for (const row of rows) {
    const parts = PARTS.map((name) => Number(row[name]))
    t.is(
      row['answers'],
      parts.reduce((sum, part) => sum + part, 0),
    )
    t.is(row[row['is_used'] ? 'not_used' : 'counted'], 0)
  }
  const scored = await ask('SELECT question, COUNT(*) AS n FROM scores GROUP BY question')
  for (const { question, n } of scored) t.is(rows.find((row) => row['question'] === question)?.['counted'], n)
  return new Map(rows.map((row) => [String(row['question']), row]))
}

const many = (count: number, answer: (at: number) => unknown, question: string) =>
  Array.from({ length: count }, (_, at) => ({ [question]: answer(at) }))

test('what counts and what does not adds up, and the note says what is left out', async (t) => {
  const odd = ['N/A', 11, 9.5, ['9', '10'], ['8'], '7 - likely']
  const questions = await questionsOf(t, [...many(40, (at) => at % 11, 'nps'), ...odd.map((nps) => ({ nps }))])
  t.like(questions.get('nps'), {
    form_name: 'S',
    survey_view: 'survey_s',
    metric: 'nps',
    source: 'name',
    scale_least: 0,
    scale_most: 10,
    is_scale_assumed: true,
    answers: 46,
    counted: 42,
    outside_scale: 2,
    texts: 1,
    lists: 1,
    is_used: true,
    note: 'Not counted: 2 numbers that are not whole or not from 0 to 10, 1 text, 1 answer of several choices.',
  })
})

test('a question of which every answer counts has no note', async (t) => {
  const questions = await questionsOf(
    t,
    many(30, (at) => at % 11, 'nps'),
  )
  t.like(questions.get('nps'), { counted: 30, is_used: true, note: null })
})

test('CSAT from 1 to 10 is not scored, and the note says which setting mends it; with it, it is', async (t) => {
  const answers = many(30, (at) => (at % 10) + 1, 'csat')
  const setting = '[{"question": "csat", "scale": [1, 10], "satisfied": [9, 10]}]'
  t.like((await questionsOf(t, answers)).get('csat'), {
    metric: 'csat',
    answers: 30,
    counted: 0,
    outside_scale: 15,
    is_used: false,
    note: `Not scored: 15 of 30 numbers are whole and from 1 to 5. If it is asked from 1 to 10, set CSAT_QUESTIONS=${setting}, with the other CSAT questions beside it.`,
  })
  const csat = [{ question: 'csat', scale: [1, 10], satisfied: [9, 10] }] as const
  t.like((await questionsOf(t, answers, { ...UNNAMED, csat })).get('csat'), {
    source: 'setting',
    scale_least: 1,
    scale_most: 10,
    is_scale_assumed: false,
    counted: 30,
    is_used: true,
    note: null,
  })
})

test('a named question on an assumed scale that many answers leave is scored, and the note says what mends it', async (t) => {
  const csat = [{ question: 'csat' }]
  const row = (
    await questionsOf(
      t,
      many(14, (at) => (at % 7) + 1, 'csat'),
      { ...UNNAMED, csat },
    )
  ).get('csat')
  t.like(row, { source: 'setting', is_scale_assumed: true, counted: 10, outside_scale: 4, is_used: true })
  t.regex(
    String(row?.['note']),
    /^Not counted: 4 numbers .* CSAT_QUESTIONS=\[\{"question": "csat", "scale": \[1, 7\], "satisfied": \[6, 7\]\}\]/,
  )
})

for (const [question, most, mend] of [
  ['nps', 5, 'If it is asked from 1 to 5, it is no NPS: name it in CSAT_QUESTIONS instead.'],
  ['csat', 3, 'set CSAT_QUESTIONS=[{"question": "csat", "scale": [1, 3], "satisfied": [3, 3]}]'],
  ['ces', 5, 'set CES_QUESTIONS=[{"question": "ces", "scale": [1, 5], "easy": [4, 5]}]'],
] as const) {
  test(`an assumed scale of ${question} is in doubt when none of 20 answers is above ${most}`, async (t) => {
    const noteOf = async (answers: readonly object[], questions?: MetricQuestions) =>
      String((await questionsOf(t, answers, questions)).get(question)?.['note'])
    const answers = many(20, (at) => (at % most) + 1, question)
    t.true((await noteOf(answers)).includes(`is assumed, and none of 20 numbers is above ${most}.`))
    t.true((await noteOf(answers)).includes(mend))
    t.is(await noteOf(answers.slice(1)), 'null')
    t.is(await noteOf([...answers, { [question]: most + 1 }]), 'null')
    const scale = question === 'nps' ? ([0, 10] as const) : ([1, 7] as const)
    t.is(await noteOf(answers, { ...UNNAMED, [question]: [{ question, scale }] }), 'null')
  })
}

test('what looks like a score and is none stands there as well, each with why', async (t) => {
  const answers = [
    { nps_lists: ['a', 'b'], nps_reason: 'slow', nps_words: 'bad', nps_last_year: -20, nps_done: 9 },
    { nps_lists: ['a'], nps_reason: 'dear', nps_words: 'good', nps_last_year: -30 },
    { nps_lists: 9, nps_words: '7' },
  ]
  const questions = await questionsOf(t, answers)
  const told = (name: string) => [questions.get(name)?.['is_used'], questions.get(name)?.['note']]
  t.deepEqual(told('nps_lists'), [false, 'Not scored: several choices in 1 of 3 answers.'])
  t.deepEqual(told('nps_words'), [false, 'Not scored: texts in 2 of 3 answers.'])
  t.deepEqual(told('nps_last_year'), [false, 'Not scored: 0 of 2 numbers are whole and from 0 to 10.'])
  t.deepEqual(told('nps_done'), [true, null])
  // It is the question for comments.
  t.deepEqual(told('nps_reason'), [false, null])
  t.like(questions.get('nps_lists'), { lists: 1 })
})

test('a question that the settings leave out, or name and nobody answered, stands there', async (t) => {
  const nps = ['recommend', 'later', 'never'].map((question) => ({ question }))
  const questions = await questionsOf(t, [{ nps: 9, recommend: 8, later: [], never: ' ' }], { ...UNNAMED, nps })
  const told = (name: string) => [questions.get(name)?.['is_used'], questions.get(name)?.['note']]
  t.deepEqual(told('nps'), [false, 'Not scored: NPS_QUESTIONS does not name it.'])
  t.deepEqual(told('recommend'), [true, null])
  t.deepEqual(told('later'), [false, 'Not scored: all answers are empty lists.'])
  t.deepEqual(told('never'), [undefined, undefined])
})

test('a question with quotes and backslashes in its name is named as JSON has it', async (t) => {
  const name = 'csat "a\\b" \''
  const row = (
    await questionsOf(
      t,
      many(20, (at) => (at % 10) + 1, name),
    )
  ).get(name)
  const [, setting = ''] = /CSAT_QUESTIONS=(\[.*\]), with/.exec(String(row?.['note'])) ?? []
  t.deepEqual(JSON.parse(setting), [{ question: name, scale: [1, 10], satisfied: [9, 10] }])
})

test('each row of a matrix is a question of its own', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(...Array.from({ length: 6 }, (_, at) => answerAt({ csat: { speed: 4, price: at + 10 } }, at)))
  t.deepEqual(await ask('SELECT item, is_used, counted FROM score_questions ORDER BY item'), [
    { item: 'price', is_used: false, counted: 0 },
    { item: 'speed', is_used: true, counted: 6 },
  ])
})

test('a score that many answers fit stays, whatever some others are', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const good = Array.from({ length: 30 }, (_, at) => answerAt({ csat: (at % 5) + 1, nps: at % 11 }, at))
  const odd = [10, 20, 4.5].map((csat, at) => answerAt({ csat }, 30 + at))
  const texts = Array.from({ length: 40 }, (_, at) => answerAt({ nps: at === 0 ? ' 9 ' : `words ${at}` }, 40 + at))
  await load(...good, ...odd, ...texts)
  t.deepEqual(await ask('SELECT question, counted, outside_scale, texts, is_used FROM score_questions ORDER BY 1'), [
    { question: 'csat', counted: 30, outside_scale: 3, texts: 0, is_used: true },
    { question: 'nps', counted: 31, outside_scale: 0, texts: 39, is_used: true },
  ])
})

for (const [title, as] of [
  ['numbers', (answer: number) => [answer]],
  ['texts', (answer: number) => [String(answer)]],
] as const) {
  test(`a score that is only ever sent as a list of one counts, with ${title} in it`, async (t) => {
    const { load, ask } = await viewWarehouse(t)
    const answers = Array.from({ length: 25 }, (_, at) =>
      answerAt({ nps: as(at % 11), csat: as((at % 5) + 1), ces: as((at % 7) + 1) }, at),
    )
    t.deepEqual(await load(...answers), [])
    const odd = [
      ['9', '10'],
      [8, 9],
    ].map((nps, at) => answerAt({ nps }, 25 + at))
    await load(...odd)
    t.deepEqual(await ask('SELECT question, answers, counted, lists, is_used FROM score_questions ORDER BY 1'), [
      { question: 'ces', answers: 25, counted: 25, lists: 0, is_used: true },
      { question: 'csat', answers: 25, counted: 25, lists: 0, is_used: true },
      { question: 'nps', answers: 27, counted: 25, lists: 2, is_used: true },
    ])
    for (const metric of ['nps', 'csat', 'ces']) {
      const [same] = await ask(
        `SELECT AVG(S.${metric}_points) = ANY_VALUE(M.score) AS same, COUNT(S.${metric}_points) AS n FROM survey_s AS S, ${metric} AS M`,
      )
      t.deepEqual(same, { same: true, n: 25 })
      t.deepEqual(await ask(`SELECT SUM(n) AS n FROM ${metric}_by_month`), [{ n: 25 }])
    }
    t.deepEqual(
      await ask("SELECT array_to_string(nps, '+') AS nps FROM survey_s ORDER BY last_answered_at DESC LIMIT 1"),
      [{ nps: '8+9' }],
    )
  })
}

test('a question of several choices is no score, though its choices are numbers', async (t) => {
  const questions = await questionsOf(
    t,
    many(30, (at) => (at % 4 === 0 ? ['1', '2'] : ['3']), 'nps_topics'),
  )
  t.like(questions.get('nps_topics'), {
    is_used: false,
    lists: 8,
    not_used: 22,
    note: 'Not scored: several choices in 8 of 30 answers.',
  })
})

test('an empty list is an answer that does not count, an empty object and blank text are none', async (t) => {
  const none = [[], [], ['']].map((nps) => ({ nps }))
  const nothing = [{}, '', null].map((nps) => ({ nps }))
  const questions = await questionsOf(t, [...many(10, (at) => at, 'nps'), ...none, ...nothing])
  t.like(questions.get('nps'), {
    answers: 13,
    counted: 10,
    none_chosen: 3,
    note: 'Not counted: 3 empty lists.',
  })
})

test('a number out of the highest of the scale always counts, and out of another one never', async (t) => {
  const answers = ['9 out of 10', '8/10', ' 7 of 10 ', '10 von 10', '11/10', '4/5', '9 or 10', '9/10/2025']
  const row = (await questionsOf(t, [...many(11, (at) => at, 'nps'), ...answers.map((nps) => ({ nps }))])).get('nps')
  t.like(row, { counted: 15, outside_scale: 1, texts: 3, are_labels_read: false })
})
