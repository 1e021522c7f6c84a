/** What a warehouse knows of surveys and attributes, out of the rows of its tables. */
import type { ValueType } from '../../schemas/records.ts'
import type { Cell, Row, Table } from '../../schemas/spec.ts'
import { attributes, forms, questionItems } from '../../schemas/tables/catalog.ts'
import { columnNames, type GivenName, type NameScope } from '../../schemas/tables/views.ts'
import type { Catalog } from './view-plan.ts'

export interface CatalogRows {
  readonly forms: readonly Row[]
  readonly items: readonly Row[]
  readonly attributes: readonly Row[]
  readonly names: readonly Row[]
}

export function catalogOf(rows: CatalogRows): Catalog {
  return {
    forms: rows.forms.map((row) => {
      const { form_uuid, name } = cellsOf(forms, row)
      return { formUuid: text(form_uuid), name: name === null ? null : text(name) }
    }),
    items: rows.items.map((row) => {
      const { form_uuid, question, item, value_type, is_list } = cellsOf(questionItems, row)
      const place = { formUuid: text(form_uuid), name: text(question), item: text(item) }
      return { ...place, valueType: valueType(value_type), isList: is_list === true }
    }),
    attributes: rows.attributes.map((row) => {
      const { scope, name, value_type } = cellsOf(attributes, row)
      return { scope: scope === 'user' ? 'user' : 'account', name: text(name), valueType: valueType(value_type) }
    }),
    names: namesIn(rows.names),
  }
}

/** In the order in which they were given; of two that stand for the same, the one that was given first. */
function namesIn(rows: readonly Row[]): GivenName[] {
  const names = rows.map((row): GivenName => {
    const { scope, form_uuid, name, item, column_name, given_at } = cellsOf(columnNames, row)
    const named = { formUuid: text(form_uuid), name: text(name), item: text(item) }
    return { scope: scopeOf(scope), ...named, columnName: text(column_name), givenAt: text(given_at) }
  })
  const first = new Map<string, GivenName>()
  for (const name of names.toSorted((one, other) => compare(orderOf(one), orderOf(other)))) {
    const key = JSON.stringify([name.scope, name.formUuid, name.name, name.item])
    if (!first.has(key)) first.set(key, name)
  }
  return [...first.values()]
}

const SCOPES: readonly NameScope[] = ['survey', 'question', 'user', 'account']
const TYPES: readonly ValueType[] = ['boolean', 'number', 'timestamp', 'text']

const text = (cell: Cell | undefined): string => String(cell ?? '')
const valueType = (cell: Cell | undefined): ValueType | null => TYPES.find((type) => type === cell) ?? null
const scopeOf = (cell: Cell | undefined): NameScope => SCOPES.find((scope) => scope === cell) ?? 'question'

const orderOf = ({ givenAt, name, item, columnName }: GivenName) => JSON.stringify([givenAt, name, item, columnName])
const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)

function cellsOf(table: Table, row: Row): Readonly<Record<string, Cell>> {
  return Object.fromEntries(Object.keys(table.columns).map((name, at) => [name, row[at] ?? null]))
}
