/**
 * Numbers that answers to scored questions say with something beside them. A number with its meaning behind a sign and a space
 * (`10 - Extremely likely`) and one out of the highest of the scale (`9/10`) are always read. A number before words (`7 Likely`) may
 * as well begin a sentence: labels.ts says when it counts.
 */
import type { Dialect, Sql } from '../dialect.ts'

/** RE2, and JavaScript as well, as all here: space, also a no-break one, and what cannot be seen, such as a byte order mark. */
const SPACE = '[\\s\\p{Z}\\p{Cf}]'
/** Those of Japanese keyboards as well. */
const WIDE_DIGITS = '\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19'
const DIGITS = '0-9\uff10-\uff19'
const NUMBER = `-?[${DIGITS}]+`
const DASH = '-\u2013\u2014='

/** The beginning of what a number means. */
const WORD = `${SPACE}*[^${DIGITS}\\s)]`
/** A number alone, or with what it means, such as `10 - Extremely likely`, `9: yes` or `0 (not at all)`; no day, fraction or version. */
const EXPLAINED = `^${SPACE}*(${NUMBER})(?:${SPACE}*$|${SPACE}+[${DASH}]${SPACE}${WORD}|${SPACE}*:${SPACE}${WORD}|${SPACE}+\\(${WORD}[^)]*\\)${SPACE}*$)`

/** What stands between a number and the highest one, such as `9/10` or `9 out of 10`. */
const OUT_OF = `(?:${SPACE}*/${SPACE}*|${SPACE}+(?:out${SPACE}+of|of|von|van|sur|su|de)${SPACE}+)`
const PART = `(?i:^${SPACE}*([${DIGITS}]+)${OUT_OF}[${DIGITS}]+${SPACE}*$)`
const WHOLE = `(?i:^${SPACE}*[${DIGITS}]+${OUT_OF}([${DIGITS}]+)${SPACE}*$)`

/** A number before words without digits, with a space or a sign between: `7 Likely`, `7. Likely`, `7=Likely`; not `1.x`. */
const BETWEEN = `(?:${SPACE}+|${SPACE}*[${DASH}:)(]${SPACE}*|${SPACE}*[.]${SPACE}+)`
const WORDED = `^${SPACE}*(${NUMBER})${BETWEEN}\\p{L}[^${DIGITS}]*$`
/** Its words, without signs behind them: `Likely!` is `Likely`. */
const WORDS = `^${SPACE}*${NUMBER}${BETWEEN}(\\p{L}[^${DIGITS}]*?)(?:${SPACE}|\\p{P})*$`

const BEGINNING = `^${SPACE}*(${NUMBER})`

/** Any of these. */
export const LABELED_NUMBER: string = [EXPLAINED, PART, WORDED].map((one) => `(?:${one})`).join('|')

const numberIn = (sql: Dialect, value: Sql, expression: string): Sql =>
  sql.tryCast(`TRANSLATE(${sql.captured(value, expression)}, ${sql.text(WIDE_DIGITS)}, '0123456789')`, 'number')

/** The number that an answer of this row says, by itself, with its meaning, or out of the highest of the scale. */
export const numberOf = (sql: Dialect, row: string, most: Sql): Sql => {
  const value = `${row}.value`
  // Most texts begin with no number, which one expression tells.
  return `CASE WHEN ${row}.value_number IS NOT NULL THEN ${row}.value_number WHEN ${sql.matches(value, BEGINNING)}
      THEN COALESCE(${numberIn(sql, value, EXPLAINED)}, CASE WHEN ${numberIn(sql, value, WHOLE)} = ${most} THEN ${numberIn(sql, value, PART)} END) END`
}

const onScale = (number: Sql, row: string): Sql =>
  `CASE WHEN ${number} BETWEEN ${row}.scale_least AND ${row}.scale_most THEN ${number} END`

/** The number of the scale before the words of this row's `value`; NULL where there is none. */
export const wordedNumberOf = (sql: Dialect, row: string): Sql => onScale(numberIn(sql, `${row}.value`, WORDED), row)

/** The words after it, alike in capitals or not. */
export const wordsOf = (sql: Dialect, row: string): Sql => `LOWER(${sql.captured(`${row}.value`, WORDS)})`

/** The number of the scale that this row's `value` begins with, whatever follows; NULL where there is none. */
export const beginningOf = (sql: Dialect, row: string): Sql => onScale(numberIn(sql, `${row}.value`, BEGINNING), row)

/** Whether an answer of this row may be a number with something beside it, on whatever scale. */
export const mayBeNumber = (sql: Dialect, row: string): Sql =>
  `${row}.value_number IS NOT NULL OR ${sql.matches(`${row}.value`, LABELED_NUMBER)}`
