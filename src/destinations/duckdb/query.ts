/** Questions of people and scripts to the warehouse. */
import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { duckdbError } from './errors.ts'

export interface Answer {
  readonly columns: string[]
  /** Times, dates, JSON, decimals and whatever else is no plain value come as their text. */
  readonly rows: (string | number | boolean | null)[][]
}

/** Opens the file read-only, asks, and closes it. @throws TransientError while a load holds the file, PermanentError for a wrong statement */
export async function queryFile(path: string, sql: string): Promise<Answer> {
  try {
    const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' })
    try {
      const connection = await instance.connect()
      try {
        const reader = await connection.runAndReadAll(sql)
        return { columns: reader.deduplicatedColumnNames(), rows: reader.getRows().map((row) => row.map(plain)) }
      } finally {
        connection.closeSync()
      }
    } finally {
      instance.closeSync()
    }
  } catch (error) {
    throw duckdbError('query', path, error, 'the statement cannot be run; DuckDB says why')
  }
}

function plain(value: DuckDBValue): string | number | boolean | null {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  return String(value)
}
