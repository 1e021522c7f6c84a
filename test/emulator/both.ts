/** The same events, loaded into DuckDB and into a dataset of BigQuery's, and read from either. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportSchema } from '../../src/config/exports.ts'
import { bigquerySource } from '../../src/destinations/bigquery/source.ts'
import { duckdbSource } from '../../src/destinations/duckdb/source.ts'
import type { Source } from '../../src/destinations/source.ts'
import { exportCsv } from '../../src/exports/export.ts'
import { sampleEvents } from '../../src/samples/samples.ts'
import { bigqueryWarehouseIn } from '../support/bigquery-warehouse.ts'
import { duckdbWarehouseIn } from '../support/duckdb-warehouse.ts'
import { flattenEvents, stored } from '../support/flattening.ts'
import type { Warehouse } from '../support/warehouses.ts'
import { emulated, newName } from './with-emulator.ts'

const NEVER_STOPPED = new AbortController().signal

/** Not of more: the emulator takes seconds for the view of each. */
export const twoSurveys = (): object[] =>
  [...sampleEvents({ seed: 2, count: 100, start: new Date('2025-03-20T00:00:00Z') })].filter((event) =>
    /NPS Survey|CSAT Survey/.test(JSON.stringify(event)),
  )

/** @param bodies of webhooks */
export async function bothWith(bodies: readonly object[]) {
  const folder = await mkdtemp(join(tmpdir(), 'both-'))
  const dataset = newName()
  const [duckdb, bigquery] = await Promise.all([duckdbWarehouseIn(folder), bigqueryWarehouseIn(dataset)])
  await Promise.all([load(duckdb, bodies), load(bigquery, bodies)])
  await duckdb.destination.close()
  return {
    folder,
    dataset,
    inDuckdb: () => duckdbSource(join(folder, 'w.duckdb')),
    inBigquery: (onBytes?: (bytes: number) => void) =>
      bigquerySource({ ...emulated(), dataset, location: undefined, labels: {}, maxBytesBilled: undefined }, onBytes),
    async remove() {
      await Promise.all([duckdb.remove(), bigquery.remove()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function load({ destination }: Warehouse, bodies: readonly object[]): Promise<void> {
  await destination.prepare()
  const batch = flattenEvents(bodies.map((body, at) => stored(body, at + 1)))
  await destination.load(batch, { signal: NEVER_STOPPED })
  await destination.refreshViews?.({ signal: NEVER_STOPPED })
}

export async function asked<T>(source: Source, ask: (source: Source) => Promise<T>): Promise<T> {
  try {
    return await ask(source)
  } finally {
    await source.close()
  }
}

/** The lines of the CSV: the header, and rows in an order of their own. */
export async function csvOf(from: Source, options: object): Promise<string[]> {
  let csv = ''
  const write = async (name: string, text: AsyncIterable<string | Uint8Array>) => {
    for await (const piece of text) csv += piece
    return name
  }
  const exporting = { options: exportSchema('UTC').parse(options), signal: NEVER_STOPPED, write }
  await asked(from, (source) => exportCsv(source, exporting))
  return sortedLines(csv)
}

export function sortedLines(csv: string): string[] {
  const [header = '', ...rows] = csv.split('\r\n')
  return [header, ...rows.toSorted()]
}
