/** DuckDB's words for what the views say (schemas/views/dialect.ts). */
import type { ValueType } from '../../../schemas/records.ts'
import {
  DAY_TEXT,
  type Dialect,
  INSTANT_FORMS,
  NUMBER_TEXT,
  type Sql,
  TIME_TEXT,
} from '../../../schemas/views/dialect.ts'
import { type EmptyLists, type Pivot, pivotByAggregates, type Wanted } from '../../../schemas/views/pivot.ts'
import { identifier, literal, sqlType } from '../sql.ts'

export const duckdbDialect: Dialect = {
  identifier,
  relation: identifier,
  text: literal,
  nothing: (type) => `CAST(NULL AS ${sqlType(type)})`,
  tryCast: (value, type) => {
    if (type === 'text') return value
    return type === 'timestamp' ? instantOf(value) : `TRY_CAST(${value} AS ${sqlType(type)})`
  },
  matches: (value, expression) => `regexp_matches(${value}, ${literal(expression)})`,
  captured,
  letters: (name) => `COALESCE(NULLIF(regexp_replace(lower(${name}), '[^\\p{L}\\p{N}]+', '', 'g'), ''), ${name})`,
  day: (instant, zone) => `CAST(${local(instant, zone)} AS DATE)`,
  month: (instant, zone) => `CAST(date_trunc('month', ${local(instant, zone)}) AS DATE)`,
  seconds: (from, to) => `date_diff('microsecond', ${from}, ${to}) / 1000000`,
  medianOver: (value, partition) => `median(${value}) OVER (PARTITION BY ${partition.join(', ')})`,
  member: (json, name) => textOf(`${mapOf(json)}[${literal(name)}]`),
  memberAs: (json, name, type) => jsonAs(`${mapOf(json)}[${literal(name)}]`, type),
  jsonAs,
  // Not by LATERAL, for which DuckDB keeps the whole object beside each of its members.
  perMember: (rows, names) => `${allMembers(rows)}
  WHERE ${names.length === 0 ? 'FALSE' : `entry.key IN (${names.map(literal).join(', ')})`}`,
  listWhere,
  pivot: (answers, from) =>
    answers.length > WIDE
      ? pivotByMap(from)
      : pivotByAggregates(answers, from, { text: literal, identifier, listWhere }),
  emptyLists,
  limits: { columns: 10_000, characters: 16_000_000 },
}

/** `perMember` of all names. */
export function allMembers(rows: Sql): Sql {
  return `SELECT *, entry.key AS name, ${textOf('entry.value')} AS value, entry.value AS member FROM (
    SELECT *, unnest(map_entries(${mapOf('json')})) AS entry FROM (${rows}))`
}

/** A wall clock's time: TIMESTAMP without a zone is UTC here, and becomes an instant first. */
const local = (instant: Sql, zone: string): Sql =>
  zone === 'UTC' ? instant : `timezone(${literal(zone)}, timezone('UTC', ${instant}))`

function listWhere(condition: Sql, value: Sql, order: Sql): Sql {
  return `array_agg(${value} ORDER BY ${order}) FILTER (WHERE ${condition})`
}

/**
 * Columns of answers. An aggregate for each is right as long as DuckDB can bear it: those that nobody asks for cost nothing, and what is
 * large goes to disk. From some thousands on, a view's row takes gigabytes so.
 */
const WIDE = 2000

/** By a map, out of which each column takes its own. DuckDB keeps the maps of all responses in memory. */
function pivotByMap(from: Sql): Pivot {
  const values: readonly Wanted[] = ['value', 'value_number', 'value_boolean', 'value_date', 'value_timestamp']
  const only = values.map((name) => `CASE WHEN count(*) = 1 THEN max(${name}) END AS ${name}`)
  const fields = [...values, 'choices'].map((name) => `'${name}': ${name}`)
  return {
    query: `SELECT response_uuid, map_from_entries(list({'key': ${KEY}, 'value': {${fields.join(', ')}}})) AS answers
  FROM (SELECT response_uuid, question, item, ${only.join(', ')}, list(value ORDER BY choice) AS choices
    ${from} GROUP BY response_uuid, question, item)
  GROUP BY response_uuid`,
    of({ question, item, take, value }) {
      const answer = `A.answers[${keyOf(question, item)}]`
      if (take === 'joined') return `array_to_string(${answer}.choices, ', ')`
      return `${answer}.${take === 'list' ? 'choices' : value}`
    },
  }
}

/** No two questions with items have the same, whatever they are called. */
const KEY = "concat(strlen(question), ':', question, item)"
const keyOf = (question: string, item: string): Sql => literal(`${Buffer.byteLength(question)}:${question}${item}`)

function emptyLists(from: Sql): EmptyLists {
  return {
    query: `SELECT response_uuid, list(${KEY}) AS places ${from} GROUP BY response_uuid`,
    or: (list, question, item) =>
      `COALESCE(${list}, CASE WHEN list_contains(N.places, ${keyOf(question, item)}) THEN CAST([] AS VARCHAR[]) END)`,
  }
}

function captured(value: Sql, expression: string): Sql {
  return `NULLIF(regexp_extract(${value}, ${literal(expression)}, 1), '')`
}

function jsonAs(value: Sql, type: ValueType): Sql {
  if (type === 'boolean') return `CASE ${textOf(value)} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END`
  if (type === 'date') return `TRY_CAST(${captured(textOf(value), DAY_TEXT)} AS DATE)`
  if (type === 'timestamp') return instantOf(captured(textOf(value), TIME_TEXT))
  if (type === 'text') return textOf(value)
  // + 0 as flattening does, which makes 0 of -0.
  return `TRY_CAST(regexp_replace(CAST(${value} AS VARCHAR), ${literal(NUMBER_TEXT)}, '\\1') AS DOUBLE) + 0`
}

/** TIMESTAMP leaves out what a text says of its zone, so it is read with one; the result is UTC whatever zone the session is in. */
function instantOf(value: Sql): Sql {
  const instant = INSTANT_FORMS.reduce(
    (sofar, [form, other]) => `regexp_replace(${sofar}, ${literal(form)}, ${literal(other)})`,
    value,
  )
  return `make_timestamp(epoch_us(TRY_CAST(${instant} AS TIMESTAMPTZ)))`
}

/**
 * The members of a JSON object. DuckDB reads it once for all that a query asks for, while each `json_extract_string` reads it again,
 * and keeps what it read of many rows.
 */
const mapOf = (json: Sql): Sql => `CAST(${json} AS MAP(VARCHAR, JSON))`

/** Not by a cast, which writes some numbers otherwise. */
const textOf = (json: Sql): Sql => `json_extract_string(${json}, '$')`
