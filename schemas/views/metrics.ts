/**
 * NPS, CSAT and CES of each question, of all time, and by month, segment or attribute, from `scores`, each with its interval
 * (intervals.ts). A segment or an attribute is that of the moment of the answer.
 */
import type { Dialect, Sql } from './dialect.ts'
import { attribute, type Dimension } from './groups.ts'
import { isNobody, OTHER } from './identity.ts'
import { type Estimator, estimated, INTERVAL_COLUMNS, meanOf, SHARE } from './intervals.ts'
import { gradingOf, type Metric, ofGrading, QUESTION_COLUMNS, scored } from './scores.ts'
import type { ModelSettings, View, ViewColumn } from './spec.ts'

/** A column that is an aggregate of the rows `G` of a group. */
interface Measure extends ViewColumn {
  readonly sql: Sql
}

interface Measured {
  readonly title: string
  /** Of each group, between `n` and `score`. */
  readonly counts: Readonly<Record<string, Measure>>
  /** What `score` is. */
  readonly score: string
  readonly estimator: (sql: Dialect, settings: ModelSettings) => Estimator
}

const answersOf = (category: string, description: string): Measure => ({
  type: 'integer',
  description,
  sql: `COUNT(CASE WHEN G.category = '${category}' THEN 1 END)`,
})

const PEOPLE: Measure = {
  type: 'integer',
  description: 'Users who gave them, each once',
  sql: 'COUNT(DISTINCT G.user_uuid)',
}

const usual = (metric: Metric, name: 'best' | 'worst') => {
  const [least, most] = gradingOf(metric, {})[name]
  return `; on the usual scale ${least} to ${most}`
}

const MEASURES: Readonly<Record<Metric, Measured>> = {
  nps: {
    title: 'Net Promoter Score',
    counts: {
      promoters: answersOf('promoter', 'Answers of 9 and 10'),
      passives: answersOf('passive', 'Answers of 7 and 8'),
      detractors: answersOf('detractor', 'Answers of 0 to 6'),
    },
    score: 'Percentage of promoters less percentage of detractors, -100 to 100',
    estimator: () => meanOf({ least: '-100', most: '100' }),
  },
  csat: {
    title: 'Customer Satisfaction',
    counts: {
      satisfied: answersOf('satisfied', `Answers that count as satisfied${usual('csat', 'best')}`),
      neutral: answersOf('neutral', 'Answers between'),
      dissatisfied: answersOf('dissatisfied', `Answers as far at the other end${usual('csat', 'worst')}`),
      mean: { type: 'number', description: "Mean answer, on the question's scale", sql: 'AVG(G.score)' },
    },
    score: 'Percentage of satisfied answers, 0 to 100',
    estimator: () => SHARE,
  },
  ces: {
    title: 'Customer Effort Score',
    counts: {
      easy: answersOf('easy', `Answers that count as easy${usual('ces', 'best')}`),
      neutral: answersOf('neutral', 'Answers between'),
      hard: answersOf('hard', `Answers as far at the other end${usual('ces', 'worst')}`),
    },
    score: "Mean answer, on the question's scale; on the usual one 1 (hard) to 7 (easy)",
    estimator: (sql, { questions }) =>
      meanOf({
        least: ofGrading(sql, 'ces', questions, ({ scale: [least] }) => String(least)),
        most: ofGrading(sql, 'ces', questions, ({ scale: [, most] }) => String(most)),
      }),
  },
}

const WHOLE: Dimension = { suffix: '', title: '', columns: {}, from: (_, scores) => scores }

const month = ({ timeZone }: ModelSettings): Dimension => ({
  suffix: '_by_month',
  title: ' by month of the answer',
  columns: { month: { type: 'date', description: `First day of the month (${timeZone})` } },
  from: (sql, scores) => `SELECT S.*, ${sql.month('S.answered_at', timeZone)} AS month FROM (${scores}) AS S`,
})

const segment = (settings: ModelSettings): Dimension => ({
  suffix: '_by_segment',
  title: ' by the segments that the user was in then; whoever was in two counts in both',
  columns: {
    segment_uuid: { type: 'text', description: 'The segment; null for (other)' },
    segment_name: {
      type: 'text',
      description:
        'Its newest name; (other) for all whose names ask for a person or have the form of an address, a number or an identifier',
    },
  },
  from: (sql, scores) => `SELECT S.*, M.segment_uuid, M.segment_name
  FROM (${scores}) AS S
  JOIN (${shownSegments(sql, settings)}) AS M ON M.response_uuid = S.response_uuid`,
})

/** A query: segments of responses. Whoever was in two that are not shown is in (other) once. */
function shownSegments(sql: Dialect, settings: ModelSettings): Sql {
  const isShown = isNobody(sql, ['K.name'], settings)
  return `SELECT DISTINCT K.response_uuid, CASE WHEN K.name IS NULL OR ${isShown} THEN K.segment_uuid END AS segment_uuid,
    CASE WHEN K.name IS NULL OR ${isShown} THEN K.name ELSE '${OTHER}' END AS segment_name
  FROM (
    SELECT M.response_uuid, M.segment_uuid, COALESCE(N.name, M.segment_name) AS name
    FROM ${sql.relation('respondent_segments')} AS M
    LEFT JOIN ${sql.relation('segments')} AS N ON N.segment_uuid = M.segment_uuid
  ) AS K`
}

/** By both. */
const within = (outer: Dimension, inner: Dimension): Dimension => ({
  suffix: `${outer.suffix}_and${inner.suffix.replace('_by', '')}`,
  title: `${outer.title}, and${inner.title}`,
  columns: { ...outer.columns, ...inner.columns },
  from: (sql, scores) => outer.from(sql, inner.from(sql, scores)),
})

/** The five views of a metric. */
export function metricViews(metric: Metric, settings: ModelSettings): View[] {
  const { title, counts, score, estimator } = MEASURES[metric]
  const byMonth = month(settings)
  const byAttribute = attribute(settings)
  const dimensions = [WHOLE, byMonth, segment(settings), byAttribute, within(byMonth, byAttribute)]
  return dimensions.map(({ suffix, title: groups, columns, from }) => {
    const keys = { ...QUESTION_COLUMNS, ...columns }
    const measures = { people: PEOPLE, ...counts }
    const sqlOf = Object.fromEntries(Object.entries(measures).map(([name, measure]) => [name, measure.sql]))
    return {
      name: `${metric}${suffix}`,
      description: `${title} of each question${groups}`,
      columns: {
        ...keys,
        n: { type: 'integer', description: 'Answers that count' },
        ...measures,
        score: { type: 'number', description: score },
        ...INTERVAL_COLUMNS,
      },
      query: (sql) => {
        const scores = `SELECT S.* FROM (\n${scored(sql, settings.questions)}\n  ) AS S WHERE S.metric = '${metric}'`
        return estimated(from(sql, scores), Object.keys(keys), sqlOf, estimator(sql, settings))
      },
    }
  })
}
