/** The query for the types of columns, at the fake: no SQL is run, the rows of the reference are counted. */
import type { Cell, Row, Table } from '../../../schemas/spec.ts'
import { responseAnswers, responseNoneChosen } from '../../../schemas/tables/answers.ts'
import { respondents } from '../../../schemas/tables/responses.ts'
import { COUNTS, type Count, PLACE } from '../../../schemas/views/column-counts.ts'
import { LABELED_NUMBER } from '../../../schemas/views/scoring/numbers.ts'
import { isBlank, typeOf } from '../../../src/flatten/value.ts'
import type { World } from './world.ts'

const QUERY = /^SELECT C\.\* FROM \(\nSELECT '(?:question|user|account)' AS scope/

const LABEL = new RegExp(LABELED_NUMBER, 'u')

type Counted = Partial<Record<Count, number>>
type Cells = Readonly<Record<string, Cell>>

/** The answer. undefined: it is another query. */
export function countsAnswer(world: World, sql: string): object | undefined {
  if (!QUERY.test(sql)) return undefined
  const tables = world.warehouse.tables()
  const rowsOf = (table: Table) => (tables[table.name] ?? []).map((row) => cellsOf(table, row))
  const counted = [
    ...ofAnswers(rowsOf(responseAnswers)),
    ...rowsOf(responseNoneChosen).map((cells): [string[], Counted] => [placeOf(cells), { none: 1 }]),
    ...rowsOf(respondents).flatMap((cells) => [
      ...ofAttributes('user', cells['attributes']),
      ...ofAttributes('account', cells['account_attributes']),
      [['respondents', '.', '.', '.'], { answers: 1 }] as [string[], Counted],
    ]),
  ]
  const rows = counted.map(([place, counts]) => ({
    f: [...place, ...COUNTS.map((name) => String(counts[name] ?? 0))].map((v) => ({ v })),
  }))
  return {
    jobComplete: true,
    schema: { fields: [...PLACE, ...COUNTS].map((name) => ({ name })) },
    ...(rows.length > 0 && { rows }),
  }
}

const cellsOf = (table: Table, row: Row): Cells =>
  Object.fromEntries(Object.keys(table.columns).map((name, at) => [name, row[at] ?? null]))

const placeOf = (cells: Cells) => ['question', ...['form_uuid', 'question', 'item'].map((name) => `.${cells[name]}`)]

/** One row for each answer: the product adds them up. */
function ofAnswers(rows: readonly Cells[]): [string[], Counted][] {
  const answers = Map.groupBy(rows, (cells) => JSON.stringify([cells['response_uuid'], placeOf(cells)]))
  return [...answers.values()].flatMap((choices): [string[], Counted][] => {
    const [first] = choices
    if (first === undefined) return []
    if (choices.length > 1) return [[placeOf(first), { answers: 1, known: 1, lists: 1, several: 1 }]]
    const is = (column: string) => (first[column] === null ? 0 : 1)
    const types = { numbers: is('value_number'), booleans: is('value_boolean') }
    const times = { dates: is('value_date'), timestamps: is('value_timestamp') }
    const lists = first['is_list'] === true ? 1 : 0
    const scores = types.numbers === 1 || LABEL.test(String(first['value'])) ? 1 : 0
    return [[placeOf(first), { answers: 1, known: 1, lists, ...types, ...times, scores }]]
  })
}

function ofAttributes(scope: string, json: Cell | undefined): [string[], Counted][] {
  const attributes: Record<string, never> = typeof json === 'string' ? JSON.parse(json) : {}
  return Object.entries(attributes).flatMap(([name, value]: [string, unknown]): [string[], Counted][] => {
    if (value === null || (typeof value === 'string' && isBlank(value))) return []
    const type =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? typeOf(value) : 'text'
    const fits = type === 'text' || type === null ? {} : { [`${type}s`]: 1 }
    return [[[scope, '.', `.${name}`, '.'], { answers: 1, known: 1, ...fits }]]
  })
}
