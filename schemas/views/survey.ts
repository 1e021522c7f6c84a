/**
 * `survey_…`: a survey as one wide view, a row per response. Questions stand under their own name, in the survey's order; what was known of
 * the respondent at the time of the answer under `attribute_…` and `account_…`. What does not fit the type of a column is null in it, and
 * stands as text in the column after it; a score has its points, its category and whether it is the user's newest beside it.
 */
import { BLANK } from './answers.ts'
import type { Dialect, Sql } from './dialect.ts'
import type { Answer, EmptyLists, Pivot } from './pivot.ts'
import type { View } from './spec.ts'
import {
  answerOf,
  fixedColumns,
  type Selected,
  type Survey,
  type SurveyColumn,
  textOf,
  titleOf,
} from './survey-columns.ts'

/** @param sql bounds how many columns the view can have; what does not fit is told in its description */
export function surveyView(survey: Survey, sql: Dialect): View {
  const fitting = { ...survey, columns: fittingColumns(survey, sql) }
  const left = survey.columns.length - fitting.columns.length
  const rest = left === 0 ? '' : `; ${left} more columns do not fit: see answers and respondents`
  const { selected, query } = partsOf(fitting, sql)
  return {
    name: survey.viewName,
    description: `Responses to ${survey.formName ?? `the survey ${survey.formUuid}`}, one row each${rest}`,
    columns: Object.fromEntries(selected.map(({ name, sql: _sql, ...column }) => [name, column])),
    query: () => query,
  }
}

function fittingColumns(survey: Survey, sql: Dialect): readonly SurveyColumn[] {
  const none = partsOf({ ...survey, columns: [] }, sql)
  let characters = none.query.length + FRAMES
  let count = none.selected.length
  const empty = sql.pivot([], '').query.length
  const fits = survey.columns.findIndex((column) => {
    const { pivot, scored, lists } = sourcesOf([column], sql, '')
    const selected = selectedOf(column, { pivot, lists }, sql)
    characters += pivot.query.length - empty + (column.scoreNames === undefined ? 0 : scored.length)
    for (const each of selected) characters += each.sql.length + each.name.length + 12
    count += selected.length
    return characters > sql.limits.characters || count > sql.limits.columns
  })
  return fits < 0 ? survey.columns : survey.columns.slice(0, fits)
}

/** Characters of the parts of a query that only some surveys have, but for the columns. */
const FRAMES = 1000

interface Sources {
  readonly pivot: Pivot
  /** Of answers, '' where none is scored. */
  readonly scored: Sql
  readonly lists: EmptyLists | undefined
}

/** @param form the condition of its rows */
function sourcesOf(columns: readonly SurveyColumn[], sql: Dialect, form: Sql): Sources {
  const answers = columns.filter(({ scope }) => scope === 'question')
  const wanted = answers.flatMap((column): Answer[] => {
    const text = textOf(column)
    return text === undefined ? [answerOf(column)] : [answerOf(column), text]
  })
  const hasLists = answers.some(({ isList }) => isList)
  return {
    pivot: sql.pivot(wanted, `FROM (${typedAnswers(sql, form)}) AS G`),
    scored: answers.some(({ scoreNames }) => scoreNames !== undefined) ? scoresOf(answers, sql, form) : '',
    lists: hasLists ? sql.emptyLists?.(`FROM ${sql.relation('response_none_chosen')} ${form}`) : undefined,
  }
}

/** A column of times has the days among them as well. */
const typedAnswers = (sql: Dialect, form: Sql): Sql =>
  `SELECT response_uuid, question, item, choice, value, value_number, value_boolean, value_date, value_timestamp
    FROM ${sql.relation('answers')} ${form}`

/** Only what counts in the scores is there: so the mean of the points is the score that `nps` and the others tell. */
function scoresOf(columns: readonly SurveyColumn[], sql: Dialect, form: Sql): Sql {
  const all = columns.flatMap(({ name, item, scoreNames }) => {
    if (scoreNames === undefined) return []
    const place = `question = ${sql.text(name)} AND item = ${sql.text(item)}`
    const of = (value: string, column: string) =>
      `MAX(CASE WHEN ${place} THEN ${value} END) AS ${sql.identifier(column)}`
    const { points, category, isLatest } = scoreNames
    return [of('points', points), of('category', category), of('is_latest', isLatest)]
  })
  return `SELECT response_uuid, ${all.join(', ')}\n  FROM ${sql.relation('scores')} ${form} GROUP BY response_uuid`
}

function partsOf(survey: Survey, sql: Dialect): { selected: readonly Selected[]; query: Sql } {
  const form = `WHERE form_uuid = ${sql.text(survey.formUuid)}`
  const sources = sourcesOf(survey.columns, sql, form)
  const selected = [
    ...fixedColumns(survey, sql),
    ...survey.columns.flatMap((column) => selectedOf(column, sources, sql)),
  ]
  return { selected, query: queryOf(survey, selected, sources, sql) }
}

