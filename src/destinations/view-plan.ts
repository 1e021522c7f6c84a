/**
 * Which views a warehouse should have, by what it knows of surveys and attributes, and which names are still to be given. Pure, so that
 * each destination reads its catalog, keeps the new names, and makes what differs.
 */
import type { ValueType } from '../../schemas/records.ts'
import { columnNames, type GivenName } from '../../schemas/tables/views.ts'
import { tables } from '../../schemas/tables.ts'
import type { Dialect } from '../../schemas/views/dialect.ts'
import { fittingAttributes, groupable } from '../../schemas/views/groups.ts'
import type { ModelOptions, View } from '../../schemas/views/spec.ts'
import { FIXED_COLUMNS, type SurveyColumn, surveyView } from '../../schemas/views/survey.ts'
import { longestModel, modelViews } from '../../schemas/views.ts'
import { giveName, type Named, snakeCase } from './column-names.ts'
import type { Surveys } from './novelty.ts'

/** What the warehouse holds in `forms`, `question_items`, `attributes` and `column_names`. */
export interface Catalog {
  readonly forms: readonly { readonly formUuid: string; readonly name: string | null }[]
  readonly items: readonly (Described & {
    readonly formUuid: string
    readonly item: string
    readonly isList: boolean
  })[]
  readonly attributes: readonly (Described & { readonly scope: 'user' | 'account' })[]
  /** In the order in which they were given. */
  readonly names: readonly GivenName[]
}

interface Described {
  readonly name: string
  readonly valueType: ValueType | null
}

export interface ViewPlan {
  /** Names to keep before the views are made. */
  readonly newNames: readonly GivenName[]
  /** Each after those that it is made from. */
  readonly views: readonly View[]
}

const PREFIX = { survey: 'survey', user: 'attribute', account: 'account', question: '' }

export interface ViewSettings {
  readonly models: ModelOptions
  /** Whose views are asked for, beside the models. */
  readonly surveys: Surveys
  readonly sql: Dialect
  /** UTC, as timestamps are in rows. */
  readonly now: string
}

export function planViews(catalog: Catalog, { models: options, surveys: asked, sql, now }: ViewSettings): ViewPlan {
  const attributesOfGroups = fittingAttributes(byAge(catalog, options), sql, longestModel(options, sql))
  const models = modelViews({ ...options, attributes: attributesOfGroups })
  const names = createNames(catalog, models, now)
  const attributes = sorted(catalog.attributes, ({ scope, name }) => [scope, name]).map((attribute): SurveyColumn => {
    return { ...attribute, item: '', isList: false, columnName: names.of(attributeOf(attribute)) }
  })
  const itemsOf = Map.groupBy(
    sorted(catalog.items, ({ name, item }) => [name, item]),
    ({ formUuid }) => formUuid,
  )
  const forms = catalog.forms.filter(({ formUuid }) => asked === 'all' || asked.has(formUuid))
  const surveys = sorted(forms, ({ formUuid }) => [formUuid]).map(({ formUuid, name }) => {
    const answers = (itemsOf.get(formUuid) ?? []).map((item): SurveyColumn => {
      const named = { scope: 'question', formUuid, name: item.name, item: item.item } as const
      return { ...item, scope: 'question', columnName: names.of(named) }
    })
    const viewName = names.of({ scope: 'survey', formUuid, name: '', item: '' }, name ?? '')
    const columns = [...answers, ...attributes].toSorted((one, other) => names.compare(formUuid, one, other))
    return surveyView({ viewName, formUuid, formName: name, columns }, sql)
  })
  return { newNames: names.given, views: [...models, ...surveys] }
}

const attributeOf = ({ scope, name }: Catalog['attributes'][number]): Named => ({ scope, formUuid: '', name, item: '' })

