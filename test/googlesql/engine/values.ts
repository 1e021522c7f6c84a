/** Types and values between the model (schemas/spec.ts), BigQuery's schemas and GoogleSQL. */
import type { Cell } from '../../../schemas/spec.ts'
import { apiName } from '../../../src/destinations/bigquery/column-types.ts'
import { loadable } from '../../../src/destinations/bigquery/json.ts'
import type { Kind, Type, Value } from './messages.ts'

/** By the names that BigQuery's API has. */
const KINDS: Readonly<Record<string, Kind>> = {
  STRING: 'TYPE_STRING',
  INTEGER: 'TYPE_INT64',
  FLOAT: 'TYPE_DOUBLE',
  BOOLEAN: 'TYPE_BOOL',
  TIMESTAMP: 'TYPE_TIMESTAMP',
  DATE: 'TYPE_DATE',
  JSON: 'TYPE_JSON',
}

/** @param name BigQuery's, either of the two that some types have. @throws for a type that no table of ours has */
export function kindOf(name: string): Kind {
  const kind = KINDS[apiName(name)]
  if (kind === undefined) throw new Error(`take ${name} to GoogleSQL: no table of ours has a column of that type`)
  return kind
}

const SECOND = 1_000
const DAY = 86_400_000

/** What a load job makes of the cell. */
export function loadedValue(kind: Kind, cell: Cell): Value {
  if (cell === null) return {}
  if (kind === 'TYPE_STRING') return { stringValue: String(cell).toWellFormed() }
  if (kind === 'TYPE_INT64') return { int64Value: String(cell) }
  if (kind === 'TYPE_DOUBLE') return { doubleValue: Number(cell) }
  if (kind === 'TYPE_BOOL') return { boolValue: cell === true }
  if (kind === 'TYPE_JSON') return { jsonValue: loadable(String(cell)) }
  if (kind === 'TYPE_DATE') return { dateValue: Date.parse(`${String(cell)}T00:00:00Z`) / DAY }
  const [, second = '', micros = ''] = /^(.{19})\.(\d{6})Z$/.exec(String(cell)) ?? []
  return { timestampValue: { seconds: String(Date.parse(`${second}Z`) / SECOND), nanos: Number(micros) * 1000 } }
}

/** A cell of an answer. */
export type Answered = Cell | readonly Cell[]

/** @throws for a type that no view of ours has, such as the STRUCT that a whole row is */
export function answered(type: Type | undefined, value: Value): Answered {
  if (type?.typeKind !== 'TYPE_ARRAY') return cellOf(type, value)
  const { elementType } = type.arrayType ?? {}
  return value.arrayValue === undefined
    ? null
    : (value.arrayValue.element ?? []).map((each) => cellOf(elementType, each))
}

function cellOf({ typeKind = '' }: Type = {}, value: Value): Cell {
  if (!Object.values<string>(KINDS).includes(typeKind))
    throw new Error(`read GoogleSQL's answer: a column of ${typeKind}, which none of ours is`)
  const { stringValue, int64Value, doubleValue, boolValue, dateValue, timestampValue, jsonValue } = value
  if (int64Value !== undefined) return Number(int64Value)
  if (dateValue !== undefined) return new Date(dateValue * DAY).toISOString().slice(0, 10)
  if (timestampValue !== undefined) {
    const { seconds = '0', nanos = 0 } = timestampValue
    const second = new Date(Number(seconds) * SECOND).toISOString().slice(0, 19)
    return `${second}.${String(nanos / 1000).padStart(6, '0')}Z`
  }
  return stringValue ?? doubleValue ?? boolValue ?? jsonValue ?? null
}

/** As BigQuery names it, such as `ARRAY<STRING>`. */
export function typeName({ typeKind = '', arrayType }: Type = {}): string {
  if (arrayType !== undefined) return `ARRAY<${typeName(arrayType.elementType)}>`
  return apiNames.get(typeKind) ?? typeKind
}

const apiNames = new Map<string, string>(Object.entries(KINDS).map(([name, kind]) => [kind, name]))
