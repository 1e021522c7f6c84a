/**
 * BigQuery's words for what the views say (schemas/views/dialect.ts). What the emulator of the tests could not confirm: that a
 * member is found by any text, that SAFE_CAST is as strict as documented, and that BigQuery's planner bears a view of the most
 * characters.
 */
import type { ValueType } from '../../../schemas/records.ts'
import {
  DAY_TEXT,
  type Dialect,
  INSTANT_FORMS,
  NUMBER_TEXT,
  type Sql,
  TIME_TEXT,
} from '../../../schemas/views/dialect.ts'
import { pivotByAggregates } from '../../../schemas/views/pivot.ts'
import { sqlType } from './column-types.ts'
import { identifier, pathOf, type TablePath, text } from './sql.ts'

/**
 * BigQuery takes 10,000 columns, and 256 K characters in a view's query, those of the views that it reads not counted
 * (https://cloud.google.com/bigquery/quotas#logical_views).
 */
const LIMITS = { columns: 10_000, characters: 250_000 }

/** @param pathTo a table or view of the warehouse: a view must name project and dataset of whatever it reads */
export function bigqueryDialect(pathTo: (name: string) => TablePath): Dialect {
  return {
    identifier,
    relation: (name) => pathOf(pathTo(name)),
    text,
    nothing: (type) => `CAST(NULL AS ${sqlType(type)})`,
    tryCast,
    matches: (value, expression) => `REGEXP_CONTAINS(${value}, ${text(expression)})`,
    captured,
    letters: (name) => `COALESCE(NULLIF(REGEXP_REPLACE(LOWER(${name}), ${text('[^\\p{L}\\p{N}]+')}, ''), ''), ${name})`,
    day,
    month: (instant, zone) => `DATE_TRUNC(${day(instant, zone)}, MONTH)`,
    seconds: (from, to) => `TIMESTAMP_DIFF(${to}, ${from}, MICROSECOND) / 1000000`,
    medianOver: (value, partition) => `PERCENTILE_CONT(${value}, 0.5) OVER (PARTITION BY ${partition.join(', ')})`,
    member: (json, name) => textOf(memberOf(json, name)),
    memberAs: (json, name, type) => jsonAs(memberOf(json, name), type),
    jsonAs,
    perMember: (rows, names) => {
      const all = names.map((name) => `(${text(name)}, ${memberOf('A.json', name)})`).join(', ')
      const each = `UNNEST(ARRAY<STRUCT<name STRING, json JSON>>[${all}]) AS M`
      return `SELECT A.*, K.name, K.value, K.member FROM (${rows}) AS A
  CROSS JOIN UNNEST(ARRAY(SELECT AS STRUCT M.name, ${textOf('M.json')} AS value, M.json AS member FROM ${each})) AS K`
    },
    listWhere,
    pivot: (answers, from) => pivotByAggregates(answers, from, { text, identifier, listWhere }),
    // An array is never NULL: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#array_nulls
    emptyLists: undefined,
    limits: LIMITS,
  }
}

const day = (instant: Sql, zone: string): Sql =>
  zone === 'UTC' ? `DATE(${instant})` : `DATE(${instant}, ${text(zone)})`

function listWhere(condition: Sql, value: Sql, order: Sql): Sql {
  return `ARRAY_AGG(CASE WHEN ${condition} THEN ${value} END IGNORE NULLS ORDER BY ${order})`
}

/** Not by a JSONPath, in which some names cannot be written. */
const memberOf = (json: Sql, name: string): Sql => `${json}[${text(name)}]`

/** JSON_VALUE is NULL for lists and objects; for JSON's null and for what is missing, TO_JSON_STRING says null. */
const textOf = (json: Sql): Sql => `COALESCE(JSON_VALUE(${json}), NULLIF(TO_JSON_STRING(${json}), 'null'))`

const captured = (value: Sql, expression: string): Sql => `NULLIF(REGEXP_EXTRACT(${value}, ${text(expression)}), '')`

function jsonAs(value: Sql, type: ValueType): Sql {
  if (type === 'text') return textOf(value)
  if (type === 'boolean') return tryCast(textOf(value), type)
  if (type === 'date') return tryCast(captured(textOf(value), DAY_TEXT), type)
  if (type === 'timestamp') return tryCast(captured(textOf(value), TIME_TEXT), type)
  // + 0 as flattening does, which makes 0 of -0.
  return `SAFE_CAST(REGEXP_REPLACE(TO_JSON_STRING(${value}), ${text(NUMBER_TEXT)}, ${text('\\1')}) AS FLOAT64) + 0`
}

function tryCast(value: Sql, type: Parameters<Dialect['tryCast']>[1]): Sql {
  if (type === 'text') return value
  // The two texts that flattening takes for booleans; the emulator would also take `yes`.
  if (type === 'boolean') return `CASE ${value} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END`
  if (type === 'date') return `SAFE_CAST(${value} AS DATE)`
  if (type === 'number') return `SAFE_CAST(${value} AS FLOAT64)`
  const instant = INSTANT_FORMS.reduce(
    (sofar, [form, other]) => `REGEXP_REPLACE(${sofar}, ${text(form)}, ${text(other)})`,
    value,
  )
  return `SAFE_CAST(${instant} AS TIMESTAMP)`
}
