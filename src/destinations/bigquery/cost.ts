/**
 * What loads cost at least, before any row is counted: on demand, each statement is billed for 10 MB or more of every table that it
 * refers to. Prices: https://cloud.google.com/bigquery/pricing#on_demand_pricing
 */
import { batchTables } from '../batch.ts'
import { mergeTransactions } from './merge.ts'
import { fence, insertRecord, noteBilled } from './state.ts'

/** Bytes, as BigQuery rounds up to. */
const LEAST_PER_TABLE = 10 * 1024 ** 2
/** US dollars for 1 TiB, in the multi-regions US and EU. */
const DOLLARS_PER_TEBIBYTE = 6.25
const TEBIBYTE = 1024 ** 4
const DAYS_PER_MONTH = 30

const TABLE = /`[^`]+`\.`[^`]+`\.`[^`]+`/g

/** Bytes that these statements are billed for when every table is small. */
export function leastBytes(statements: readonly string[]): number {
  let tables = 0
  for (const statement of statements) tables += new Set(statement.match(TABLE)).size
  return tables * LEAST_PER_TABLE
}

/** Of a load that brings rows of every table. */
export function leastBytesOfLoad(): number {
  const path = (dataset: string, table: string) => ({ project: 'a-project', dataset, table })
  const staged = batchTables.map((table) => {
    const blank = Object.keys(table.columns).map(() => null)
    return { table, rows: [blank], from: path('staging', table.name), into: path('tables', table.name) }
  })
  const at = ''
  const record = {
    destination: '',
    batchId: '',
    firstSeq: 1,
    lastSeq: 1,
    events: 1,
    rows: {},
    startedAt: at,
    finishedAt: at,
    bytesBilled: null,
    job: '',
  }
  const [state, loads] = [path('tables', 'loader_state'), path('tables', 'loads')]
  return leastBytes([
    ...fence(state, { lastBatch: '', withdrawals: 0 }, record, true),
    noteBilled(loads, record),
    ...mergeTransactions(staged).flat(),
    insertRecord(loads, record),
  ])
}

/** US dollars, before the free TiB of each month. */
export function monthlyDollars(bytesPerLoad: number, loadsPerDay: number): number {
  return ((bytesPerLoad * loadsPerDay * DAYS_PER_MONTH) / TEBIBYTE) * DOLLARS_PER_TEBIBYTE
}

export const dollars = (amount: number): string => `$${amount.toFixed(2)}`
export const cents = (amount: number): string => `${(100 * amount).toFixed(2)} cents`