function queryOf({ formUuid }: Survey, selected: readonly Selected[], { pivot, scored, lists }: Sources, sql: Dialect) {
  const form = sql.text(formUuid)
  const more: readonly (readonly [name: string, alias: string, query: Sql | undefined])[] = [
    ['none_chosen', 'N', lists?.query],
    ['scored', 'S', scored === '' ? undefined : scored],
  ]
  const there = more.filter(([, , query]) => query !== undefined)
  return `WITH given AS (
  ${pivot.query}
), ${there.map(([name, , query]) => `${name} AS (\n  ${query}\n), `).join('')}tags_now AS (
  SELECT T.response_uuid, COALESCE(N.name, T.tag_name, T.tag_uuid) AS name
  FROM ${sql.relation('response_tags')} AS T LEFT JOIN ${sql.relation('tags')} AS N ON N.tag_uuid = T.tag_uuid
  WHERE T.form_uuid = ${form}
), tags_of AS (
  SELECT response_uuid, STRING_AGG(name, ', ' ORDER BY name) AS tags FROM tags_now GROUP BY response_uuid
), segments_then AS (
  SELECT M.response_uuid, COALESCE(N.name, M.segment_name, M.segment_uuid) AS name
  FROM ${sql.relation('respondent_segments')} AS M LEFT JOIN ${sql.relation('segments')} AS N ON N.segment_uuid = M.segment_uuid
  WHERE M.form_uuid = ${form}
), segments_of AS (
  SELECT response_uuid, STRING_AGG(name, ', ' ORDER BY name) AS segments FROM segments_then GROUP BY response_uuid
)
SELECT
  ${selected.map(({ name, sql: value }) => `${value} AS ${sql.identifier(name)}`).join(',\n  ')}
FROM ${sql.relation('responses')} AS R
LEFT JOIN ${sql.relation('respondents')} AS P ON P.response_uuid = R.response_uuid
LEFT JOIN given AS A ON A.response_uuid = R.response_uuid
${there.map(([name, alias]) => `LEFT JOIN ${name} AS ${alias} ON ${alias}.response_uuid = R.response_uuid\n`).join('')}LEFT JOIN tags_of AS T ON T.response_uuid = R.response_uuid
LEFT JOIN segments_of AS M ON M.response_uuid = R.response_uuid
WHERE R.form_uuid = ${form}`
}

/** A column and those beside it, as they stand in the end. */
function selectedOf(column: SurveyColumn, sources: Pick<Sources, 'pivot' | 'lists'>, sql: Dialect): Selected[] {
  const { scope, columnName: name, valueType: type, isList, textName, scoreNames } = column
  const value = scope === 'question' ? answered(column, sources) : attributeAs(column, type, sql)
  const description = titleOf(column)
  const itself: Selected = { name, sql: value, type, description, ...(isList && { isList }) }
  const beside: Selected[] = []
  if (textName !== undefined) {
    const misfit = scope === 'question' ? misfitAnswer(column, sources.pivot) : misfitAttribute(column, value, sql)
    beside.push({
      name: textName,
      sql: misfit,
      type: 'text',
      description: `${description}: as text, where it is no ${type}`,
    })
  }
  if (scoreNames !== undefined) {
    const of = (columnName: string, columnType: Selected['type'], what: string): Selected => {
      return {
        name: columnName,
        sql: `S.${sql.identifier(columnName)}`,
        type: columnType,
        description: `${description}: ${what}`,
      }
    }
    beside.push(
      of(
        scoreNames.points,
        'number',
        'what it adds to the score, which is the mean of these; null if it does not count',
      ),
      of(scoreNames.category, 'text', 'promoter, passive or detractor, or the like of CSAT and CES'),
      of(scoreNames.isLatest, 'boolean', "whether it is the user's newest answer to the question"),
    )
  }
  return [itself, ...beside]
}

function answered(column: SurveyColumn, { pivot, lists }: Pick<Sources, 'pivot' | 'lists'>): Sql {
  const value = pivot.of(answerOf(column))
  return column.isList && lists !== undefined ? lists.or(value, column.name, column.item) : value
}

function misfitAnswer(column: SurveyColumn, pivot: Pivot): Sql {
  const text = textOf(column)
  return text === undefined ? '' : `CASE WHEN ${pivot.of(answerOf(column))} IS NULL THEN ${pivot.of(text)} END`
}

const attributeAs = ({ scope, name }: SurveyColumn, type: SurveyColumn['valueType'], sql: Dialect): Sql =>
  sql.memberAs(scope === 'user' ? 'P.attributes' : 'P.account_attributes', name, type)

function misfitAttribute(column: SurveyColumn, value: Sql, sql: Dialect): Sql {
  const text = attributeAs(column, 'text', sql)
  return `CASE WHEN ${value} IS NULL AND NOT ${sql.matches(text, BLANK)} THEN ${text} END`
}
