/** Reads a report from the views of a warehouse. */
import type { Row } from '../../schemas/spec.ts'
import type { Source, Survey } from '../destinations/source.ts'
import { PermanentError } from '../errors.ts'
import { createAnswers, DISTRIBUTION_COLUMNS } from './answers.ts'
import type { Counts, Funnel, Period, Report } from './model.ts'
import { numberOrNull } from './numbers.ts'
import { type Ask, readScoreQuestions, readScores } from './scores.ts'
import { sumOf, timelineOf } from './timeline.ts'

const COUNTS = ['seen', 'started', 'completed', 'dismissed']

/** @throws PermanentError where a view is not as this version makes it, what the source throws, and the signal's reason */
export async function readReport(source: Source, survey: Survey, signal: AbortSignal): Promise<Report> {
  const there = new Map((await source.relations(signal)).map(({ name, columns }) => [name, columns]))
  const of = (relation: string, columns: readonly string[]) => {
    requireColumns(relation, columns, there.get(relation))
    return source.read({ relation, columns, only: { column: 'form_uuid', values: [survey.formUuid] } }, signal)
  }
  const ask: Ask = async (view, columns) => {
    const all: Row[] = []
    for await (const rows of (await of(view, columns)).rows) all.push(...rows)
    return all
  }

  const funnel = funnelOf(await ask('survey_funnel', [...COUNTS, 'median_seconds']))
  const timeline = timelineOf((await ask('response_timeline', [...COUNTS, 'day'])).map(periodOf))
  const scores = await readScores(ask)
  const scoreQuestions = await readScoreQuestions(ask)
  const answers = createAnswers()
  const distribution = await of('answer_distribution', DISTRIBUTION_COLUMNS)
  for await (const rows of distribution.rows) rows.forEach(answers.add)
  return { survey, funnel, timeline, scores, scoreQuestions, questions: answers.questions() }
}

/** @param there undefined: there is no such view */
function requireColumns(view: string, columns: readonly string[], there: readonly string[] | undefined): void {
  const missing = columns.filter((name) => !there?.includes(name))
  if (there !== undefined && missing.length === 0) return
  const lack = there === undefined ? `there is no view ${view}` : `the view ${view} has no column ${missing.join(', ')}`
  throw new PermanentError(
    `report: ${lack}: the views are those of an older version, or something else has that name; \`npm run load\` or \`npm start\` makes ` +
      'them with its first load (in BigQuery with the next events), and says what hinders it',
  )
}

/** A survey without a name has a row for each name that responses had; they have no common median. */
function funnelOf(rows: readonly Row[]): Funnel | undefined {
  if (rows.length === 0) return undefined
  const medianSeconds = rows.length === 1 ? numberOrNull(rows[0]?.[COUNTS.length]) : null
  return { ...sumOf(rows.map(countsOf)), medianSeconds }
}

function periodOf(row: Row): Period {
  const day = row[COUNTS.length] ?? null
  return { start: day === null ? null : String(day), ...countsOf(row) }
}

function countsOf([seen, started, completed, dismissed]: Row): Counts {
  return {
    seen: Number(seen),
    started: Number(started),
    completed: Number(completed),
    dismissed: Number(dismissed),
  }
}
