/**
 * How often an interval holds the true score, and how often like groups look different: the SQL of the views, over simulated groups of
 * answers. A hash of its place takes the place of chance, so that each run sees the same answers.
 */
import { DuckDBInstance } from '@duckdb/node-api'
import test from 'ava'
import { type Estimator, estimated, meanOf, SHARE } from '../../schemas/views/intervals.ts'

const TRIALS = 1000
const SIZES = [5, 10, 20, 30, 50, 100]

/** The points that an answer may have, and how likely each is. */
type Distribution = readonly (readonly [points: number, probability: number])[]

const nps = (score: number, passives: number): Distribution => {
  const promoters = (1 - passives + score / 100) / 2
  return [
    [100, promoters],
    [0, passives],
    [-100, 1 - passives - promoters],
  ]
}

/** Answers from 1 to 7 with this mean, as six throws of a coin give them. */
const ces = (score: number): Distribution => {
  const share = (score - 1) / 6
  return [1, 6, 15, 20, 15, 6, 1].map((ways, at) => [at + 1, ways * share ** at * (1 - share) ** (6 - at)])
}

const csat = (satisfied: number): Distribution => [
  [100, satisfied],
  [0, 1 - satisfied],
]

const NPS: readonly Distribution[] = [
  ...[-60, -30, 0, 30, 60, 76].flatMap((score) => [nps(score, 0.05), nps(score, 0.2)]),
  nps(0, 0.6),
  nps(90, 0.05),
]
const CES: readonly Distribution[] = [
  ...[1.5, 2.5, 4, 5.5, 6, 6.5, 6.8].map(ces),
  [
    [1, 0.05],
    [7, 0.95],
  ],
  [
    [1, 0.2],
    [6, 0.1],
    [7, 0.7],
  ],
]
const CSAT = [0.05, 0.3, 0.5, 0.8, 0.95].map(csat)

const mean = (distribution: Distribution) => distribution.reduce((sum, [points, share]) => sum + points * share, 0)

/** Answers of like groups, 0 and 1: many trials of each distribution and size, which together are a cell. */
function simulated(distributions: readonly Distribution[]): string {
  const rows = distributions.map((distribution, at) => {
    const ends = distribution.map((_, last) => mean(distribution.slice(0, last + 1).map(([, share]) => [share, 1])))
    const points = distribution.map(([each]) => each)
    return `(${at}, ${mean(distribution)}, ${JSON.stringify(points)}, ${JSON.stringify(ends.slice(0, -1))})`
  })
  // Each answer has a place of its own, and its hash is one of two to the power of 64.
  const place = `(((distribution * 101 + size) * ${TRIALS} + trial) * 2 + team) * 100 + nth`
  const chance = `hash(${place}) / 18446744073709551616.0`
  return `SELECT distribution, size, trial, team, truth,
    CAST(choices[1 + len(list_filter(ends, lambda e: ${chance} >= e))] AS DOUBLE) AS points
  FROM (VALUES ${rows.join(', ')}) AS D(distribution, truth, choices, ends), unnest(${JSON.stringify(SIZES)}) AS S(size),
    range(${TRIALS}) AS T(trial), range(2) AS U(team), LATERAL (SELECT unnest(range(size)) AS nth) AS A`
}

interface Cell {
  readonly size: number
  /** Shares of the groups whose interval, or whose plain Wald interval, holds the true score. */
  readonly held: number
  readonly plain: number
  /** The share of trials in which two like groups differ by their standard errors. */
  readonly differing: number
  readonly leastError: number
  /** Whether each interval has its score inside, and is wider than nothing. */
  readonly isWhole: boolean
}

const KEYS = ['distribution', 'size', 'trial', 'team', 'truth']
const WALD = { wald: '1.96 * STDDEV_SAMP(points) / SQRT(COUNT(*))' }

async function cellsOf(distributions: readonly Distribution[], estimator: Estimator): Promise<readonly Cell[]> {
  const groups = estimated(simulated(distributions), KEYS, WALD, estimator)
  const share = (condition: string) => `avg(CASE WHEN ${condition} THEN 1 ELSE 0 END)`
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const reader = await connection.runAndReadAll(`WITH estimates AS MATERIALIZED (${groups}), shares AS (
    SELECT distribution, size, ${share('truth BETWEEN ci_low - 1e-9 AND ci_high + 1e-9')} AS held,
      ${share('abs(score - truth) <= wald + 1e-9')} AS plain, min(standard_error) AS error,
      bool_and(score BETWEEN ci_low AND ci_high AND ci_high > ci_low) AS is_whole
    FROM estimates GROUP BY ALL
  ), differences AS (
    SELECT distribution, size, ${share('abs(A.score - B.score) > 1.96 * sqrt(A.standard_error ** 2 + B.standard_error ** 2)')} AS differing
    FROM (SELECT * FROM estimates WHERE team = 0) AS A
    JOIN (SELECT * FROM estimates WHERE team = 1) AS B USING (distribution, size, trial)
    GROUP BY ALL
  ) SELECT size, held, plain, differing, error, is_whole FROM shares JOIN differences USING (distribution, size)`)
  return reader.getRowsJS().map(([size, held, plain, differing, error, isWhole]) => ({
    size: Number(size),
    held: Number(held),
    plain: Number(plain),
    differing: Number(differing),
    leastError: Number(error),
    isWhole: isWhole === true,
  }))
}

const METRICS = {
  NPS: [NPS, meanOf({ least: '-100', most: '100' })],
  CES: [CES, meanOf({ least: '1', most: '7' })],
  CSAT: [CSAT, SHARE],
} as const

for (const [metric, [distributions, estimator]] of Object.entries(METRICS)) {
  test(`the intervals of ${metric} hold the true score in 89 of 100 groups or more, however few answers they have`, async (t) => {
    const cells = await cellsOf(distributions, estimator)
    t.is(cells.length, distributions.length * SIZES.length)
    for (const cell of cells) {
      t.true(cell.held >= 0.89, JSON.stringify(cell))
      t.true(cell.isWhole && cell.leastError > 0, JSON.stringify(cell))
      t.true(cell.differing <= 0.075, JSON.stringify(cell))
    }
  })
}

test('plain Wald intervals would not: 5 answers of a true NPS of 76 have it in two of three', async (t) => {
  const few = (await cellsOf([nps(76, 0.14)], METRICS.NPS[1])).find(({ size }) => size === 5)
  t.true((few?.plain ?? 1) < 0.7, JSON.stringify(few))
  t.true((few?.held ?? 0) >= 0.89, JSON.stringify(few))
})

test('one answer has an interval, which ends where the scale does', async (t) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const intervalOf = async (points: number, estimator: Estimator) => {
    const query = estimated(`SELECT ${points}.0 AS points`, [], {}, estimator)
    const [row = []] = (
      await connection.runAndReadAll(`SELECT n, score, ci_low, ci_high, few FROM (${query})`)
    ).getRowsJS()
    return row.map((value) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value))
  }
  t.deepEqual(await intervalOf(100, METRICS.NPS[1]), [1n, 100, -48.5, 100, true])
  t.deepEqual(await intervalOf(0, METRICS.NPS[1]), [1n, 0, -60, 60, true])
  t.deepEqual(await intervalOf(1, METRICS.CES[1]), [1n, 1, 1, 5.5, true])
  t.deepEqual(await intervalOf(100, SHARE), [1n, 100, 20.7, 100, true])
})
