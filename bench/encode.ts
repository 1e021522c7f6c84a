/** How fast rows become what BigQuery loads, and how much of its tables a merge then reads. */
import { gzipSync } from 'node:zlib'
import type { Row, Table } from '../schemas/spec.ts'
import { batchTables, rowsOf } from '../src/destinations/batch.ts'
import { mergeTransactions } from '../src/destinations/bigquery/merge.ts'
import { encode as encodeRows } from '../src/destinations/bigquery/ndjson.ts'
import { cellOf } from '../src/destinations/merge.ts'
import { flatten as flattenBatch } from '../src/flatten/flatten.ts'
import type { RowBatch } from '../src/flatten/rows.ts'
import { sampleBatch } from './flatten.ts'
import { type Measure, median, round } from './result.ts'

const EVENTS = 3000
const GZIP = { level: 1 }
const DAY = 86_400_000

export const encode: Measure = async ({ quick }) => {
  const batch = flattenBatch(sampleBatch('a', 1, EVENTS, new Date('2026-01-01')))
  const tables = batchTables
    .map((table) => ({ table, rows: rowsOf(batch, table) }))
    .filter(({ rows }) => rows.length > 0)
  const objects = tables.map(({ table, rows }) => rows.map((row) => objectOf(table, row)))
  const count = tables.reduce((sum, { rows }) => sum + rows.length, 0)
  const [plain, ours]: [number[], number[]] = [[], []]
  let bytes = 0
  for (let turn = 0; turn < (quick ? 3 : 25); turn++) {
    plain.push(timed(() => objects.map((all) => gzipSync(all.map((one) => JSON.stringify(one)).join('\n'), GZIP))))
    ours.push(
      timed(() => {
        bytes = 0
        for (const { table, rows } of tables) {
          const { pieces } = encodeRows(table, rows)
          for (const piece of pieces) bytes += piece.length
          gzipSync(Buffer.concat(pieces), GZIP)
        }
      }),
    )
  }
  return [encoding({ plain, ours, bytes, count }), reading(batch)]
}

function encoding({ plain, ours, bytes, count }: { plain: number[]; ours: number[]; bytes: number; count: number }) {
  return {
    name: 'encode',
    what: 'Rows per second as gzip of newline-delimited JSON, against JSON.stringify and gzip of the same rows as objects',
    how: `The rows of ${EVENTS} events, table by table, in turn; the median of the ratios`,
    value: round(median(ours.map((seconds, turn) => (plain[turn] ?? Number.NaN) / seconds))),
    unit: 'of JSON.stringify',
    goal: { bound: 'at least', value: 0.9 },
    limit:
      'Compression takes most of the time in both; ours also hashes the lines and looks at the numbers in JSON cells',
    seen: {
      rows_per_second: round(count / median(ours), 0),
      megabytes_per_second: round(bytes / 1e6 / median(ours)),
      plain_rows_per_second: round(count / median(plain), 0),
    },
  } as const
}

/** Partitions by day of the same size: read are those that the statements name, touched those that rows of the batch are in. */
function reading(batch: RowBatch) {
  const path = (table: string) => ({ project: 'a-project', dataset: 'd', table })
  const staged = batchTables
    .filter((table) => table.partition !== undefined && rowsOf(batch, table).length > 0)
    .map((table) => ({ table, rows: rowsOf(batch, table), from: path('staging'), into: path(table.name) }))
  let [read, touched] = [0, 0]
  for (const one of staged) {
    const { owner } = one.table
    // Rows of a child table are in the days of their owners.
    const source = owner === undefined ? one : staged.find(({ table }) => table.name === owner.table)
    if (source === undefined) continue
    const all = mergeTransactions(owner === undefined ? [one] : [one, source]).flat()
    const days = daysIn(source)
    for (const statement of owner === undefined ? all : all.filter((each) => !each.startsWith('MERGE'))) {
      for (const named of partitionsNamed(statement)) {
        read += named
        touched += days
      }
    }
  }
  return {
    name: 'pruning',
    what: 'Partitions that the merges of a batch read, against those that its rows are in',
    how: `Counted in the statements of ${EVENTS} events, those of child tables too; each partition taken for as large as another`,
    value: round(read / touched),
    unit: 'times',
    goal: { bound: 'at most', value: 1.1 },
    limit: 'Each day is named; beyond 400 days in one batch it is a range',
    seen: { partitions_read: read, partitions_touched: touched },
  } as const
}

const daysIn = ({ table, rows }: { table: Table; rows: readonly Row[] }) =>
  new Set(rows.map((row) => cellOf(table, row, table.partition ?? ''))).size

const DAYS =
  /`created_on` (?:IN \((DATE [^)]*)\)|BETWEEN DATE '([^']+)' AND DATE '([^']+)')( OR (?:\w\.)?`created_on` IS NULL)?/g

/** How many, for each time that the statement reads a table. */
function partitionsNamed(statement: string): number[] {
  return [...statement.matchAll(DAYS)].map(([, listed, first = '', last = '', alsoNull]) => {
    const days = listed === undefined ? (Date.parse(last) - Date.parse(first)) / DAY + 1 : listed.split(',').length
    return days + (alsoNull === undefined ? 0 : 1)
  })
}

const objectOf = (table: Table, row: Row) =>
  Object.fromEntries(Object.keys(table.columns).flatMap((name, at) => (row[at] === null ? [] : [[name, row[at]]])))

/** Seconds. */
function timed(work: () => unknown): number {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1000
}
