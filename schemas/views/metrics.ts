/**
 * NPS, CSAT and CES of each question, of all time, and by month, segment or attribute, from `scores`. A segment or an attribute is
 * that of the moment of the answer.
 *
 * Intervals are at 95 %: z = 1.96. NPS and CES are means, so theirs is mean ± z × standard error, the standard error being the
 * sample's standard deviation / √n; NULL for one answer, and for answers that are all alike, of which it would say that there is no
 * doubt. For NPS, the mean of +100, 0 and -100, B. Rocks, "Interval Estimation for the Net Promoter Score", The American
 * Statistician 70 (2016), compares this plain (Wald) interval with others, which are wider for few answers. CSAT is a proportion, whose interval is E. B. Wilson's (1927).
 */
import type { Dialect, Sql } from './dialect.ts'
import { type Metric, QUESTION_COLUMNS, SCALES } from './scores.ts'
import type { ModelSettings, View, ViewColumn } from './spec.ts'

/** What the scores are grouped by, beside the question. */
interface Dimension {
  /** '' or `_by_…`, at the end of the view's name. */
  readonly suffix: string
  readonly title: string
  readonly columns: Readonly<Record<string, ViewColumn>>
  /** The scores of the metric, with the dimension's columns. */
  readonly from: (sql: Dialect, scores: Sql) => Sql
}

interface Measure extends ViewColumn {
  readonly sql: Sql
}

const Z = 1.96
const integer = (description: string, sql: Sql): Measure => ({ type: 'integer', description, sql })
const number = (description: string, sql: Sql): Measure => ({ type: 'number', description, sql })
const count = (condition: Sql): Sql => `COUNT(CASE WHEN ${condition} THEN 1 END)`

/** mean ± z × standard error, kept inside the scale. Not by GREATEST and LEAST: one dialect makes NULL of a NULL, the other does not. */
function interval(mean: Sql, error: Sql, least: number, most: number) {
  const [low, high] = [`${mean} - ${Z} * ${error}`, `${mean} + ${Z} * ${error}`]
  return {
    ci_low: number(
      'Lower end of its 95 % confidence interval',
      `CASE WHEN ${low} < ${least} THEN ${least} ELSE ${low} END`,
    ),
    ci_high: number(
      'Upper end of its 95 % confidence interval',
      `CASE WHEN ${high} > ${most} THEN ${most} ELSE ${high} END`,
    ),
  }
}

const POINTS = 'CASE WHEN score >= 9 THEN 100.0 WHEN score <= 6 THEN -100.0 ELSE 0.0 END'
const N = integer('Answers', 'COUNT(*)')

function meanOf(value: Sql, what: string, least: number, most: number): Record<string, Measure> {
  const error = `NULLIF(STDDEV_SAMP(${value}), 0) / SQRT(COUNT(*))`
  return {
    score: number(what, `AVG(${value})`),
    standard_error: number(
      'Standard error: the sample standard deviation / √n; null for one answer, or all alike',
      error,
    ),
    ...interval(`AVG(${value})`, error, least, most),
  }
}

/** Wilson's interval of a share `p` of `n`, in percent. */
function shareOf(condition: Sql, what: string): Record<string, Measure> {
  const p = `(${count(condition)} / COUNT(*))`
  const n = 'COUNT(*)'
  const spread = `${Z} * SQRT(${p} * (1 - ${p}) / ${n} + ${Z ** 2} / (4 * ${n} * ${n}))`
  const end = (sign: '+' | '-') => `100 * (${p} + ${Z ** 2} / (2 * ${n}) ${sign} ${spread}) / (1 + ${Z ** 2} / ${n})`
  return {
    score: number(what, `100 * ${p}`),
    standard_error: number('Standard error in points: 100 × √(p(1-p)/n)', `100 * SQRT(${p} * (1 - ${p}) / ${n})`),
    ci_low: number("Lower end of Wilson's 95 % interval", end('-')),
    ci_high: number("Upper end of Wilson's 95 % interval", end('+')),
  }
}

const MEASURES: Readonly<
  Record<Metric, { readonly title: string; readonly columns: Readonly<Record<string, Measure>> }>
