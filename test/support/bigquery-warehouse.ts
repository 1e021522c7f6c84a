/** BigQuery warehouses for tests, on the emulator, each in datasets of its own. */
import type { Dataset } from '@google-cloud/bigquery'
import type { Cell, Column, ColumnType, Row, Table } from '../../schemas/spec.ts'
import { tables } from '../../schemas/tables.ts'
import { bigqueryDestination } from '../../src/destinations/bigquery/bigquery.ts'
import type { BigqueryOptions } from '../../src/destinations/bigquery/options.ts'
import { identifier } from '../../src/destinations/bigquery/sql.ts'
import { ask, emulated, emulatorClient, newName } from '../emulator/with-emulator.ts'
import { sorted, type Tables } from './rows.ts'
import type { Warehouse } from './warehouses.ts'

export function bigqueryWarehouse(): Promise<Warehouse> {
  return inTurn(() => bigqueryWarehouseIn(newName()))
}

/** In append mode: what a user changes by SQL are tables there, and these are views. */
export function bigqueryAppendWarehouse(): Promise<Warehouse> {
  return inTurn(() => appendWarehouseIn(newName()))
}

let turn: Promise<unknown> = Promise.resolve()

/** One warehouse at a time, until it is removed: an emulator does one thing at a time, and what shares it would run out of time. */
async function inTurn(make: () => Promise<Warehouse>): Promise<Warehouse> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const before = turn
  turn = promise
  await before
  try {
    const warehouse = await make()
    return { ...warehouse, remove: () => warehouse.remove().finally(resolve) }
  } catch (error) {
    resolve()
    throw error
  }
}

async function appendWarehouseIn(name: string): Promise<Warehouse> {
  const { sql: _, addColumn: __, ...warehouse } = await bigqueryWarehouseIn(name, 'append')
  return { ...warehouse, reopen: () => appendWarehouseIn(name) }
}

/** In the dataset of that name, and another for staging. */
export async function bigqueryWarehouseIn(name: string, mode: BigqueryOptions['mode'] = 'merge'): Promise<Warehouse> {
  const stagingDataset = `${name}_staging`
  const destination = bigqueryDestination({
    ...emulated(),
    mode,
    dataset: name,
    stagingDataset,
    location: undefined,
    labels: {},
    maxBytesBilled: undefined,
  })
  await destination.prepare()
  const client = emulatorClient()
  const dataset = client.dataset(name)
  return {
    destination,
    json: 'value',
    ...(mode === 'merge' && { days: 'some' }),
    tables: () => tablesOf(dataset),
    reopen: () => bigqueryWarehouseIn(name),
    sql: async (statement) => (await ask(dataset, statement)).map((row) => Object.values(row)),
    addColumn: (name, text) => [
      `ALTER TABLE forms ADD COLUMN ${name} STRING`,
      `UPDATE forms SET ${name} = '${text}' WHERE TRUE`,
    ],
    async remove() {
      await destination.close()
      await Promise.all([name, stagingDataset].map((each) => dropped(client.dataset(each))))
    },
  }
}

/** Another warehouse on the same may have dropped it. */
async function dropped(dataset: Dataset): Promise<void> {
  const [there] = await dataset.exists()
  if (there) await dataset.delete({ force: true })
}

/** All tables of the dataset, in one query. */
export async function tablesOf(dataset: Dataset): Promise<Tables> {
  const rows: Record<string, Row[]> = {}
  for (const found of await ask(dataset, tables.map(cellsOf).join(' UNION ALL '))) {
    const { name, cells } = found
    const table = tables.find((each) => each.name === name)
    const texts: unknown = JSON.parse(String(cells))
    if (table === undefined || !Array.isArray(texts))
      throw new Error(`read the rows of ${String(name)} back: not as asked`)
    const types = Object.values<Column<never>>(table.columns).map(({ type }) => type)
    rows[table.name] = [...(rows[table.name] ?? []), types.map((type, at) => cellOf(type, texts[at]))]
  }
  return sorted(rows)
}

/** A query for each row's cells as a list of texts. */
function cellsOf(table: Table): string {
  const texts = Object.entries<Column<never>>(table.columns).map(([name, { type }]) => {
    const column = identifier(name)
    if (type === 'timestamp') return `FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%E6SZ', ${column})`
    return type === 'json' ? `TO_JSON_STRING(${column})` : `CAST(${column} AS STRING)`
  })
  return `SELECT '${table.name}' AS name, TO_JSON_STRING([${texts.join(', ')}]) AS cells FROM ${identifier(table.name)}`
}

function cellOf(type: ColumnType, text: unknown): Cell {
  if (typeof text !== 'string') return null
  if (type === 'integer' || type === 'number') return Number(text)
  return type === 'boolean' ? text === 'true' : text
}
