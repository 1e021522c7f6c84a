import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { SCALES } from '../../schemas/views/scores.ts'
import { ConfigError, loadConfig } from '../../src/config.ts'

function questionsOf(env: NodeJS.ProcessEnv, file?: object) {
  const cwd = mkdtempSync(join(tmpdir(), 'config-'))
  if (file) writeFileSync(join(cwd, 'refiner-warehouse.config.json'), JSON.stringify(file))
  try {
    return loadConfig({ env, cwd }).models.questions
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

function mistakes(env: NodeJS.ProcessEnv, file?: object): string[] {
  try {
    questionsOf(env, file)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n  - ').slice(1)
  }
  return []
}

test('questions are named by a comma list, or by JSON with the scale of each', (t) => {
  const csat = '["how_satisfied", {"question": "csat", "scale": [1, 10], "satisfied": [9, 10]}]'
  const questions = questionsOf({ NPS_QUESTIONS: 'recommend, nps_2026', CSAT_QUESTIONS: csat, CES_QUESTIONS: '[]' })
  t.deepEqual(questions, {
    nps: [{ question: 'recommend' }, { question: 'nps_2026' }],
    csat: [{ question: 'how_satisfied' }, { question: 'csat', scale: [1, 10], satisfied: [9, 10] }],
    ces: [],
  })
})

test('the config file names them likewise, and easy answers are the satisfied ones', (t) => {
  const file = { CES_QUESTIONS: ['ces', { question: 'effort', scale: [1, 5], easy: [4, 5] }] }
  t.deepEqual(questionsOf({}, file).ces, [
    { question: 'ces' },
    { question: 'effort', scale: [1, 5], satisfied: [4, 5] },
  ])
})

test('every mistake in them is told by its place', (t) => {
  const from = 'from refiner-warehouse.config.json is not allowed:'
  const range = 'two whole numbers, the smaller one first, such as [1, 10]'
  const file = {
    NPS_QUESTIONS: [{ question: 'nps', scale: [1, 5] }],
    CSAT_QUESTIONS: [
      { question: 'a', scale: [5, 1] },
      { question: 'b', scale: [1, 4.5] },
      { question: 'c', satisfied: [4, 6] },
      { question: '' },
      { question: 'e', scales: [1, 5] },
      7,
      'a',
    ],
    CES_QUESTIONS: [{ question: 'ces', scale: [1, 5], easy: [5, 4] }],
  }
  t.deepEqual(mistakes({}, file), [
    `NPS_QUESTIONS[0].scale ${from} [0, 10] or [1, 10], on which NPS is defined; a question with another scale can be one of CSAT_QUESTIONS`,
    `CSAT_QUESTIONS[0].scale ${from} ${range}`,
    `CSAT_QUESTIONS[1].scale[1] ${from} ${range}`,
    `CSAT_QUESTIONS[2].satisfied ${from} answers inside the scale, which is [1, 5]`,
    `CSAT_QUESTIONS[3].question ${from} the identifier of a question`,
    'CSAT_QUESTIONS[4].scales from refiner-warehouse.config.json is no option; did you mean scale?',
    `CSAT_QUESTIONS[5] ${from} the identifier of a question, or an object such as {"question": "csat", "scale": [1, 10], "satisfied": [9, 10]}`,
    `CES_QUESTIONS[0].easy ${from} ${range}`,
  ])
  t.deepEqual(mistakes({ CSAT_QUESTIONS: 'a,b,a' }), [
    'CSAT_QUESTIONS[2].question from the environment is not allowed: another question than an earlier one',
  ])
  t.regex(
    mistakes({ CSAT_QUESTIONS: '[{"question"]' })[0] ?? '',
    /^CSAT_QUESTIONS: .* is not allowed; allowed: a comma list/,
  )
})

test('the usual scales that the settings are checked against are those of the views', (t) => {
  t.deepEqual(SCALES.csat, { least: 1, most: 5 })
  t.deepEqual(SCALES.ces, { least: 1, most: 7 })
  const outside = (name: string, words: object) => mistakes({}, { [name]: [{ question: 'q', ...words }] }).length
  t.deepEqual(
    [outside('CSAT_QUESTIONS', { satisfied: [5, 5] }), outside('CSAT_QUESTIONS', { satisfied: [5, 6] })],
    [0, 1],
  )
  t.deepEqual([outside('CES_QUESTIONS', { easy: [6, 7] }), outside('CES_QUESTIONS', { easy: [6, 8] })], [0, 1])
})
