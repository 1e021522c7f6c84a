/** From what a person says to what is read: names become those of the warehouse, or an error that knows the nearest ones. */
import type { ExportOptions } from '../config/exports.ts'
import type { Relation, Selection, Source, Survey } from '../destinations/source.ts'
import { PermanentError } from '../errors.ts'
import { suggestion } from '../nearest.ts'
import { chooseSurvey } from './survey.ts'

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

type What = Pick<ExportOptions, 'survey' | 'table' | 'view' | 'sql'>

export interface Chosen {
  /** For a file's name: that of the table or view, or `query`. */
  readonly name: string
  readonly selection: Selection
}

/** @throws PermanentError for names that are not there, what the source throws, and the signal's reason */
export async function choose(source: Source, options: ExportOptions, signal: AbortSignal): Promise<Chosen> {
  if (options.sql !== undefined) return { name: 'query', selection: { sql: options.sql } }
  const relations = await source.relations(signal)
  const surveys = options.survey === undefined ? [] : await source.surveys(signal)
  const relation = relationOf(relations, surveys, options)
  const columns = options.columns?.map((column) => columnOf(relation, column)) ?? relation.columns
  const isLimited = options.from !== undefined || options.to !== undefined
  return {
    name: relation.name,
    selection: {
      relation: relation.name,
      columns,
      ...(isLimited && { period: { column: timeColumnOf(relation), from: options.from, to: options.to } }),
      ...(options.status && { only: { column: statusColumnOf(relation), values: options.status } }),
    },
  }
}

function relationOf(relations: readonly Relation[], surveys: readonly Survey[], what: What): Relation {
  if (what.survey !== undefined) return viewOf(what.survey, surveys, relations)
  const word = what.table ?? what.view ?? ''
  const found = relations.find(({ name }) => isSame(name, word))
  if (found !== undefined) return found
  const names = relations.map(({ name }) => name)
  throw new PermanentError(`export ${word}: there is no such table or view; ${suggestion(word, names)}`)
}

function viewOf(word: string, surveys: readonly Survey[], relations: readonly Relation[]): Relation {
  const survey = chooseSurvey(surveys, word, 'export')
  const view = relations.find(({ name }) => name === survey.view)
  if (view !== undefined) return view
  throw new PermanentError(
    `export ${word}: its view ${survey.view} is not there; npm run load makes it with what is new`,
  )
}

function columnOf({ name, columns }: Relation, word: string): string {
  const found = columns.find((column) => isSame(column, word))
  if (found !== undefined) return found
  throw new PermanentError(`export ${name}: it has no column ${word}; ${suggestion(word, columns)}`)
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
