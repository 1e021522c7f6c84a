/**
 * Which views a warehouse should have, by what it knows of surveys and attributes, and which names and types are still to be given. Pure,
 * so that each destination reads its catalog, keeps what is given, and makes what differs.
 */
import { columnNames, type GivenName } from '../../schemas/tables/views.ts'
import { tables } from '../../schemas/tables.ts'
import type { Dialect } from '../../schemas/views/dialect.ts'
import { fittingAttributes, groupable } from '../../schemas/views/groups.ts'
import type { ModelOptions, View } from '../../schemas/views/spec.ts'
import { surveyView } from '../../schemas/views/survey.ts'
import type { SurveyColumn } from '../../schemas/views/survey-columns.ts'
import { longestModel, modelViews } from '../../schemas/views.ts'
import { type Catalog, type CatalogItem, questionKey } from './catalog.ts'
import {
  attributeText,
  type CountsByColumn,
  countsOf,
  createChoices,
  createScored,
  everIn,
  questionText,
  scoreNames,
  type Typed,
  typed,
} from './column-plan.ts'
import { areAllKinds, type Counts } from './column-types.ts'
import { createNames, keyOf, type Names } from './given-names.ts'
import type { Open, OpenAttribute, OpenItem, Surveys } from './novelty.ts'

export interface ViewPlan {
  /** All names, with their types, to keep before the views are made. */
  readonly names: readonly GivenName[]
  /** Of them those that are new, or have another type than before. */
  readonly changed: readonly GivenName[]
  /** Each after those that it is made from. */
  readonly views: readonly View[]
  /** Names of those that are views of surveys. */
  readonly surveys: ReadonlySet<string>
  readonly open: Open
}

export interface ViewSettings {
  readonly models: ModelOptions
  /** Whose views are asked for, beside the models. */
  readonly surveys: Surveys
  readonly sql: Dialect
  /** UTC, as timestamps are in rows. */
  readonly now: string
}

/** A question of a form, or an attribute, with its name and its type. */
interface Named<Source> extends Typed {
  readonly source: Source
  readonly column: GivenName
  readonly counts: Counts | undefined
  /** In which order its name was given. */
  readonly rank: number
}

type FormAttribute = Catalog['formAttributes'][number]

interface Form {
  readonly formUuid: string
  readonly formName: string | null
  readonly viewName: string
  readonly questions: readonly Named<CatalogItem>[]
  readonly attributes: readonly (readonly [FormAttribute, Named<FormAttribute>])[]
}

/** @param counts of the columns that have no type yet */
export function planViews(catalog: Catalog, counts: CountsByColumn, settings: ViewSettings): ViewPlan {
  const { models: options, sql, now } = settings
  const models = modelViews({
    ...options,
    attributes: fittingAttributes(byAge(catalog, options), sql, longestModel(options, sql)),
  })
  const others = [...tables, columnNames, ...models].map(({ name }) => name)
  const names = createNames(catalog.names, others, now)
  // Names of their own come first: no column beside another takes one away.
  const forms = nameForms(catalog, counts, names, settings)
  const columnsOf = createColumns(catalog, names, options)
  const surveys = forms.map((form) => surveyView({ ...form, columns: columnsOf(form) }, sql))
  return {
    names: names.all(),
    changed: names.changed(),
    views: [...models, ...surveys],
    surveys: new Set(surveys.map(({ name }) => name)),
    open: openIn(forms),
  }
}

function nameForms(
  catalog: Catalog,
  counts: CountsByColumn,
  names: Names,
  { models: options, surveys: asked }: ViewSettings,
): Form[] {
  const choiceOf = createChoices(options)
  const isAsked = ({ formUuid }: { readonly formUuid: string }) => asked === 'all' || asked.has(formUuid)
  const attributesOf = Map.groupBy(catalog.formAttributes.filter(isAsked), ({ formUuid }) => formUuid)
  const attributes = new Map<string, Named<FormAttribute>>()
  for (const source of sorted([...attributesOf.values()].flat(), ({ scope, name }) => [scope, name])) {
    const key = attributeKey(source)
    if (attributes.has(key)) continue
    const column = names.of({ scope: source.scope, formUuid: '', name: source.name, item: '' })
    const found = countsOf(counts, column)
    const ever = { valueType: null, isList: false }
    attributes.set(key, named(source, column, found, typed(column, choiceOf('', column.columnName), found, ever)))
  }
  const itemsOf = Map.groupBy(
    catalog.items.filter((item) => isAsked(item) && !catalog.context.has(questionKey(item.formUuid, item.name))),
    ({ formUuid }) => formUuid,
  )

  function named<T>(source: T, column: GivenName, found: Counts | undefined, type: Typed): Named<T> {
    if (!type.isOpen) names.type(column, type.type)
    return { ...type, source, column, counts: found, rank: names.rankOf(column) }
  }

  return sorted(catalog.forms.filter(isAsked), ({ formUuid }) => [formUuid]).map(({ formUuid, name }) => {
    const viewName = names.ofView(formUuid, name ?? '')
    const items = sorted(itemsOf.get(formUuid) ?? [], (item) => [item.name, item.item])
    return {
      formUuid,
      formName: name,
      viewName,
      questions: items.map((item) => {
        const column = names.of({ scope: 'question', formUuid, name: item.name, item: item.item })
        const found = countsOf(counts, column)
        return named(item, column, found, typed(column, choiceOf(viewName, column.columnName), found, item))
      }),
      attributes: (attributesOf.get(formUuid) ?? []).flatMap((one) => {
        const attribute = attributes.get(attributeKey(one))
        return attribute === undefined ? [] : [[one, attribute] as const]
      }),
    }
  })
}

