/** Bands of numbers: 0 to 9 stand for themselves, larger ones for 10 to under 20, 20 to under 50, 50 to under 100 and so on. */
import type { Sql } from './dialect.ts'

/** RE2: a decimal, also with an exponent, or with more digits than a column of numbers holds exactly: the last band has them. */
export const DECIMAL = '^-?(0|[1-9][0-9]{0,30})([.][0-9]+)?([eE][+-]?[0-9]{1,2})?$'

const MOST = 15

/** Where bands begin. */
const STARTS = Array.from({ length: MOST - 1 }, (_, at) => 10 ** (at + 1)).flatMap((power) => [
  power,
  2 * power,
  5 * power,
])

const bands = (number: Sql, write: (start: number, end: number) => Sql): Sql => {
  const starts = [...Array.from({ length: 10 }, (_, at) => at), ...STARTS]
  const within = starts.slice(0, -1).map((start, at) => {
    const end = starts[at + 1] ?? start
    return `WHEN ${number} < ${end} THEN ${write(start, end)}`
  })
  return within.join(' ')
}
const LAST = STARTS.at(-1) ?? 0

/** What stands for all values that are no numbers, where most are. */
export const NO_NUMBER = '(no number)'

/** What a band is called. @param number NULL for what is none */
export function bandOf(number: Sql): Sql {
  const labels = bands(number, (start, end) => {
    const band = `'${start} to under ${end}'`
    return end - start > 1 ? band : `CASE WHEN ${number} = ${start} THEN '${start}' ELSE ${band} END`
  })
  return `CASE WHEN ${number} IS NULL THEN '${NO_NUMBER}' WHEN ${number} < 0 THEN 'below 0' ${labels} ELSE '${LAST} and more' END`
}

/** Where a number's band begins; NULL below 0, and for texts. */
export const startOf = (number: Sql): Sql =>
  `CASE WHEN ${number} < 0 THEN NULL ${bands(number, (start) => `${start}e0`)} WHEN ${number} >= ${LAST} THEN ${LAST}e0 END`
