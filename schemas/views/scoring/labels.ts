/**
 * Which numbers before words (`7 Likely`) are labels, so that they count, and which begin sentences (`3 bugs made me leave`) or are
 * quantities (`5 minutes`). It is decided for each label, so that an odd answer takes no others with it:
 *
 * - Words after several numbers are a unit, and no label; but for a number that four in five of the answers with these words have.
 * - A label counts once two answers have it. One is enough at an end of the scale, where most answers are numbers or such labels.
 * - In the metric's own question one is also enough where most answers, and at least five, are labels, and no more of them came
 *   only once than two for each number of the scale: people answer in two languages.
 * - A question with the metric's name among other words (`nps_reason`) has labels only where most answers are numbers, or labels of
 *   three different numbers came twice.
 */
import type { Dialect, Sql } from '../dialect.ts'
import { numberOf, wordedNumberOf, wordsOf } from './numbers.ts'

/** Answers that make a label. */
const TWICE = 2
/** From so many labels on, those that came once may count. */
const SOME = 5
/** For each number of the scale, so many labels may have come once. */
const LANGUAGES = 2
/** So many different numbers make a scale of a question that may be about something else. */
const NUMBERS = 3

/** Whether a row of `score_questions` is the metric's own question: a setting or Refiner's type says so, or it is called as the metric and nothing else. */
export const isOwn = (sql: Dialect): Sql => `(source <> 'name' OR ${sql.letters('question')} = metric)`

/**
 * A query: answers of one choice to the questions of a relation, with the `number` that they say by themselves, else the `worded`
 * number before words, and the `words`. Beside it, a relation `several` has the answers of several choices.
 * @param columns of the relation, beside the place and the scale
 */
export const numbered = (sql: Dialect, of: Sql, columns: readonly string[]): Sql =>
  `SELECT G.*, CASE WHEN G.worded IS NOT NULL THEN ${wordsOf(sql, 'G')} END AS words
  FROM (
    SELECT G.*, CASE WHEN G.number IS NULL THEN ${wordedNumberOf(sql, 'G')} END AS worded
    FROM (
      SELECT C.form_uuid, C.question, C.item, C.scale_least, C.scale_most, ${columns.join(', ')}, A.value,
        ${numberOf(sql, 'A', 'C.scale_most')} AS number
      FROM ${sql.relation('answers')} AS A
      JOIN ${of} AS C ON C.form_uuid = A.form_uuid AND C.question = A.question AND C.item = A.item
      LEFT JOIN several AS M ON M.response_uuid = A.response_uuid AND M.question = A.question AND M.item = A.item
      WHERE M.response_uuid IS NULL
    ) AS G
  ) AS G`

const PLACE = 'form_uuid, question, item'
const samePlace = (one: string, other: string): Sql =>
  `${one}.form_uuid = ${other}.form_uuid AND ${one}.question = ${other}.question AND ${one}.item = ${other}.item`

/** The same label, in two rows of answers or labels. */
export const sameLabel = (one: string, other: string): Sql =>
  `${samePlace(one, other)} AND ${one}.worded = ${other}.worded AND ${one}.words = ${other}.words`

const READ: Sql = `(is_own OR 2 * numbers > given OR different >= ${NUMBERS})
    AND (n >= ${TWICE}
      OR worded IN (scale_least, scale_most) AND 2 * (numbers + again) > given
      OR is_own AND labeled >= ${SOME} AND 2 * labeled > given AND once <= ${LANGUAGES} * (scale_most - scale_least + 1))`

const WHOLE = `OVER (PARTITION BY ${PLACE})`
const sumWhere = (condition: Sql): Sql => `SUM(CASE WHEN ${condition} THEN n ELSE 0 END) ${WHOLE}`

/**
 * A query: the labels that count, with `n` answers each, of a relation of what `numbered` gives, with `is_own`. It reads the relation once,
 * since BigQuery evaluates a CTE for each reader. Answers without words are in it as one label of a question, until the end.
 * @param where a condition on the relation
 */
export const labelsOf = (given: Sql, where: Sql = 'TRUE'): Sql => `SELECT ${PLACE}, worded, words, n
FROM (
  SELECT L.*, ${sumWhere('is_label')} AS labeled, ${sumWhere(`is_label AND n >= ${TWICE}`)} AS again,
    COUNT(CASE WHEN is_label AND n = 1 THEN 1 END) ${WHOLE} AS once,
    COUNT(DISTINCT CASE WHEN is_label AND n >= ${TWICE} THEN worded END) ${WHOLE} AS different
  FROM (
    SELECT W.*, SUM(n) ${WHOLE} AS given, SUM(in_scale) ${WHOLE} AS numbers,
      words IS NOT NULL AND 5 * n >= 4 * SUM(n) OVER (PARTITION BY ${PLACE}, words) AS is_label
    FROM (
      SELECT ${PLACE}, scale_least, scale_most, is_own, worded, words, COUNT(*) AS n,
        COUNT(CASE WHEN number BETWEEN scale_least AND scale_most THEN 1 END) AS in_scale
      FROM ${given}
      WHERE ${where}
      GROUP BY ${PLACE}, scale_least, scale_most, is_own, worded, words
    ) AS W
  ) AS L
) AS S
WHERE is_label AND ${READ}`
