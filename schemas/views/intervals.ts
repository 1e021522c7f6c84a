/**
 * Scores with their 95 % intervals, z = 1.96. An interval is there for every group of answers, also for one answer and for answers that
 * are all alike, and it holds for few answers. It is made as if some more answers had been given, half of them on each side of the
 * middle of the scale:
 *
 * - A mean (NPS, of +100, 0 and -100; CES): three pseudo-answers, three quarters of one at each end of the scale and one and a half in
 *   its middle. It is the adjusted Wald interval of B. Rocks, "Interval Estimation for the Net Promoter Score", The American
 *   Statistician 70 (2016). The plain Wald interval holds a true NPS of 76 in only two of three samples of 5.
 * - A share (CSAT): E. B. Wilson's interval, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
 *   American Statistical Association 22 (1927). It has z² pseudo-answers.
 *
 * With k pseudo-answers both are: middle + (score - middle ± z × standard error) × n / (n + k). So `standard_error` is that of the score
 * before it is pulled to the middle, and two groups compare by z = (a - b) / √(a's² + b's²). By an error that is pulled too, and
 * scores that are not, two groups of five that are alike would differ in 20 of 100 cases.
 */
import type { Sql } from './dialect.ts'
import type { ViewColumn } from './spec.ts'

const Z = 1.96
const Z_SQUARED = 3.8416
/** With fewer answers a score says little. */
const FEW = 30

/** Ends of a scale. They may read columns that are the same in a whole group. */
export interface Ends {
  readonly least: Sql
  readonly most: Sql
}

export interface Estimator {
  /** Aggregates of the rows `G` that `standardError` reads, by their names. */
  readonly sums: Readonly<Record<string, Sql>>
  /** Of `n`, `score` and the sums. */
  readonly standardError: Sql
  readonly pseudoAnswers: number
  readonly ends: Ends
}

const middleOf = ({ least, most }: Ends): Sql => `((${least} + ${most}) / 2)`

export function meanOf(ends: Ends): Estimator {
  const [middle, half] = [middleOf(ends), `((${ends.most} - ${ends.least}) / 2)`]
  const sum = `SUM(G.points - ${middle})`
  return {
    sums: {
      shift: `${sum} / (COUNT(*) + 3)`,
      squares: `(SUM((G.points - ${middle}) * (G.points - ${middle})) + 1.5 * ${half} * ${half}) / (COUNT(*) + 3)`,
    },
    standardError: 'SQRT((squares - shift * shift) * (n + 3)) / n',
    pseudoAnswers: 3,
    ends,
  }
}

/** Of points that are 0 or 100. */
export const SHARE: Estimator = {
  sums: {},
  standardError: `SQRT(score * (100 - score) / n + ${Z_SQUARED} * 2500 / (n * n))`,
  pseudoAnswers: Z_SQUARED,
  ends: { least: '0', most: '100' },
}

const number = (description: string): ViewColumn => ({ type: 'number', description })

/** Columns of an estimate, after `score`. */
export const INTERVAL_COLUMNS = {
  standard_error: number(
    'Standard error of the score, never 0; two groups differ by z = (score - score) / √(standard_error² + standard_error²)',
  ),
  ci_low: number('Lower end of the 95 % confidence interval of the score'),
  ci_high: number('Upper end of the 95 % confidence interval of the score'),
  few: { type: 'boolean', description: `Whether there are fewer than ${FEW} answers, which say little` },
} satisfies Record<string, ViewColumn>

/**
 * A query: the groups of another one of rows with `points`, with `n`, `score`, and the columns of an estimate.
 *
 * @param keys names of columns that make the groups @param counts aggregates of the rows `G` of each group, by their names
 */
export function estimated(
  from: Sql,
  keys: readonly string[],
  counts: Readonly<Record<string, Sql>>,
  { sums, standardError, pseudoAnswers, ends }: Estimator,
): Sql {
  const names = keys.map((key) => `${key}, `).join('')
  const aggregates = Object.entries({ ...counts, ...sums }).map(([name, sql]) => `, ${sql} AS ${name}`)
  const kept = [...keys, 'n', ...Object.keys(counts), 'score', 'standard_error']
  const middle = middleOf(ends)
  const end = (sign: '+' | '-') =>
    `${middle} + (score - ${middle} ${sign} ${Z} * standard_error) * n / (n + ${pseudoAnswers})`
  return `SELECT ${kept.map((name) => `E.${name}`).join(', ')},
  CASE WHEN E.low < ${ends.least} THEN ${ends.least} WHEN E.low > E.score THEN E.score ELSE E.low END AS ci_low,
  CASE WHEN E.high > ${ends.most} THEN ${ends.most} WHEN E.high < E.score THEN E.score ELSE E.high END AS ci_high,
  E.n < ${FEW} AS few
FROM (
  SELECT D.*, ${end('-')} AS low, ${end('+')} AS high
  FROM (
    SELECT C.*, ${standardError} AS standard_error
    FROM (
      SELECT ${names}COUNT(*) AS n, AVG(G.points) AS score${aggregates.join('')}
      FROM (
  ${from}
      ) AS G${keys.length === 0 ? '' : `\n      GROUP BY ${keys.join(', ')}`}
    ) AS C
  ) AS D
) AS E`
}
