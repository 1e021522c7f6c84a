/** Names of survey views and their columns: those that were given are kept, and new ones are given so that none is taken twice. */
import type { DataScope, GivenName, NameScope } from '../../schemas/tables/views.ts'
import { FIXED_COLUMNS } from '../../schemas/views/survey-columns.ts'
import { giveName, type Named, snakeCase } from './column-names.ts'
import type { ColumnType } from './column-types.ts'

const PREFIX = { survey: 'survey', user: 'attribute', account: 'account', question: '' }
const PREFIXES: ReadonlyMap<NameScope, string> = new Map([
  ['survey', PREFIX.survey],
  ['user', PREFIX.user],
  ['account', PREFIX.account],
])

/** Columns that stand beside others. */
export const BESIDES = [
  'question_text',
  'user_text',
  'account_text',
  'question_points',
  'question_category',
  'question_is_latest',
] as const satisfies readonly NameScope[]

export type BesideScope = (typeof BESIDES)[number]

/** At the end of their names. */
const endOf = (scope: BesideScope): string => scope.slice(scope.indexOf('_') + 1)

export interface Names {
  /** The name of a survey's view. @param title what the survey is called */
  ofView(formUuid: string, title: string): string
  of(named: Named & { readonly scope: DataScope }): GivenName
  /** The name of a column beside one that has its name. */
  ofBeside(scope: BesideScope, column: GivenName): string
  /** Whether a name was given for it. */
  isKnown(scope: NameScope, column: Named): boolean
  /** Gives the column a type, to be kept. */
  type(column: GivenName, type: ColumnType): void
  /** In which order its name was given, from 0. */
  rankOf(column: Named): number
  /** All, in the order in which they were given. */
  all(): readonly GivenName[]
  /** Those that are new, or have a new type. */
  changed(): readonly GivenName[]
}

/** Whether an attribute was given its type, which is that of all surveys. */
export const givesAttributeType = (changed: readonly GivenName[]): boolean =>
  changed.some(({ scope, valueType }) => (scope === 'user' || scope === 'account') && valueType !== null)

/** @param given in the order in which they were. @param views names of all other views and tables */
export function createNames(given: readonly GivenName[], views: Iterable<string>, now: string): Names {
  const kept = new Map<string, GivenName>()
  const rank = new Map<string, number>()
  const changed = new Set<string>()
  const taken = { views: new Set(views), attributes: new Set(Object.keys(FIXED_COLUMNS)), questions: new Set<string>() }
  const questionsOf = new Map<string, Set<string>>()
  for (const name of given) keep(name)

  function keep(name: GivenName): GivenName {
    const key = keyOf(name)
    kept.set(key, name)
    if (!rank.has(key)) rank.set(key, rank.size)
    const { scope, formUuid, columnName } = name
    if (scope === 'survey') {
      taken.views.add(columnName)
      // SQL reads a column of the view's own name as the whole row.
      columnsOf(formUuid).add(columnName)
    } else if (isOfQuestion(scope)) {
      taken.questions.add(columnName)
      columnsOf(formUuid).add(columnName)
    } else taken.attributes.add(columnName)
    return name
  }

  function columnsOf(formUuid: string): Set<string> {
    const found = questionsOf.get(formUuid) ?? new Set()
    questionsOf.set(formUuid, found)
    return found
  }

  /** Attributes stand in every survey's view, questions in one. */
  function isTaken({ scope, formUuid }: Named, name: string): boolean {
    // Alone, where nothing of what it stands for is left, it would say nothing.
    if (PREFIXES.get(scope) === name) return true
    if (scope === 'survey') return taken.views.has(name)
    const ofQuestions = isOfQuestion(scope) ? questionsOf.get(formUuid) : taken.questions
    return taken.attributes.has(name) || (ofQuestions?.has(name) ?? false)
  }

  function nameOf({ scope, formUuid, name, item }: Named, base: () => string): GivenName {
    const named = { scope, formUuid, name, item }
    const known = kept.get(keyOf(named))
    if (known !== undefined) return known
    const columnName = giveName(named, base(), (one) => isTaken(named, one))
    changed.add(keyOf(named))
    return keep({ ...named, columnName, givenAt: now, valueType: null, isList: null })
  }

  return {
    ofView: (formUuid, title) =>
      nameOf({ scope: 'survey', formUuid, name: '', item: '' }, () => joined(PREFIX.survey, snakeCase(title)))
        .columnName,
    of: (named) => nameOf(named, () => joined(PREFIX[named.scope], snakeCase(named.name), snakeCase(named.item))),
    ofBeside: (scope, column) => nameOf({ ...column, scope }, () => joined(column.columnName, endOf(scope))).columnName,
    isKnown: (scope, column) => kept.has(keyOf({ ...column, scope })),
    type(column, { valueType, isList }) {
      if (column.valueType === valueType && column.isList === isList) return
      kept.set(keyOf(column), { ...column, valueType, isList })
      changed.add(keyOf(column))
    },
    rankOf: (column) => rank.get(keyOf(column)) ?? rank.size,
    all: () => [...kept.values()],
    changed: () => [...kept].flatMap(([key, name]) => (changed.has(key) ? [name] : [])),
  }
}

const isOfQuestion = (scope: NameScope): boolean => scope.startsWith('question')

export const keyOf = ({ scope, formUuid, name, item }: Named): string => JSON.stringify([scope, formUuid, name, item])

const joined = (...parts: string[]) => parts.filter((part) => part !== '').join('_')
