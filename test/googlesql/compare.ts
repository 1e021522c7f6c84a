/** Cell by cell: what DuckDB and GoogleSQL answer to the same question. */
import { readJson } from '../support/json.ts'
import type { Answered } from './engine/values.ts'

export interface Answer {
  /** With types as BigQuery names them. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** In any order. */
  readonly rows: readonly (readonly Answered[])[]
}

/** One sentence for each difference, but not for more than some rows. @param of what was asked */
export function differences(of: string, expected: Answer, found: Answer): string[] {
  const [columns, others] = [expected, found].map((each) =>
    each.columns.map(({ name, type }) => `${name} ${type}`).join(', '),
  )
  if (columns !== others) return [`${of} has the columns ${others}, not ${columns}`]
  if (expected.rows.length !== found.rows.length)
    return [`${of} has ${found.rows.length} rows, not ${expected.rows.length}`]
  const rows = comparable(found)
  const told = comparable(expected).flatMap((row, at) =>
    row.flatMap((cell, index) => {
      const other = rows[at]?.[index] ?? null
      if (isSame(cell, other)) return []
      const { name = '', type = '' } = expected.columns[index] ?? {}
      return `${of}, row ${at}, ${name} (${type}): ${JSON.stringify(other)}, not ${JSON.stringify(cell)}`
    }),
  )
  return told.slice(0, 20)
}

type Cells = readonly Answered[]

/** In an order of their own. BigQuery does not tell an empty list from none. JSON has one text for each value. */
function comparable({ columns, rows }: Answer): Cells[] {
  const isJson = columns.map(({ type }) => type === 'JSON')
  const plain = rows.map((cells) =>
    cells.map((cell, at): Answered => {
      if (typeof cell === 'string') return isJson[at] || NESTED.test(cell) ? canonical(cell) : cell
      if (typeof cell !== 'object' || cell === null) return cell
      return cell.length === 0
        ? null
        : cell.map((each) => (typeof each === 'string' && NESTED.test(each) ? canonical(each) : each))
    }),
  )
  const keyed = plain.map((cells) => ({ key: JSON.stringify(cells, (_, value) => rounded(value)), cells }))
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ cells }) => cells)
}

/** Lists and objects, and numbers with an exponent, which texts hold as JSON. */
const NESTED = /^[[{].*[\]}]$|^-?\d[\d.]*[eE][+-]?\d+$/s

function canonical(json: string): string {
  try {
    return JSON.stringify(readJson(json), (_, value: unknown) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
      return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    })
  } catch {
    // It only looks like JSON.
    return json
  }
}

/** Below it a difference is one of rounding: sums are added up in different orders. */
const LEAST = 1e-9

const rounded = (value: unknown) => {
  if (typeof value !== 'number') return value
  return Math.abs(value) < LEAST ? '0' : value.toPrecision(6)
}

function isSame(one: Answered, other: Answered): boolean {
  if (typeof one === 'number' && typeof other === 'number')
    return Math.abs(one - other) <= LEAST * Math.max(1, Math.abs(one), Math.abs(other))
  return JSON.stringify(one) === JSON.stringify(other)
}
