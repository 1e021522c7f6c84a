/** Append mode without BigQuery: a client over a memory of jobs and of the rows of `loads`, and what was asked of it. */
import type { JobMetadata } from '@google-cloud/bigquery'
import { tables } from '../../../schemas/tables.ts'
import type { Client, QueryOptions } from '../../../src/destinations/bigquery/client.ts'
import type { AppendReady } from '../../../src/destinations/bigquery/prepare-append.ts'
import { WAITS } from './loading.ts'

export interface AppendWorld {
  readonly ready: AppendReady
  readonly jobs: Map<string, JobMetadata>
  /** Rows of `loads`, as they were appended. */
  readonly loads: Record<string, unknown>[]
  /** Ids of jobs, in the order of asking. */
  readonly inserted: string[]
  readonly selected: { readonly sql: string; readonly options: QueryOptions }[]
}

const never = () => {
  throw new Error('append mode asks for nothing of the kind once it is prepared')
}

/** @param made when the tables were, in milliseconds. @param over of the client, given what it does otherwise */
export function appendWorld(
  made = Date.now(),
  over: (world: AppendWorld) => Partial<Client> = () => ({}),
): AppendWorld {
  const client: Client = {
    project: 'my-project',
    waits: WAITS,
    job: async (id) => world.jobs.get(id),
    insertLoad: async (id, { table }, { pieces }) => {
      const lines = Buffer.concat(pieces).toString().trimEnd().split('\n')
      world.inserted.push(id)
      world.jobs.set(id, jobOf(lines.length))
      if (table === 'loads_rows') world.loads.push(...lines.map((line) => Object(JSON.parse(line))))
    },
    select: async (_, sql, options) => {
      world.selected.push({ sql, options })
      return world.loads.filter(({ batch_id }) => sql.includes(`'${String(batch_id)}'`)).map(texts)
    },
    table: never,
    createTable: never,
    updateTable: never,
    dropTable: never,
    rows: never,
    dataset: never,
    createDataset: never,
    insertQuery: never,
  }
  const options = {
    mode: 'append',
    project: undefined,
    dataset: 'refiner',
    stagingDataset: 'refiner_staging',
    location: undefined,
    endpoint: undefined,
    labels: {},
    maxBytesBilled: 20_000_000,
  } as const
  const pathTo = (table: string) => ({ project: 'my-project', dataset: 'refiner', table })
  const times = new Map(tables.map(({ name }) => [name, String(made)]))
  const world: AppendWorld = {
    ready: { options, client, pathTo, made: times },
    jobs: new Map(),
    loads: [],
    inserted: [],
    selected: [],
  }
  Object.assign(client, over(world))
  return world
}

/** Of a load that is done. @param ended when, in milliseconds */
export const jobOf = (rows: number, ended = Date.now()): JobMetadata => ({
  status: { state: 'DONE' },
  statistics: { endTime: String(ended), load: { outputRows: String(rows) } },
})

/** A row as a query tells it. */
const texts = (row: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [name, typeof cell === 'string' ? cell : JSON.stringify(cell)]),
  )
