/**
 * The change log in the batch files, read as the current state: the rules of merge.ts as one DuckDB query per table,
 * generated from the table's definition. Only batches whose `loads` file is there count, and where versions are equal,
 * the batch that was loaded first.
 */
import { join } from 'node:path'
import type { Column, Table } from '../../../schemas/spec.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { tables } from '../../../schemas/tables.ts'
import { isLog } from '../merge.ts'
import { identifier, literal, sqlType } from '../sql.ts'

/** Longest row that can be read, in bytes; a payload with all its quotes doubled fits well. */
const MAX_ROW_BYTES = 64_000_000

/** How encode.ts writes, so that nothing is guessed; columns that a newer version added are null in older files. */
const READ_OPTIONS = [
  'header = true',
  'all_varchar = true',
  "delim = ','",
  `quote = '"'`,
  `escape = '"'`,
  "nullstr = ''",
  'allow_quoted_nulls = false',
  "comment = ''",
  'union_by_name = true',
  'filename = true',
  `max_line_size = ${MAX_ROW_BYTES}`,
].join(', ')

/** The query whose result is the current state of the table, with its columns in order. */
export function foldQuery(table: Table, directory: string): string {
  const ctes = [
    `batches AS (\n${indent(batchesQuery(directory))}\n)`,
    `log AS (\n${indent(logQuery(table, directory))}\n)`,
    ...ownersOf(table).map(([owner, version]) => `owners AS (\n${indent(newestQuery(owner, version, directory))}\n)`),
  ]
  return `WITH ${ctes.join(', ')}\n${stateQuery(table)}`
}

/** A script that makes a view of each table, named like it: for DuckDB's `.read` and `-init`. */
export function viewsScript(directory: string): string {
  return tables
    .map((table) => `CREATE OR REPLACE VIEW ${identifier(table.name)} AS\n${foldQuery(table, directory)};\n`)
    .join('\n')
}

function stateQuery(table: Table): string {
  const names = Object.keys(table.columns).map(identifier).join(', ')
  const key = table.key.map(identifier).join(', ')
  if (table.owner) return `SELECT ${names}\nFROM log JOIN owners USING (${identifier(table.owner.key)}, batch)`
  if (isLog(table)) {
    return `SELECT ${names}\nFROM log\nQUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY batch) = 1`
  }
  const cells = Object.entries<Column<never>>(table.columns).map(([name, column]) =>
    table.key.includes(name) ? identifier(name) : `${folded(name, column)} AS ${identifier(name)}`,
  )
  return `SELECT\n${indent(cells.join(',\n'))}\nFROM log\nGROUP BY ${key}`
}

/** One cell of the state, out of all rows of its key. */
function folded(name: string, { merge }: Column<never>): string {
  const cell = identifier(name)
  if (merge === 'widest') return `CASE WHEN count(DISTINCT ${cell}) > 1 THEN 'text' ELSE any_value(${cell}) END`
  if (merge === 'any') return `bool_or(${cell})`
  if (merge === 'largest') return `max(${cell})`
  if (merge === 'filled') return `first(${cell} ORDER BY "row_version" DESC, batch) FILTER (${cell} IS NOT NULL)`
  return `first(${cell} ORDER BY ${identifier(merge)} DESC, batch)`
}

/** Whose children a table's rows are, and the version that decides which of them are current. */
function ownersOf(table: Table): [Table, string][] {
  const { owner } = table
  return owner ? tables.filter(({ name }) => name === owner.table).map((found) => [found, owner.version]) : []
}

/** The batch that brought each owner's newest version of a collection: in it are the current children, all of them. */
function newestQuery(owner: Table, version: string, directory: string): string {
  const key = owner.key.map(identifier).join(', ')
  const column = identifier(version)
  return `SELECT ${key}, first(batch ORDER BY ${column} DESC, batch) AS batch
FROM ${files(owner, directory)}
JOIN batches ON batch_id = parse_filename(filename, true)
WHERE ${column} <> ''
GROUP BY ${key}`
}

/** Complete batches, numbered in the order in which they were loaded. */
function batchesQuery(directory: string): string {
  return `SELECT batch_id, row_number() OVER (ORDER BY finished_at, batch_id) AS batch
FROM ${files(loads, directory)}`
}

/** Every row of a table in complete batches, typed, with the number of its batch. */
function logQuery(table: Table, directory: string): string {
  const cells = Object.entries<Column<never>>(table.columns).map(([name, { type }]) => {
    const cell = `file.${identifier(name)}`
    return type === 'text' ? cell : `CAST(${cell} AS ${sqlType(type)}) AS ${identifier(name)}`
  })
  return `SELECT ${['batches.batch', ...cells].join(', ')}
FROM ${files(table, directory)} AS file
JOIN batches ON batches.batch_id = parse_filename(file.filename, true)`
}

function files(table: Table, directory: string): string {
  // A `[`, `*` or `?` in the directory's own name is no pattern.
  const folder = directory.replaceAll(/[[*?]/g, '[$&]')
  return `read_csv(${literal(join(folder, table.name, '*.csv'))}, ${READ_OPTIONS})`
}

function indent(sql: string): string {
  return sql.replaceAll(/^/gm, '  ')
}
