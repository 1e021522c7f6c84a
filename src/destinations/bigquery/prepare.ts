/** Before the first load of a run: the datasets and the tables are there, as schemas/tables.ts has them. */
import type { Table } from '../../../schemas/spec.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { tables } from '../../../schemas/tables.ts'
import { PermanentError } from '../../errors.ts'
import { type Client, type DatasetMetadata, openClient } from './client.ts'
import { bigqueryError } from './errors.ts'
import type { BigqueryOptions } from './options.ts'
import { ensureTable, keyOf, metadataOf, requireMode } from './schema.ts'
import type { TablePath } from './sql.ts'
import { STATE_TABLE, stateMetadata } from './state.ts'

/** What loads need to know. */
export interface Ready {
  readonly options: BigqueryOptions
  /** For the location that the dataset has. */
  readonly client: Client
  readonly pathTo: (table: string) => TablePath
  /** Changes when the table of the state is made anew. */
  readonly generation: string
}

/** What is left in staging by loads that died expires after a day, in milliseconds. */
export const STAGING_EXPIRES = 86_400_000

export async function prepare(options: BigqueryOptions): Promise<Ready> {
  const { client, location } = await ensureDataset(options)
  const pathTo = (table: string) => ({ project: client.project, dataset: options.dataset, table })
  await requireMode(client, pathTo(loads.name), 'merge')
  await ensureStaging(options, client, location)
  const state = pathTo(STATE_TABLE)
  await ensureTable(client, state, { ...stateMetadata, labels: { ...options.labels } })
  const metadata = (table: Table) => ({ ...metadataOf(table, options.labels), ...keyOf(table) })
  await Promise.all(tables.map((table) => ensureTable(client, pathTo(table.name), metadata(table))))
  const made = await client.table(state)
  if (made?.creationTime === undefined) throw bigqueryError(`look up table ${STATE_TABLE}`, { reason: 'gone' })
  return { options, client, pathTo, generation: made.creationTime }
}

/** With a client for the location that the dataset has, which stays as it was made. */
export async function ensureDataset(options: BigqueryOptions) {
  const { dataset, labels } = options
  const first = await openClient(options)
  let there = await first.dataset(dataset)
  if (there === undefined) {
    await first.createDataset(dataset, {
      ...placeOf(options.location),
      labels,
      description: "Refiner's surveys, loaded by refiner-warehouse",
    })
    there = await first.dataset(dataset)
  }
  requireLasting(options, there)
  const location = there?.location ?? options.location
  return { location, client: await openClient({ ...options, location }) }
}

/** What a dataset lets expire by default would take tables, or old days of them, away again. Without billing all of it does. */
function requireLasting({ dataset, mode }: BigqueryOptions, there: DatasetMetadata | undefined): void {
  if (mode === 'append' || !(there?.defaultTableExpirationMs || there?.defaultPartitionExpirationMs)) return
  throw new PermanentError(
    `prepare dataset ${dataset}: its tables or their days expire by default, and what people answered with them; run ` +
      `\`bq update --default_table_expiration 0 --default_partition_expiration 0 ${dataset}\`, or name another dataset; without billing they ` +
      'always expire: turn it on, or set BIGQUERY_MODE=append (docs/bigquery.md)',
  )
}

async function ensureStaging(options: BigqueryOptions, client: Client, location: string | undefined): Promise<void> {
  const { dataset, stagingDataset, labels } = options
  const staging = await client.dataset(stagingDataset)
  if (staging?.location !== undefined && location !== undefined && staging.location !== location) {
    throw new PermanentError(
      `prepare dataset ${stagingDataset}: it is in ${staging.location} and ${dataset} in ${location}, and no job works across; drop it, ` +
        'or name another one in BIGQUERY_STAGING_DATASET',
    )
  }
  if (staging === undefined) {
    await client.createDataset(stagingDataset, {
      ...placeOf(location),
      labels,
      description: 'Rows on their way into the tables; what is left here expires after a day',
      defaultTableExpirationMs: String(STAGING_EXPIRES),
    })
  }
}

const placeOf = (location: string | undefined) => (location === undefined ? {} : { location })
