/**
 * The tables in BigQuery, from schemas/tables.ts: made when missing, grown by columns that are missing, never dropped or
 * retyped. Columns are added under the table's etag, so that a change by someone else in between is not undone.
 */
import type { TableMetadata } from '@google-cloud/bigquery'
import type { Column, Table } from '../../../schemas/spec.ts'
import { PermanentError } from '../../errors.ts'
import type { Client } from './client.ts'
import { apiName, apiType } from './column-types.ts'
import type { BigqueryOptions } from './options.ts'
import type { TablePath } from './sql.ts'

/** A column as the API has it. */
export interface Field {
  readonly name?: string
  readonly type?: string
  readonly mode?: string
  readonly description?: string
}

/** BigQuery clusters by up to four columns. */
const MOST_CLUSTERS = 4
/** Types that can be clustered by. */
const CLUSTERED = new Set(['STRING', 'INTEGER', 'BOOLEAN', 'DATE', 'TIMESTAMP'])

export const columnsOf = (table: Table): [string, Column<never>][] => Object.entries<Column<never>>(table.columns)

export function fieldsOf(table: Table): Field[] {
  return columnsOf(table).map(([name, { type, required, description }]) => ({
    name,
    type: apiType(type),
    mode: required ? 'REQUIRED' : 'NULLABLE',
    description,
  }))
}

/** What a table is made with. */
export function metadataOf(table: Table, labels: Readonly<Record<string, string>>): TableMetadata {
  const fields = fieldsOf(table)
  const keys = table.key.filter((name) => CLUSTERED.has(apiType(table.columns[name]?.type ?? 'json')))
  return {
    description: table.description,
    labels: { ...labels },
    schema: { fields },
    clustering: { fields: keys.slice(0, MOST_CLUSTERS) },
    ...(table.partition !== undefined && { timePartitioning: { type: 'DAY', field: table.partition } }),
  }
}

/**
 * Told to tools that infer joins, and to BigQuery's planner; not enforced, and free
 * (https://cloud.google.com/bigquery/docs/primary-foreign-keys). Of tables that hold each key once.
 */
export const keyOf = ({ key }: Table): TableMetadata => ({ tableConstraints: { primaryKey: { columns: [...key] } } })

/** @throws PermanentError when a column has another type than the model says, or the table is a view */
export async function ensureTable(client: Client, path: TablePath, metadata: TableMetadata): Promise<void> {
  const there = await client.table(path)
  if (there === undefined) {
    await client.createTable(path, metadata)
    return
  }
  if (there.type === 'VIEW') throw otherMode(path, 'append')
  const wanted = fieldsIn(metadata)
  const found = new Map(fieldsIn(there).map((field) => [field.name?.toLowerCase(), field]))
  const missing: Field[] = []
  for (const field of wanted) {
    const known = found.get(field.name?.toLowerCase())
    if (known === undefined) missing.push({ ...field, mode: 'NULLABLE' })
    else if (apiName(known.type) !== apiName(field.type)) throw wrongType(path, field, known)
  }
  if (missing.length === 0) return
  const fields = [...fieldsIn(there), ...missing]
  await client.updateTable(path, { ...(there.etag && { etag: there.etag }), schema: { fields } })
}

/** The columns that a table has. */
export function fieldsIn({ schema }: TableMetadata): Field[] {
  return typeof schema === 'object' && !Array.isArray(schema) ? (schema.fields ?? []) : []
}

/** Looks at one table before any is made. @throws PermanentError when the dataset was made in the other mode */
export async function requireMode(client: Client, path: TablePath, mode: BigqueryOptions['mode']): Promise<void> {
  const there = await client.table(path)
  if (there === undefined) return
  const made = there.type === 'VIEW' ? 'append' : 'merge'
  if (made !== mode) throw otherMode(path, made)
}

/** @param made the mode that its dataset was made in */
export function otherMode({ dataset, table }: TablePath, made: BigqueryOptions['mode']): PermanentError {
  const is = made === 'append' ? 'a view' : 'a table'
  return new PermanentError(
    `prepare table ${table}: ${dataset}.${table} is ${is}, as the dataset was made with BIGQUERY_MODE=${made}; set that again, or name another ` +
      'dataset in BIGQUERY_DATASET, and `npm run bigquery -- resync` fills it',
  )
}

function wrongType({ dataset, table }: TablePath, wanted: Field, known: Field): PermanentError {
  const column = `${dataset}.${table}.${wanted.name}`
  return new PermanentError(
    `prepare table ${table}: column ${column} is ${known.type} and must be ${wanted.type}; rename or drop it, and a new one is made`,
  )
}