> = {
  nps: {
    title: 'Net Promoter Score',
    columns: {
      n: N,
      promoters: integer('Answers of 9 and 10', count('score >= 9')),
      passives: integer('Answers of 7 and 8', count('score IN (7, 8)')),
      detractors: integer('Answers of 0 to 6', count('score <= 6')),
      ...meanOf(POINTS, 'Percentage of promoters less percentage of detractors, -100 to 100', -100, 100),
    },
  },
  csat: {
    title: 'Customer Satisfaction',
    columns: {
      n: N,
      satisfied: integer('Answers of 4 and 5', count('score >= 4')),
      neutral: integer('Answers of 3', count('score = 3')),
      dissatisfied: integer('Answers of 1 and 2', count('score <= 2')),
      mean: number('Mean answer, 1 to 5', 'AVG(score)'),
      ...shareOf('score >= 4', 'Percentage of satisfied answers (top two boxes), 0 to 100'),
    },
  },
  ces: {
    title: 'Customer Effort Score',
    columns: {
      n: N,
      easy: integer('Answers of 5 to 7', count('score >= 5')),
      ...meanOf('score', 'Mean answer, 1 (hard) to 7 (easy)', SCALES.ces.least, SCALES.ces.most),
    },
  },
}

const WHOLE: Dimension = { suffix: '', title: '', columns: {}, from: (_, scores) => scores }

const month = ({ timeZone }: ModelSettings): Dimension => ({
  suffix: '_by_month',
  title: ' by month of the answer',
  columns: { month: { type: 'date', description: `First day of the month (${timeZone})` } },
  from: (sql, scores) => `SELECT S.*, ${sql.month('S.answered_at', timeZone)} AS month FROM (${scores}) AS S`,
})

const SEGMENT: Dimension = {
  suffix: '_by_segment',
  title: ' by the segments that the user was in then; whoever was in two counts in both',
  columns: {
    segment_uuid: { type: 'text', description: 'The segment' },
    segment_name: { type: 'text', description: 'Its newest name' },
  },
  from: (sql, scores) => `SELECT S.*, M.segment_uuid, COALESCE(N.name, M.segment_name) AS segment_name
  FROM (${scores}) AS S
  JOIN ${sql.relation('respondent_segments')} AS M ON M.response_uuid = S.response_uuid
  LEFT JOIN ${sql.relation('segments')} AS N ON N.segment_uuid = M.segment_uuid`,
}

const attribute = ({ attributes }: ModelSettings): Dimension => ({
  suffix: '_by_attribute',
  title: ` by the attributes of the user and the account then; filter by scope and attribute${
    attributes.left === 0 ? '' : `; ${attributes.left} more attributes do not fit: see respondents`
  }`,
  columns: {
    scope: { type: 'text', description: 'user or account' },
    attribute: { type: 'text', description: 'Name of the attribute' },
    value: { type: 'text', description: 'Its value then' },
  },
  from: (sql, scores) => {
    const of = (scope: string, column: string, names: readonly string[]) => {
      const rows = `SELECT S.*, P.${column} AS json
    FROM (${scores}) AS S JOIN ${sql.relation('respondents')} AS P ON P.response_uuid = S.response_uuid`
      return `SELECT *, '${scope}' AS scope, name AS attribute FROM (${sql.perMember(rows, names)}) AS M WHERE value IS NOT NULL`
    }
    return `${of('user', 'attributes', attributes.user)}
  UNION ALL
  ${of('account', 'account_attributes', attributes.account)}`
  },
})

/** Characters of a query by attribute, but for the attributes. */
const REST = 10_000

/** The first attributes that a view by attribute has room for. */
export function fittingAttributes(
  { user, account }: Readonly<Record<'user' | 'account', readonly string[]>>,
  sql: Dialect,
): ModelSettings['attributes'] {
  let room = sql.limits.characters - REST
  const lengthOf = (names: readonly string[]) => sql.perMember('', names).length
  const empty = lengthOf([])
  const fitting = (names: readonly string[]) => {
    const end = names.findIndex((name) => {
      room -= lengthOf([name]) - empty + 2
      return room < 0
    })
    return end < 0 ? names : names.slice(0, end)
  }
  const fit = { user: fitting(user), account: fitting(account) }
  return { ...fit, left: user.length + account.length - fit.user.length - fit.account.length }
}

/** The four views of a metric. */
export function metricViews(metric: Metric, settings: ModelSettings): View[] {
  const { title, columns } = MEASURES[metric]
  return [WHOLE, month(settings), SEGMENT, attribute(settings)].map((dimension) => {
    const keys = { ...QUESTION_COLUMNS, ...dimension.columns }
    return {
      name: `${metric}${dimension.suffix}`,
      description: `${title} of each question${dimension.title}`,
      columns: { ...keys, ...columns },
      query: (sql) => {
        const scores = `SELECT * FROM ${sql.relation('scores')} WHERE metric = '${metric}'`
        const measures = Object.entries(columns).map(([name, measure]) => `  ${measure.sql} AS ${name}`)
        const names = Object.keys(keys).join(', ')
        return `SELECT ${names},\n${measures.join(',\n')}\nFROM (\n  ${dimension.from(sql, scores)}\n) AS G\nGROUP BY ${names}`
      },
    }
  })
}
