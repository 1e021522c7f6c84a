/**
 * Numbers that answers to scored questions say with something beside them. A number with its meaning behind a sign (`10 - Extremely likely`)
 * and one out of the highest of the scale (`9/10`) are always read. A number before words (`7 Likely`) may as well begin a sentence (`3 bugs
 * made me leave`), so it is read only where the answers to the question are labels: each number has one label in most of at least
 * LABELED_ANSWERS answers, or the same labels come again and again.
 */
import type { Dialect, Sql } from '../dialect.ts'

/** RE2: an integer with space around it, or with what it means, such as `10 - Extremely likely` or `0 (not at all)`; no day, fraction or decimal. */
const LABELED = '^\\s*(-?[0-9]+)\\s*(?:$|[-\u2013\u2014:=.)(]\\s*[^0-9\\s])'

/** RE2: what stands between a number and the highest one, such as `9/10` or `9 out of 10`. */
const OUT_OF = '\\s*(?:/|\\s(?:out\\s+of|of|von|van|sur|su|de)\\s)\\s*'
const PART = `(?i:^\\s*([0-9]+)${OUT_OF}[0-9]+\\s*$)`
const WHOLE = `(?i:^\\s*[0-9]+${OUT_OF}([0-9]+)\\s*$)`

/** RE2: a number before words without digits, such as `7 Likely`. */
const WORDED = '^\\s*(-?[0-9]+)\\s+\\p{L}[^0-9]*$'

/** RE2, and JavaScript as well: any of these. */
export const LABELED_NUMBER: string = [LABELED, PART, WORDED].map((one) => `(?:${one})`).join('|')

/** From so many labels on, most answers are enough. */
const LABELED_ANSWERS = 5
/** So often a label comes, on average, where answers are labels. */
const REPEATED = 3

const numberIn = (sql: Dialect, value: Sql, expression: string): Sql =>
  sql.tryCast(sql.captured(value, expression), 'number')

/** The number that an answer of this row says, by itself, with its meaning, or out of the highest of the scale. */
export const numberOf = (sql: Dialect, row: string, most: Sql): Sql => {
  const value = `${row}.value`
  return `COALESCE(${row}.value_number, ${numberIn(sql, value, LABELED)},
      CASE WHEN ${numberIn(sql, value, WHOLE)} = ${most} THEN ${numberIn(sql, value, PART)} END)`
}

/** The number of the scale before the words of this row; NULL where there is none. */
export const wordedNumberOf = (sql: Dialect, row: string, least: Sql, most: Sql): Sql => {
  const number = numberIn(sql, `${row}.value`, WORDED)
  return `CASE WHEN ${number} BETWEEN ${least} AND ${most} THEN ${number} END`
}

/** Whether an answer of this row may be a number with something beside it, on whatever scale. */
export const mayBeNumber = (sql: Dialect, row: string): Sql =>
  `${row}.value_number IS NOT NULL OR ${sql.matches(`${row}.value`, LABELED_NUMBER)}`

/** Aggregates of answers of one choice, by their names: `worded` is what `wordedNumberOf` gives. */
export const LABEL_COUNTS: Readonly<Record<string, Sql>> = {
  worded: 'COUNT(worded)',
  labels: 'COUNT(DISTINCT CASE WHEN worded IS NOT NULL THEN LOWER(TRIM(value)) END)',
  worded_numbers: 'COUNT(DISTINCT worded)',
  least_worded: 'MIN(worded)',
  most_worded: 'MAX(worded)',
}

/** Whether numbers before words are read, by these counts and `given`, the answers of one choice. */
export const ARE_LABELS: Sql = `(worded >= ${LABELED_ANSWERS} AND 2 * worded > given AND labels = worded_numbers
      OR worded > 0 AND worded >= ${REPEATED} * labels)`
