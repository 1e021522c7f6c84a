/** From what a person says to what is read: names become those of the warehouse, or an error that knows the nearest ones. */
import { columnNames } from '../../schemas/tables/views.ts'
import type { ExportOptions } from '../config/exports.ts'
import type { Choice, Relation, Selection, Source, Survey } from '../destinations/source.ts'
import { PermanentError } from '../errors.ts'
import { suggestion } from '../nearest.ts'
import { type FoundSurvey, findSurvey } from './survey.ts'

/** By the first of these that a table or view has, it is limited to a period. docs/exports.md lists them. */
export const TIME_COLUMNS: readonly string[] = [
  'first_shown_at',
  'answered_at',
  'received_at',
  'first_seen_at',
  'entered_at',
  'finished_at',
  'given_at',
  'day',
  'month',
]
const STATUS_COLUMN = 'status'

export interface Chosen {
  /** For a file's name: that of the table or view, or `query`. */
  readonly name: string
  readonly selection: Selection
  /** For people, where a survey was named as it was called once. */
  readonly note?: string
}

/** @throws PermanentError for names that are not there, what the source throws, and the signal's reason */
export async function choose(source: Source, options: ExportOptions, signal: AbortSignal): Promise<Chosen> {
  if (options.sql !== undefined) return { name: 'query', selection: { sql: options.sql } }
  const relations = await source.relations(signal)
  const { survey, note }: Partial<FoundSurvey> =
    options.survey === undefined ? {} : await findSurvey(source, options.survey, 'export', signal)
  const relation = survey === undefined ? relationOf(relations, options) : viewOf(survey, relations)
  const columns = options.columns
    ? await columnsOf(source, relation, survey, options.columns, signal)
    : relation.columns
  const period = periodOf(relation, options)
  return {
    name: relation.name,
    ...(note !== undefined && { note }),
    selection: {
      relation: relation.name,
      columns,
      ...(period && { period }),
      ...(options.status && { only: { column: statusColumnOf(relation), values: options.status } }),
    },
  }
}

function relationOf(relations: readonly Relation[], { table, view }: ExportOptions): Relation {
  const word = table ?? view ?? ''
  const found = relations.find(({ name }) => isSame(name, word))
  if (found !== undefined) return found
  const names = relations.map(({ name }) => name)
  throw new PermanentError(`export ${word}: there is no such table or view; ${suggestion(word, names)}`)
}

function viewOf({ name, view }: Survey, relations: readonly Relation[]): Relation {
  const found = relations.find((relation) => relation.name === view)
  if (found !== undefined) return found
  throw new PermanentError(
    `export ${name || view}: its view ${view} is not there; npm run load makes it with what is new`,
  )
}

/** By their names or, in a survey, by the questions as Refiner names them. */
async function columnsOf(
  source: Source,
  { name, columns }: Relation,
  survey: Survey | undefined,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const columnOf = (word: string) => columns.find((column) => isSame(column, word))
  const isLacking = words.some((word) => columnOf(word) === undefined)
  const byQuestion = survey && isLacking ? await columnsByQuestion(source, survey, signal) : undefined
  return words.map((word) => {
    const found = columnOf(word) ?? columnOf(byQuestion?.get(word) ?? '')
    if (found !== undefined) return found
    throw new PermanentError(`export ${name}: it has no column ${word}; ${suggestion(word, columns)}`)
  })
}

async function columnsByQuestion(source: Source, { formUuid }: Survey, signal: AbortSignal) {
  const columns = ['scope', 'name', 'item', 'column_name']
  const only = { column: 'form_uuid', values: [formUuid] }
  const { rows } = await source.read({ relation: columnNames.name, columns, only }, signal)
  const byQuestion = new Map<string, string>()
  for await (const some of rows) {
    for (const [scope, question, item, column] of some) {
      // Beside it may be columns that are made of it, such as its texts.
      if (scope === 'question' && item === '') byQuestion.set(String(question), String(column))
    }
  }
  return byQuestion
}

function periodOf(relation: Relation, { from, to }: ExportOptions): Choice['period'] {
  if (from === undefined && to === undefined) return undefined
  const column = timeColumnOf(relation)
  return relation.days.includes(column)
    ? { column, by: 'day', from: from?.day, to: to?.day }
    : { column, by: 'time', from: from?.instant, to: to?.instant }
}

function timeColumnOf({ name, columns }: Relation): string {
  const found = TIME_COLUMNS.find((column) => columns.includes(column))
  if (found !== undefined) return found
  throw new PermanentError(
    `export ${name}: it has no time to go by for --from and --to; leave them out, or say it in SQL with --sql`,
  )
}

function statusColumnOf({ name, columns }: Relation): string {
  if (columns.includes(STATUS_COLUMN)) return STATUS_COLUMN
  throw new PermanentError(
    `export ${name}: it has no column status; surveys and responses do, else say it in SQL with --sql`,
  )
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
