/** What stands in a column: its type, given, kept or still open, and the columns that it needs beside it. */
import type { GivenName } from '../../schemas/tables/views.ts'
import type { ColumnChoice, ModelOptions } from '../../schemas/views/spec.ts'
import type { ScoreNames } from '../../schemas/views/survey-columns.ts'
import { wordIn } from '../../schemas/views/words.ts'
import type { CatalogItem } from './catalog.ts'
import {
  areAllKinds,
  type ColumnType,
  type Counts,
  type Ever,
  hasMisfits,
  isEnough,
  kindsIn,
  SEVERAL,
  typeBy,
  typeOfChoice,
} from './column-types.ts'
import { keyOf, type Names } from './given-names.ts'

/** By `keyOf` of the column. Columns whose type was given need none. */
export type CountsByColumn = ReadonlyMap<string, Counts>

/** What the settings choose for a column; undefined: nothing. @param view '' for an attribute, which has one type in all views */
export function createChoices({ columnTypes }: Pick<ModelOptions, 'columnTypes'>) {
  const choices = new Map(Object.entries(columnTypes).map(([column, choice]) => [column.toLowerCase(), choice]))
  return (view: string, columnName: string): ColumnChoice | undefined => {
    const choice = choices.get(view === '' ? columnName : `${view}.${columnName}`)
    // An attribute that is a list is the text of it.
    return view === '' && choice === 'list' ? 'text' : choice
  }
}

/** The type that was given to a column; null: none yet. */
export const givenType = ({ valueType, isList }: GivenName): ColumnType | null =>
  valueType === null ? null : { valueType, isList: isList === true }

export interface Typed {
  readonly type: ColumnType
  /** Whether it may still change by itself. */
  readonly isOpen: boolean
}

/** The type that the settings choose, else the one that was given, else the one by today's answers. */
export function typed(
  column: GivenName,
  choice: ColumnChoice | undefined,
  counts: Counts | undefined,
  ever: Ever,
): Typed {
  if (choice !== undefined) return { type: typeOfChoice(choice), isOpen: false }
  const given = givenType(column)
  if (given !== null) return { type: given, isOpen: false }
  return { type: typeBy(counts, ever), isOpen: counts === undefined || !isEnough(counts) }
}

/** All kinds of values that the question ever had, and whether it may have had others, which an older version did not note. */
export function everIn(item: CatalogItem, counts: Counts | undefined) {
  const kinds = item.kinds | (counts === undefined ? 0 : kindsIn(counts))
  const isCertain = areAllKinds(item.kinds, item)
  return { kinds, isCertain, maySeveral: item.isList || !isCertain || (kinds & SEVERAL) !== 0 }
}

/** The name of the text column beside a question's, where anything ever sent does not fit. Once there, it stays while that is not certain. */
export function questionText(names: Names, column: GivenName, type: ColumnType, ever: ReturnType<typeof everIn>) {
  const isKept = !ever.isCertain && !type.isList && names.isKnown('question_text', column)
  return hasMisfits(type, ever.kinds) || isKept ? names.ofBeside('question_text', column) : undefined
}

/** The same of an attribute. @param kinds of what the form's respondents had; 0 where it is not known */
export function attributeText(
  names: Names,
  column: GivenName,
  type: ColumnType,
  kinds: number,
  counts: Counts | undefined,
): string | undefined {
  const scope = column.scope === 'user' ? 'user_text' : 'account_text'
  const isNeeded =
    kinds === 0 && counts === undefined
      ? names.isKnown(scope, column)
      : hasMisfits(type, kinds === 0 && counts !== undefined ? kindsIn(counts) : kinds)
  return isNeeded ? names.ofBeside(scope, column) : undefined
}

const METRICS = ['nps', 'csat', 'ces'] as const

/** Whether a question is a score by the settings, by Refiner's type, or by its name. */
export function createScored({ questions }: Pick<ModelOptions, 'questions'>) {
  const words = METRICS.map((metric) => ({ metric, word: new RegExp(wordIn(metric)) }))
  const named = new Set(METRICS.flatMap((metric) => (questions[metric] ?? []).map(({ question }) => question)))
  return (question: string, questionType: string | null): 'setting' | 'name' | undefined => {
    if (named.has(question)) return 'setting'
    const looksLike = words.some(
      ({ metric, word }) => questions[metric] === undefined && (questionType === metric || word.test(question)),
    )
    return looksLike ? 'name' : undefined
  }
}

/** The names of the columns beside a score: of one by its name, where it is a number, or its answers say numbers and what they mean, also as lists of one. */
export function scoreNames(
  names: Names,
  column: GivenName,
  source: 'setting' | 'name' | undefined,
  { isList, valueType }: ColumnType,
  counts: Counts | undefined,
): ScoreNames | undefined {
  if (source === undefined) return undefined
  const saysNumbers = counts !== undefined && counts.scores > 0 && 2 * counts.scores >= counts.answers
  const isScored = source === 'setting' || (!isList && valueType === 'number') || saysNumbers
  // While its type is open, a list has them by today's answers alone.
  const mayKeep = !isList || counts === undefined
  if (!isScored && !(mayKeep && names.isKnown('question_points', column))) return undefined
  return {
    points: names.ofBeside('question_points', column),
    category: names.ofBeside('question_category', column),
    isLatest: names.ofBeside('question_is_latest', column),
  }
}

export const countsOf = (counts: CountsByColumn, column: GivenName): Counts | undefined => counts.get(keyOf(column))
