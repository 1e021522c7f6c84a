/** Rows and batches made by hand, and tables as the tests compare them. */
import type { Cell, Column, ColumnType, Row, Table } from '../../schemas/spec.ts'
import { loads } from '../../schemas/tables/log.ts'
import { tables } from '../../schemas/tables.ts'
import { keyOf } from '../../src/destinations/merge.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { readJson } from './json.ts'

/** The state of a warehouse: rows by table, sorted by key. */
export type Tables = Readonly<Record<string, readonly Row[]>>

const BLANK: Readonly<Record<ColumnType, Cell>> = {
  text: '',
  integer: 0,
  number: 0,
  boolean: false,
  timestamp: '2024-01-01T00:00:00.000000Z',
  date: '2024-01-01',
  json: '{}',
}

/** A row with these cells; required cells that are not given are blank, others null. */
export function row(table: Table, cells: Readonly<Record<string, Cell>>): Row {
  for (const name of Object.keys(cells)) {
    if (!(name in table.columns)) throw new Error(`make a row of ${table.name}: it has no column ${name}`)
  }
  return Object.entries<Column<never>>(table.columns).map(([name, { type, required }]) => {
    const given = cells[name]
    return given === undefined ? (required ? BLANK[type] : null) : given
  })
}

/** A batch with rows in these tables. */
export function batchOf(id: string, rows: Partial<RowBatch['rows']>): RowBatch {
  return { id, follows: null, firstSeq: 1, lastSeq: 2, events: 2, rows: { ...noRows, ...rows } }
}

const noRows: RowBatch['rows'] = {
  responses: [],
  response_answers: [],
  response_none_chosen: [],
  response_context: [],
  response_tags: [],
  respondents: [],
  respondent_segments: [],
  users: [],
  user_attributes: [],
  user_segments: [],
  accounts: [],
  account_attributes: [],
  forms: [],
  questions: [],
  question_items: [],
  attributes: [],
  form_attributes: [],
  segments: [],
  tags: [],
  names: [],
  webhook_events: [],
  rejected_values: [],
}

/** Every table of the model, its rows sorted by key; tables that are not given are empty. */
export function sorted(rows: Readonly<Record<string, readonly Row[]>>): Tables {
  return Object.fromEntries(
    tables.map((table) => {
      const keyed = (rows[table.name] ?? []).map((cells) => ({ key: keyOf(table, cells), cells }))
      return [table.name, keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ cells }) => cells)]
    }),
  )
}

/** Without the load records, whose times differ from run to run. */
export function withoutLoads(state: Tables): Tables {
  return { ...state, [loads.name]: [] }
}

/**
 * With one text for all JSON texts of the same value: no spaces, and names in order. A number whose digits a double is not certain
 * to keep is the same as a string of them.
 */
export function byValue(state: Tables): Tables {
  return Object.fromEntries(
    tables.map((table) => {
      const json = Object.values<Column<never>>(table.columns).map(({ type }) => type === 'json')
      const rows = state[table.name] ?? []
      return [table.name, rows.map((row) => row.map((cell, at) => (json[at] ? canonical(cell) : cell)))]
    }),
  )
}

function canonical(cell: Cell): Cell {
  if (typeof cell !== 'string') return cell
  return JSON.stringify(readJson(cell), (_, value: unknown) => {
    if (typeof value === 'number') return isCertain(value) ? value : String(value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function isCertain(value: number): boolean {
  if (/^-?\d+$/.test(String(value))) return Number.isSafeInteger(value)
  if (value !== 0 && Math.abs(value) < 2 ** -1022) return false
  return (value.toExponential().split('e')[0] ?? '').replaceAll(/\D/g, '').length <= 15
}

/** The rows of one table. */
export function rowsIn(state: Tables, table: Table): readonly Row[] {
  return state[table.name] ?? []
}

/** The rows of one table, each as its cells by column. */
export function records(state: Tables, table: Table): Record<string, Cell>[] {
  const names = Object.keys(table.columns)
  return rowsIn(state, table).map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at] ?? null])))
}

/** Some columns of one table's rows. */
export function column(state: Tables, table: Table, name: string): (Cell | undefined)[] {
  return records(state, table).map((cells) => cells[name])
}
