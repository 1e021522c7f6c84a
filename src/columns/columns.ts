/** Which types the columns of survey views have, how well they fit today's answers, and what a person could change. */
import type { ValueType } from '../../schemas/records.ts'
import type { GivenName } from '../../schemas/tables/views.ts'
import type { ColumnChoice, ModelOptions } from '../../schemas/views/spec.ts'
import { type Catalog, questionKey } from '../destinations/catalog.ts'
import { type CountsByColumn, createChoices, typed } from '../destinations/column-plan.ts'
import { type Counts, choiceOfType, fittingIn, typeBy } from '../destinations/column-types.ts'
import { keyOf } from '../destinations/given-names.ts'
import type { Surveys } from '../destinations/novelty.ts'

export interface ColumnReport {
  /** null for an attribute, which has one type in all views. */
  readonly view: string | null
  readonly column: string
  /** The question, with the place inside its answer, or the attribute, as Refiner names it. */
  readonly of: string
  readonly type: ColumnChoice
  /** `open`: it may still change by itself. `given`: it stays. `setting`: COLUMN_TYPES says it. */
  readonly state: 'open' | 'given' | 'setting'
  /** Answers that there are now, empty lists not counted. */
  readonly answers: number
  readonly fit: number
  readonly misfit: number
  /** What to set for the type that today's answers would give; null: they would give the same. */
  readonly change: string | null
}

export interface ColumnReports {
  readonly columns: readonly ColumnReport[]
  /** What COLUMN_TYPES names and no view has. */
  readonly unknown: readonly string[]
}

interface Ever {
  readonly valueType: ValueType | null
  readonly isList: boolean
}

/** @param counts of all columns */
export function columnReports(
  catalog: Catalog,
  counts: CountsByColumn,
  options: ModelOptions,
  surveys: Surveys,
): ColumnReports {
  const choiceOf = createChoices(options)
  const isAsked = (formUuid: string) => surveys === 'all' || surveys.has(formUuid)
  const views = new Map(
    catalog.names.flatMap(({ scope, formUuid, columnName }) => (scope === 'survey' ? [[formUuid, columnName]] : [])),
  )
  const items = new Map(catalog.items.map((item) => [keyOf({ ...item, scope: 'question' }), item]))
  const asked = new Set(catalog.formAttributes.flatMap((one) => (isAsked(one.formUuid) ? [attributeKey(one)] : [])))
  const isColumn = (name: GivenName) => {
    if (name.scope === 'question')
      return (
        isAsked(name.formUuid) && !catalog.context.has(questionKey(name.formUuid, name.name)) && items.has(keyOf(name))
      )
    return (name.scope === 'user' || name.scope === 'account') && asked.has(attributeKey(name))
  }
  const columns = catalog.names.filter(isColumn).map((name) => {
    const view = name.scope === 'question' ? (views.get(name.formUuid) ?? '') : ''
    const ever = items.get(keyOf(name)) ?? { valueType: null, isList: false }
    return reportOf(name, view, choiceOf(view, name.columnName), counts.get(keyOf(name)), ever)
  })
  const known = new Set(catalog.names.filter(({ scope }) => scope !== 'survey').map((name) => settingOf(name, views)))
  const unknown = Object.keys(options.columnTypes).filter((column) => !known.has(column.toLowerCase()))
  return { columns: columns.toSorted(byPlace), unknown }
}

const attributeKey = ({ scope, name }: { readonly scope: string; readonly name: string }) => `${scope} ${name}`

/** As COLUMN_TYPES names a column. */
function settingOf({ scope, formUuid, columnName }: GivenName, views: ReadonlyMap<string, string>): string {
  return scope === 'question' ? `${views.get(formUuid)}.${columnName}` : columnName
}

function reportOf(
  name: GivenName,
  view: string,
  choice: ColumnChoice | undefined,
  counts: Counts | undefined,
  ever: Ever,
): ColumnReport {
  const { type, isOpen } = typed(name, choice, counts, ever)
  const [is, would] = [choiceOfType(type), choiceOfType(typeBy(counts, ever))]
  const answers = counts?.answers ?? 0
  const fit = counts === undefined ? 0 : fittingIn(type, counts)
  const column = view === '' ? name.columnName : `${view}.${name.columnName}`
  return {
    view: view === '' ? null : view,
    column: name.columnName,
    of: name.item === '' ? name.name : `${name.name}, item ${name.item}`,
    type: is,
    state: choice !== undefined ? 'setting' : isOpen ? 'open' : 'given',
    answers,
    fit,
    misfit: answers - fit,
    change: is === would || answers === 0 ? null : `COLUMN_TYPES=${column}=${would}`,
  }
}

/** Surveys by their views, attributes at last; in each the order in which names were given stays. */
function byPlace(one: ColumnReport, other: ColumnReport): number {
  if (one.view === other.view) return 0
  if (one.view === null || other.view === null) return one.view === null ? 1 : -1
  return one.view < other.view ? -1 : 1
}
