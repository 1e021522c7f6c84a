/** What a warehouse knows of surveys and attributes, out of the rows of its tables. */
import { KINDS } from '../../schemas/catalog-records.ts'
import type { ValueType } from '../../schemas/records.ts'
import type { Cell, Row, Table } from '../../schemas/spec.ts'
import { attributes, formAttributes, forms, questionItems, questions } from '../../schemas/tables/catalog.ts'
import { columnNames, type GivenName, type NameScope } from '../../schemas/tables/views.ts'
import { type Cells, cellsIn } from './cells.ts'
import { type Ever, SEVERAL } from './column-types.ts'
import { BESIDES, keyOf } from './given-names.ts'

/** The tables that are read for it. */
export const CATALOG_TABLES = [forms, questions, questionItems, attributes, formAttributes, columnNames] as const

export interface Catalog {
  readonly forms: readonly { readonly formUuid: string; readonly name: string | null; readonly version: string }[]
  readonly questions: readonly CatalogQuestion[]
  readonly items: readonly CatalogItem[]
  readonly attributes: readonly (CatalogAttribute & { readonly valueType: ValueType | null })[]
  readonly formAttributes: readonly (CatalogAttribute & { readonly formUuid: string; readonly kinds: number })[]
  /** In the order in which they were given. */
  readonly names: readonly GivenName[]
  /** Questions that are context, by `questionKey`. */
  readonly context: ReadonlySet<string>
}

export interface CatalogQuestion {
  readonly formUuid: string
  readonly name: string
  /** null where it is not known. */
  readonly questionType: string | null
  readonly position: number | null
  /** Among the keys of answers, by which `position` is where Refiner tells none. */
  readonly bodyPosition: number | null
  readonly isSeenBeforeAnswer: boolean
}

export interface CatalogItem extends Ever {
  readonly formUuid: string
  readonly name: string
  readonly item: string
  /** All that was ever seen, as the sum of KINDS and SEVERAL; of rows of an older version a part of it. */
  readonly kinds: number
  readonly position: number | null
}

interface CatalogAttribute {
  readonly scope: 'user' | 'account'
  readonly name: string
}

export interface CatalogRows {
  /** By the name of the table. */
  readonly tables: Readonly<Record<string, readonly Row[] | undefined>>
  /** Questions that are context. */
  readonly context: readonly (readonly [formUuid: string, question: string])[]
}

export const questionKey = (formUuid: string, question: string): string => JSON.stringify([formUuid, question])

export function catalogOf({ tables, context }: CatalogRows): Catalog {
  const rowsOf = (table: Table) => (tables[table.name] ?? []).map(cellsIn(table))
  return {
    forms: rowsOf(forms).map((row) => {
      const name = row('name')
      return {
        formUuid: text(row('form_uuid')),
        name: name === null ? null : text(name),
        version: text(row('row_version')),
      }
    }),
    questions: rowsOf(questions).map((row) => {
      const type = row('question_type')
      return {
        formUuid: text(row('form_uuid')),
        name: text(row('question')),
        questionType: type === null ? null : text(type),
        position: integer(row('position')) ?? integer(row('body_position')),
        bodyPosition: integer(row('body_position')),
        isSeenBeforeAnswer: row('seen_before_answer') === true,
      }
    }),
    items: rowsOf(questionItems).map((row) => ({
      formUuid: text(row('form_uuid')),
      name: text(row('question')),
      item: text(row('item')),
      valueType: valueType(row('value_type')),
      isList: row('is_list') === true,
      kinds: kindsIn(row) + (row('seen_several') === true ? SEVERAL : 0),
      position: integer(row('body_position')),
    })),
    attributes: rowsOf(attributes).map((row) => ({ ...attribute(row), valueType: valueType(row('value_type')) })),
    formAttributes: rowsOf(formAttributes).map((row) => ({
      ...attribute(row),
      formUuid: text(row('form_uuid')),
      kinds: kindsIn(row),
    })),
    names: namesIn(rowsOf(columnNames)),
    context: new Set(context.map(([formUuid, question]) => questionKey(formUuid, question))),
  }
}

/** In the order in which they were given; of two that stand for the same, the one that was given first. */
function namesIn(rows: readonly Cells[]): GivenName[] {
  const names = rows.map((row): GivenName => {
    const named = { formUuid: text(row('form_uuid')), name: text(row('name')), item: text(row('item')) }
    const type = valueType(row('value_type'))
    return {
      scope: scopeOf(row('scope')),
      ...named,
      columnName: text(row('column_name')),
      givenAt: text(row('given_at')),
      valueType: type,
      isList: type === null ? null : row('is_list') === true,
    }
  })
  const first = new Map<string, GivenName>()
  for (const name of names.toSorted((one, other) => compare(orderOf(one), orderOf(other)))) {
    const key = keyOf(name)
    if (!first.has(key)) first.set(key, name)
  }
  return [...first.values()]
}

const SCOPES = ['survey', 'question', 'user', 'account'] as const
const ALL_SCOPES: readonly NameScope[] = [...SCOPES, ...BESIDES]
const TYPES: readonly ValueType[] = ['boolean', 'number', 'date', 'timestamp', 'text']

const text = (cell: Cell): string => String(cell ?? '')
const integer = (cell: Cell): number | null => (cell === null ? null : Number(cell))
const valueType = (cell: Cell): ValueType | null => TYPES.find((type) => type === cell) ?? null
const scopeOf = (cell: Cell): NameScope => ALL_SCOPES.find((scope) => scope === cell) ?? 'question'

const attribute = (row: Cells): CatalogAttribute => ({
  scope: row('scope') === 'user' ? 'user' : 'account',
  name: text(row('name')),
})

function kindsIn(row: Cells): number {
  let kinds = 0
  for (const kind of TYPES) if (row(`seen_${kind}`) === true) kinds += KINDS[kind]
  return kinds
}

const orderOf = ({ givenAt, scope, name, item, columnName }: GivenName) =>
  JSON.stringify([givenAt, name, item, SCOPES.some((one) => one === scope) ? '' : scope, columnName])
const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
