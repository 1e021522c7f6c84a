/**
 * Values of a query, as the API has them in JSON, as cells (schemas/spec.ts), for every type that a query may have: lists are joined
 * by `, `, what is nested is JSON text, and a number that a double does not hold is its digits as text. Types and forms:
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema
 */
import type { Cell } from '../../../schemas/spec.ts'

/** A column of an answer. */
export interface AnswerField {
  readonly name?: string
  readonly type?: string
  /** `REPEATED` is a list. */
  readonly mode?: string
  /** Of a RECORD. */
  readonly fields?: readonly AnswerField[]
}

/** @param value of `v`, from an answer that was asked for with `formatOptions.useInt64Timestamp` */
export function cellOf(field: AnswerField, value: unknown): Cell {
  if (field.mode === 'REPEATED') return joined(field, listOf(value))
  if (isRecord(field)) return value === null ? null : json(field, value)
  if (typeof value !== 'string') return null
  return converters[field.type ?? '']?.(value) ?? value
}

const converters: Readonly<Record<string, (text: string) => Cell>> = {
  INTEGER: whole,
  INT64: whole,
  FLOAT: double,
  FLOAT64: double,
  NUMERIC: decimal,
  BIGNUMERIC: decimal,
  BOOLEAN: (text) => text === 'true',
  BOOL: (text) => text === 'true',
  TIMESTAMP: instant,
}

function whole(text: string): Cell {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

/** `1.0E10` too. NaN and infinities stay BigQuery's words. */
function double(text: string): Cell {
  const value = Number(text)
  return Number.isFinite(value) ? value : text
}

/** A double holds every decimal of so many digits. */
const EXACT_DIGITS = 15

function decimal(text: string): Cell {
  return text.replace(/[-.]/g, '').length <= EXACT_DIGITS ? Number(text) : text
}

const MILLION = 1_000_000n

/** Of microseconds, which are more than a Date has. */
function instant(text: string): string {
  const micros = BigInt(text)
  const rest = ((micros % MILLION) + MILLION) % MILLION
  const seconds = Number((micros - rest) / MILLION)
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(rest).padStart(6, '0')}Z`
}

/** BigQuery keeps no list as an empty one: so an empty one is none. */
function joined(field: AnswerField, items: readonly unknown[]): Cell {
  if (items.length === 0) return null
  if (isRecord(field)) return json(field, items)
  return items.map((item) => String(cellOf(single(field), contentOf(item)) ?? '')).join(', ')
}

/** JSON text, with every digit. */
function json(field: AnswerField, value: unknown): string {
  if (field.mode === 'REPEATED')
    return `[${listOf(value)
      .map((item) => json(single(field), contentOf(item)))
      .join(',')}]`
  if (isRecord(field) && value !== null) {
    const cells = cellsIn(value)
    const members = fieldsIn(field).map(
      (each, at) => `${JSON.stringify(each.name ?? '')}:${json(each, contentOf(cells[at]))}`,
    )
    return `{${members.join(',')}}`
  }
  const isText = typeof value === 'string'
  if (isText && (field.type === 'JSON' || EXACT.has(field.type ?? ''))) return value
  return JSON.stringify(cellOf(field, value))
}

/** Types whose texts are JSON. */
const EXACT = new Set(['INTEGER', 'INT64', 'NUMERIC', 'BIGNUMERIC'])

const isRecord = ({ type }: AnswerField) => type === 'RECORD' || type === 'STRUCT'
const fieldsIn = ({ fields = [] }: AnswerField) => fields
const single = (field: AnswerField): AnswerField => ({ ...field, mode: 'NULLABLE' })
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const contentOf = (cell: unknown): unknown => (typeof cell === 'object' && cell !== null && 'v' in cell ? cell.v : null)
const cellsIn = (value: unknown): readonly unknown[] =>
  typeof value === 'object' && value !== null && 'f' in value ? listOf(value.f) : []