/** Attributes by their scope, those first whose names were given first; so that none that had room loses it to a new one. */
function byAge({ attributes, items, names }: Catalog, options: ModelOptions) {
  const age = new Map(names.map((name, at) => [keyOf(name), at]))
  const old = (attribute: Catalog['attributes'][number]) => age.get(keyOf(attributeOf(attribute))) ?? names.length
  const ofScope = (scope: 'user' | 'account') =>
    sorted(
      attributes.filter((attribute) => attribute.scope === scope),
      ({ name }) => [name],
    )
      .toSorted((one, other) => old(one) - old(other))
      .map(({ name }) => name)
  const all = (['user', 'account'] as const).flatMap((scope) => ofScope(scope).map((name) => ({ scope, name })))
  return groupable(
    all,
    items.map(({ name }) => name),
    options,
  )
}

function createNames(catalog: Catalog, models: readonly View[], now: string) {
  const given: GivenName[] = []
  const kept = new Map(catalog.names.map((name) => [keyOf(name), name.columnName]))
  const rank = new Map(catalog.names.map((name, at) => [placeOf(name), at]))
  const views = new Set([...tables, columnNames, ...models].map(({ name }) => name))
  const attributes = new Set(Object.keys(FIXED_COLUMNS))
  const questions = new Set<string>()
  const questionsOf = new Map<string, Set<string>>()
  for (const name of catalog.names) take(name)

  function take({ scope, formUuid, columnName }: Pick<GivenName, 'scope' | 'formUuid' | 'columnName'>): void {
    if (scope === 'survey') views.add(columnName)
    else if (scope === 'question') {
      questions.add(columnName)
      questionsOf.set(formUuid, (questionsOf.get(formUuid) ?? new Set()).add(columnName))
    } else attributes.add(columnName)
  }

  /** Attributes stand in every survey's view, questions in one. */
  function isTaken({ scope, formUuid }: Named, name: string): boolean {
    // Alone, where nothing of what it stands for is left, it would say nothing.
    if (name === PREFIX[scope]) return true
    if (scope === 'survey') return views.has(name)
    const ofQuestions = scope === 'question' ? questionsOf.get(formUuid) : questions
    return attributes.has(name) || (ofQuestions?.has(name) ?? false)
  }

  return {
    given,
    /** The name that was given, or gives one. @param title what the survey is called */
    of(named: Named, title = ''): string {
      const known = kept.get(keyOf(named))
      if (known !== undefined) return known
      const columnName = giveName(named, baseOf(named, title), (name) => isTaken(named, name))
      take({ ...named, columnName })
      kept.set(keyOf(named), columnName)
      rank.set(placeOf({ ...named, columnName }), rank.size)
      given.push({ ...named, columnName, givenAt: now })
      return columnName
    },
    /** Questions first, then attributes of the user, then of the account; each in the order in which they got their names. */
    compare(formUuid: string, one: SurveyColumn, other: SurveyColumn): number {
      const scopes = ['question', 'user', 'account']
      const byScope = scopes.indexOf(one.scope) - scopes.indexOf(other.scope)
      const rankOf = (column: SurveyColumn) => rank.get(placeOf({ ...column, formUuid })) ?? 0
      return byScope || rankOf(one) - rankOf(other)
    },
  }
}

/** Two surveys may have columns of one name. */
const placeOf = ({ scope, formUuid, columnName }: Omit<GivenName, 'name' | 'item' | 'givenAt'>) =>
  JSON.stringify([scope, scope === 'question' ? formUuid : '', columnName])

const keyOf = ({ scope, formUuid, name, item }: Named) => JSON.stringify([scope, formUuid, name, item])

function baseOf({ scope, name, item }: Named, title: string): string {
  return joined(PREFIX[scope], snakeCase(scope === 'survey' ? title : name), snakeCase(item))
}

const joined = (...parts: string[]) => parts.filter((part) => part !== '').join('_')

function sorted<T>(values: readonly T[], keys: (value: T) => readonly string[]): T[] {
  return values.toSorted((one, other) => {
    const [a, b] = [JSON.stringify(keys(one)), JSON.stringify(keys(other))]
    return a < b ? -1 : a > b ? 1 : 0
  })
}
