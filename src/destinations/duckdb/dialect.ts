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
  member: (json, name) => `json_extract_string(${json}, ${literal(pointer(name))})`,
  members: (json) =>
    `LATERAL (SELECT name, json_extract_string(${json}, '/' || replace(replace(name, '~', '~0'), '/', '~1')) AS value
    FROM (SELECT unnest(json_keys(${json})) AS name))`,
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

/** RFC 6901: unlike a path with `$`, it can name every member. */
const pointer = (name: string) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
