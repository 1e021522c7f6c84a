/** DuckDB's words for what the views say (schemas/views/dialect.ts). */
import { type Dialect, INSTANT_FORMS, type Sql } from '../../../schemas/views/dialect.ts'
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
  day: (instant) => `CAST(${instant} AS DATE)`,
  month: (instant) => `CAST(date_trunc('month', ${instant}) AS DATE)`,
  seconds: (from, to) => `date_diff('microsecond', ${from}, ${to}) / 1000000`,
  medianOver: (value, partition) => `median(${value}) OVER (PARTITION BY ${partition.join(', ')})`,
  member: (json, name) => textOf(`${mapOf(json)}[${literal(name)}]`),
  // Not by LATERAL, for which DuckDB keeps the whole object beside each of its members.
  perMember: (rows) => `SELECT *, entry.key AS name, ${textOf('entry.value')} AS value FROM (
    SELECT *, unnest(map_entries(${mapOf('json')})) AS entry FROM (${rows}))`,
  listWhere: (condition, value, order) => `array_agg(${value} ORDER BY ${order}) FILTER (WHERE ${condition})`,
  limits: { columns: 10_000, characters: 4_000_000 },
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
