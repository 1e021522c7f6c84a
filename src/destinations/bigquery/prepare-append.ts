/** Before the first load of a run in append mode: the tables of rows are there, and the views over them. */
import type { TableMetadata } from '@google-cloud/bigquery'
import type { Table } from '../../../schemas/spec.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { tables } from '../../../schemas/tables.ts'
import type { Client } from './client.ts'
import { bigqueryError } from './errors.ts'
import { keepLonger, requireKept } from './expiry.ts'
import { rowsTable, viewQuery } from './fold.ts'
import type { BigqueryOptions } from './options.ts'
import { ensureDataset } from './prepare.ts'
import { ensureTable, metadataOf, requireMode } from './schema.ts'
import type { TablePath } from './sql.ts'
import { ensureView } from './views.ts'

export interface AppendReady {
  readonly options: BigqueryOptions
  readonly client: Client
  readonly pathTo: (table: string) => TablePath
  /** When each table of rows was made, in milliseconds: one that was dropped and made anew is filled anew. */
  readonly made: ReadonlyMap<string, string>
}

export async function prepareAppend(options: BigqueryOptions): Promise<AppendReady> {
  const { client } = await ensureDataset(options)
  const pathTo = (table: string) => ({ project: client.project, dataset: options.dataset, table })
  await requireMode(client, pathTo(loads.name), 'append')
  const made = new Map<string, string>()
  const labels = { ...options.labels }
  await Promise.all(
    tables.map(async (table) => {
      const { name } = rowsTable(table)
      const { creationTime } = await ensureRows(client, pathTo(name), rowsTable(table), labels)
      if (creationTime === undefined) throw bigqueryError(`look up table ${name}`, { reason: 'gone' })
      made.set(table.name, creationTime)
    }),
  )
  await Promise.all(
    tables.map(async (table) => {
      const path = pathTo(table.name)
      const view = { ...table, query: viewQuery(table, pathTo), labels }
      await keepLonger(client, path, await ensureView(client, path, view, await client.table(path)))
    }),
  )
  return { options, client, pathTo, made }
}

async function ensureRows(
  client: Client,
  path: TablePath,
  rows: Table,
  labels: Record<string, string>,
): Promise<TableMetadata> {
  await ensureTable(client, path, { ...metadataOf(rows, labels), timePartitioning: { type: 'DAY' } })
  const there = (await client.table(path)) ?? {}
  requireKept(path, there)
  await keepLonger(client, path, there)
  return there
}
