/** Every analytic view, over the same events on DuckDB and on BigQuery's SQL: cell by cell the same. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { columnNames } from '../../schemas/tables/views.ts'
import { identifier } from '../../src/destinations/bigquery/sql.ts'
import { sampleEvents } from '../../src/samples/samples.ts'
import { bigqueryWarehouseIn } from '../support/bigquery-warehouse.ts'
import { duckdbWarehouseIn, withConnection } from '../support/duckdb-warehouse.ts'
import { flattenEvents, stored } from '../support/flattening.ts'
import { hostileEvents } from '../support/hostile-surveys.ts'
import type { Warehouse } from '../support/warehouses.ts'
import { ask, emulatorClient, newName } from './with-emulator.ts'

type Cells = readonly unknown[]

interface Column {
  readonly name: string
  /** DuckDB's. */
  readonly type: string
}

async function loaded({ destination }: Warehouse, bodies: readonly object[]): Promise<void> {
  const { signal } = new AbortController()
  const batch = flattenEvents(bodies.map((body, at) => stored(body, at + 1)))
  await destination.prepare()
  await destination.load(batch, { signal })
  const reasons = (await destination.refreshViews?.({ signal }))?.reasons
  if (reasons?.length !== 0) throw new Error(`make the views: ${reasons?.join('; ')}`)
}

/** The same events in both, and a way to read a view of each. */
async function both(t: ExecutionContext, mode: 'merge' | 'append', bodies: readonly object[]) {
  const folder = await mkdtemp(join(tmpdir(), 'views-'))
  const duckdb = await duckdbWarehouseIn(folder)
  const name = newName()
  const bigquery = await bigqueryWarehouseIn(name, mode)
  t.teardown(async () => {
    await Promise.all([duckdb.remove(), bigquery.remove()])
    await rm(folder, { recursive: true, force: true })
  })
  await Promise.all([loaded(duckdb, bodies), loaded(bigquery, bodies)])
  await duckdb.destination.close()
  const dataset = emulatorClient().dataset(name)
  const inDuckdb = (sql: string) =>
    withConnection(join(folder, 'w.duckdb'), async (connection) => {
      // Far from UTC, so that a view that depends on the session's zone shows.
      await connection.run("SET TimeZone = 'Pacific/Kiritimati'")
      return (await connection.runAndReadAll(sql)).getRowsJS()
    })
  const inBigquery = async (sql: string) => (await ask(dataset, sql)).map((row) => Object.values(row))
  return { inDuckdb, inBigquery }
}

type Both = Awaited<ReturnType<typeof both>>

const textOf = (cell: unknown) => (typeof cell === 'string' ? cell : '')

async function viewsIn({ inDuckdb }: Both): Promise<string[]> {
  const rows = await inDuckdb('SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY view_name')
  return rows.map(([name]) => textOf(name))
}

const columnsOf = async ({ inDuckdb }: Both, view: string): Promise<Column[]> =>
  (await inDuckdb(`DESCRIBE "${view}"`)).map(([name, type]) => ({ name: textOf(name), type: textOf(type) }))

const DUCKDB: Readonly<Record<string, (column: string) => string>> = {
  TIMESTAMP: (column) => `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ')`,
  DATE: (column) => `CAST(${column} AS VARCHAR)`,
}
const BIGQUERY: Readonly<Record<string, (column: string) => string>> = {
  TIMESTAMP: (column) => `FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%E6SZ', ${column})`,
  DATE: (column) => `CAST(${column} AS STRING)`,
}

async function sameCells(t: ExecutionContext, warehouses: Both, view: string): Promise<number> {
  const columns = await columnsOf(warehouses, view)
  const one = columns.map(({ name, type }) => `${DUCKDB[type]?.(`"${name}"`) ?? `"${name}"`} AS "${name}"`)
  const other = columns.map(({ name, type }) => {
    const column = identifier(name)
    return `${BIGQUERY[type]?.(column) ?? column} AS ${column}`
  })
  const rows = await warehouses.inDuckdb(`SELECT ${one.join(', ')} FROM "${view}"`)
  const others = await warehouses.inBigquery(`SELECT ${other.join(', ')} FROM ${identifier(view)}`)
  const [expected, found] = [rows, others].map((each) => comparable(each))
  t.is(found?.length, expected?.length, view)
  for (const [at, cells] of (expected ?? []).entries()) {
    for (const [index, cell] of cells.entries()) {
      const label = `${view}, row ${at}, ${columns[index]?.name} (${columns[index]?.type})`
      same(t, found?.[at]?.[index], cell, label)
    }
  }
  return rows.length
}

/** To a part in 10⁹: sums are added up in different orders. */
function same(t: ExecutionContext, found: unknown, expected: unknown, label: string): void {
  if (typeof found === 'number' && typeof expected === 'number') {
    t.true(Math.abs(found - expected) <= 1e-9 * Math.max(Math.abs(found), Math.abs(expected)), label)
  } else {
    t.deepEqual(found, expected, label)
  }
}

/** In an order of their own. BigQuery does not tell an empty list from none. */
function comparable(rows: readonly Cells[]): Cells[] {
  const plain = rows.map((cells) =>
    cells.map((cell) => {
      if (Array.isArray(cell)) return cell.length === 0 ? null : cell
      return typeof cell === 'bigint' ? Number(cell) : cell
    }),
  )
  const keyed = plain.map((cells) => ({ key: JSON.stringify(cells, (_, value) => rounded(value)), cells }))
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ cells }) => cells)
}

const rounded = (value: unknown) => (typeof value === 'number' ? value.toPrecision(6) : value)

const FORM_OF_ALL = { uuid: '00000000-0000-4000-8000-000000000040', name: '__proto__' }
const samples = (count: number) => [...sampleEvents({ seed: 1, count, start: new Date('2025-03-20T00:00:00Z') })]

test('every view of sample traffic has the same cells', async (t) => {
  const warehouses = await both(t, 'merge', samples(400))
  const views = await viewsIn(warehouses)
  t.is(views.filter((name) => name.startsWith('survey_')).length, 4 + 1)
  // Samples have no context.
  for (const view of views) t.true((await sameCells(t, warehouses, view)) > 0 || view === 'context_values', view)
})

test('every view has the same cells, whatever surveys, questions, attributes, segments and tags are called', async (t) => {
  // In one survey: the emulator takes seconds for the view of each.
  const warehouses = await both(
    t,
    'merge',
    hostileEvents().map((each) => ({ ...each, form: FORM_OF_ALL })),
  )
  for (const view of await viewsIn(warehouses)) await sameCells(t, warehouses, view)
  const names = `SELECT scope, form_uuid, name, item, column_name FROM ${columnNames.name} ORDER BY scope, form_uuid, name, item`
  t.deepEqual(await warehouses.inBigquery(names), await warehouses.inDuckdb(names))
})

test('in append mode views have the same cells', async (t) => {
  const warehouses = await both(t, 'append', samples(100))
  for (const view of ['scores', 'nps_by_month', 'csat_by_segment', 'ces_by_attribute', 'survey_nps_survey'])
    t.true((await sameCells(t, warehouses, view)) > 0, view)
})