const attributeKey = ({ scope, name }: Pick<FormAttribute, 'scope' | 'name'>) => `${scope} ${name}`

/** Questions in the survey's order, then attributes of the user, then of the account, in the order in which they got their names. */
function createColumns(catalog: Catalog, names: Names, options: ModelOptions): (form: Form) => SurveyColumn[] {
  const scoredBy = createScored(options)
  const questions = new Map(catalog.questions.map((each) => [questionKey(each.formUuid, each.name), each]))
  return ({ formUuid, questions: items, attributes }) => {
    const ranks = new Map<string, number>()
    for (const { source, rank } of items) ranks.set(source.name, Math.min(rank, ranks.get(source.name) ?? rank))
    const placed = items.map((item) => {
      const question = questions.get(questionKey(formUuid, item.source.name))
      return { ...item, question, rankOfQuestion: ranks.get(item.source.name) ?? 0 }
    })
    const ofQuestions = placed.toSorted(
      (one, other) =>
        byPlace(one.question?.position, other.question?.position, one.source.name, other.source.name) ||
        one.rankOfQuestion - other.rankOfQuestion ||
        byPlace(one.source.position, other.source.position, one.source.item, other.source.item) ||
        one.rank - other.rank,
    )
    const ofAttributes = attributes.toSorted(
      ([one, { rank }], [other, { rank: others }]) => compare(other.scope, one.scope) || rank - others,
    )
    return [
      ...ofQuestions.map(({ source, column, type, counts, question }): SurveyColumn => {
        const ever = everIn(source, counts)
        const scored = scoredBy(source.name, question?.questionType ?? null)
        return {
          ...type,
          scope: 'question',
          name: source.name,
          item: source.item,
          columnName: column.columnName,
          maySeveral: ever.maySeveral,
          textName: questionText(names, column, type, ever),
          scoreNames: scoreNames(names, column, scored, type, counts),
        }
      }),
      ...ofAttributes.map(([here, { column, type, counts }]): SurveyColumn => {
        return {
          ...type,
          scope: here.scope,
          name: here.name,
          item: '',
          columnName: column.columnName,
          maySeveral: false,
          textName: attributeText(names, column, type, here.kinds, counts),
          scoreNames: undefined,
        }
      }),
    ]
  }
}

/** Those whose place is known come first, by place and then by name; 0: none is known of either. */
function byPlace(
  one: number | null | undefined,
  other: number | null | undefined,
  name: string,
  others: string,
): number {
  if (typeof one !== 'number') return typeof other === 'number' ? 1 : 0
  return typeof other === 'number' ? one - other || compare(name, others) : -1
}

function openIn(forms: readonly Form[]): Open {
  const items: OpenItem[] = []
  const attributes = new Map<string, OpenAttribute>()
  for (const { formUuid, questions, attributes: ofForm } of forms) {
    for (const { isOpen, source, counts } of questions) {
      const answers = counts === undefined ? 0 : counts.answers + counts.none
      const isMixed = source.isList || (source.kinds & (source.kinds - 1)) !== 0 || !areAllKinds(source.kinds, source)
      if (isOpen) items.push({ formUuid, name: source.name, item: source.item, answers, isMixed })
    }
    for (const [, { isOpen, source, counts }] of ofForm) {
      const { scope, name } = source
      if (isOpen) attributes.set(attributeKey(source), { scope, name, answers: counts?.answers ?? 0 })
    }
  }
  return { items, attributes: [...attributes.values()] }
}

/** Attributes by their scope, those first whose names were given first; so that none that had room loses it to a new one. */
function byAge({ attributes, items, names, context }: Catalog, options: ModelOptions) {
  const age = new Map(names.map((name, at) => [keyOf(name), at]))
  const old = ({ scope, name }: Catalog['attributes'][number]) =>
    age.get(keyOf({ scope, formUuid: '', name, item: '' })) ?? names.length
  const ofScope = (scope: 'user' | 'account') =>
    sorted(
      attributes.filter((attribute) => attribute.scope === scope),
      ({ name }) => [name],
    ).toSorted((one, other) => old(one) - old(other))
  const questions = items.filter((item) => !context.has(questionKey(item.formUuid, item.name)))
  return groupable(
    [...ofScope('user'), ...ofScope('account')],
    questions.map(({ name }) => name),
    options,
  )
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

function sorted<T>(values: readonly T[], keys: (value: T) => readonly string[]): T[] {
  return values
    .map((value) => [JSON.stringify(keys(value)), value] as const)
    .toSorted(([one], [other]) => compare(one, other))
    .map(([, value]) => value)
}
