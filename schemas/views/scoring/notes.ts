/** What `score_questions` says of a question in words: what its score leaves out, what is doubtful, and the setting that mends it. */
import type { Dialect, Sql } from '../dialect.ts'
import { byMetric, gradingOf, type Metric, SCALES } from '../scores.ts'
import type { Range } from '../spec.ts'

/** The share of a question's numbers that must be in the scale, for it to be taken for one of the metric. */
export const ENOUGH = 0.95
/** From so many answers on, an upper part of the scale that nobody chose makes an assumed scale doubtful. */
export const MANY = 20

const text = (number: Sql): Sql => `CAST(${number} AS STRING)`
const counted = (n: Sql, one: string, several: string): Sql =>
  `CASE WHEN ${n} = 0 THEN '' WHEN ${n} = 1 THEN '1 ${one}' ELSE CONCAT(${text(n)}, ' ${several}') END`

const SETTING = byMetric((metric) => `'${settingOf(metric)}'`)
const SCALE = `CONCAT(${text('scale_least')}, ' to ', ${text('scale_most')})`

function settingOf(metric: Metric): string {
  return `${metric.toUpperCase()}_QUESTIONS`
}

/** English sentences for people; NULL where all is well. */
export function note(sql: Dialect): Sql {
  const outside = 'numbers - fitting'
  const left = [
    [outside, `CONCAT(${counted(outside, 'number that is', 'numbers that are')}, ' not whole or not from ', ${SCALE})`],
    ['texts', counted('texts', 'text', 'texts')],
    ['several', counted('several', 'answer of several choices', 'answers of several choices')],
    ['none', counted('none', 'empty list', 'empty lists')],
  ].map(([n, words]) => `CASE WHEN ${n} = 0 THEN '' ELSE CONCAT(', ', ${words}) END`)
  const share = (n: Sql) => `CONCAT(${text(n)}, ' of ', ${text('answers')})`
  const labels = `CASE WHEN labeled = 0 THEN '' WHEN labeled = 1 THEN ' 1 answer is a label: the number before its words counts.'
      ELSE CONCAT(' ', ${text('labeled')}, ' answers are labels: the number before their words counts.') END`
  const unread = 'beginning - labeled'
  const begun = `CASE WHEN ${unread} <= 0 THEN '' ELSE CONCAT(' ', ${text(unread)}, ' of them begin', CASE WHEN ${unread} = 1 THEN 's' ELSE '' END, ' with a number of the scale, not by a label.') END`
  // Only texts under a metric's name with other words, such as nps_reason: a question for comments, which no score lacks.
  return `CASE
    WHEN NOT is_own AND texts = chosen AND beginning = 0 THEN NULL
    WHEN obstacle = 'off' THEN CONCAT('Not scored: ', ${SETTING}, ' does not name it.')
    WHEN obstacle = 'none' AND answers = 0 THEN 'Not scored: nobody has answered it.'
    WHEN obstacle = 'none' THEN 'Not scored: all answers are empty lists.'
    WHEN obstacle = 'lists' THEN CONCAT('Not scored: several choices in ', ${share('several')}, ' answers.')
    WHEN obstacle = 'texts' THEN CONCAT('Not scored: texts in ', ${share('texts')}, ' answers.', ${begun})
    WHEN obstacle = 'outside' THEN CONCAT('Not scored: ', ${text('fitting')}, ' of ', ${text('numbers')}, ' numbers are whole and from ', ${SCALE}, '.', ${mend(sql)})
    ELSE NULLIF(LTRIM(CONCAT(
      CASE WHEN fitting < answers THEN CONCAT('Not counted: ', SUBSTR(CONCAT(${left.join(', ')}), 3), '.') ELSE '' END,
      CASE WHEN fitting < ${ENOUGH} * numbers THEN ${mend(sql)} ELSE '' END, ${labels}, ${doubt(sql)})), '')
  END`
}

/** Scales that are in use. */
const USUAL: readonly Range[] = [
  [0, 5],
  [1, 7],
  [0, 7],
  [1, 10],
  [0, 10],
  [0, 100],
]

/** The setting that gives a question its scale, with a space before it. */
function advice(sql: Dialect, metric: Metric, scale: Range): Sql {
  const { best } = gradingOf(metric, { scale })
  const word = metric === 'ces' ? 'easy' : 'satisfied'
  const escaped = ['\\', '"'].reduce(
    (name, sign) => `REPLACE(${name}, ${sql.text(sign)}, ${sql.text(`\\${sign}`)})`,
    'question',
  )
  return `CONCAT(${sql.text(` If it is asked from ${scale[0]} to ${scale[1]}, set ${settingOf(metric)}=[{"question": "`)}, ${escaped},
      ${sql.text(`", "scale": [${scale.join(', ')}], "${word}": [${best.join(', ')}]}], with the other ${metric.toUpperCase()} questions beside it.`)})`
}

/** What to set for a question whose answers are outside its scale. */
function mend(sql: Dialect): Sql {
  const of = (metric: Metric) => {
    if (metric === 'nps') return `''`
    const { least, most } = SCALES[metric]
    const scales = USUAL.filter(([low, high]) => low <= least && high >= most && high - low > most - least)
    const cases = scales.map(
      ([low, high]) => `WHEN lowest >= ${low} AND highest <= ${high} THEN ${advice(sql, metric, [low, high])}`,
    )
    return `CASE ${cases.join(' ')} ELSE '' END`
  }
  return `CASE WHEN is_scale_assumed AND wholes = numbers THEN ${byMetric(of)} ELSE '' END`
}

/** What to set for a question whose upper answers nobody chose. */
function doubt(sql: Dialect): Sql {
  const of = (metric: Metric) => {
    const part: Range = metric === 'csat' ? [1, 3] : [1, 5]
    const end = part[1]
    const then =
      metric === 'nps'
        ? `' If it is asked from 1 to 5, it is no NPS: name it in CSAT_QUESTIONS instead.'`
        : advice(sql, metric, part)
    return `CASE WHEN highest > ${end} THEN '' ELSE CONCAT(' The scale of ', ${SCALE}, ' is assumed, and none of ', ${text('numbers')}, ' numbers is above ${end}.', ${then}) END`
  }
  return `CASE WHEN is_scale_assumed AND fitting >= ${MANY} THEN ${byMetric(of)} ELSE '' END`
}
