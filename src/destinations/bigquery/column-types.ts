/** The model's types as BigQuery names them. */
import type { ColumnType } from '../../../schemas/spec.ts'

const SQL: Readonly<Record<ColumnType, string>> = {
  text: 'STRING',
  integer: 'INT64',
  number: 'FLOAT64',
  boolean: 'BOOL',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  json: 'JSON',
}

/** The API takes either name, and answers with the older one. */
const OLDER: Readonly<Record<string, string>> = { INT64: 'INTEGER', FLOAT64: 'FLOAT', BOOL: 'BOOLEAN' }

/** In SQL, and in schema files. */
export const sqlType = (type: ColumnType): string => SQL[type]

export const apiType = (type: ColumnType): string => apiName(SQL[type])

/** One name for what has two. */
export const apiName = (name = ''): string => OLDER[name.toUpperCase()] ?? name.toUpperCase()
