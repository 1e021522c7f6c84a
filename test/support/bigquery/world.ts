/** What the fake BigQuery holds: datasets, tables, jobs, and the tables of the reference behind them. */
import type { LoadRecord } from '../../../schemas/records.ts'
import { type Row, rowOf } from '../../../schemas/spec.ts'
import { formAttributes } from '../../../schemas/tables/catalog.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { batchTables } from '../../../src/destinations/batch.ts'
import { type MemoryDestination, memoryDestination } from '../../../src/destinations/memory.ts'
import { batchOf, row, sorted, type Tables } from '../rows.ts'
import { proto, Refused } from './answers.ts'
import type { MergeScript, Script } from './scripts.ts'
import { attributesThen } from './upgrade.ts'
import { cellsOf } from './uploads.ts'

export interface FakeTable {
  etag: number
  readonly creationTime: string
  metadata: Record<string, unknown>
  rows: Record<string, unknown>[]
}

type JobError = ReturnType<typeof proto>

export interface FakeJob {
  readonly id: string
  readonly location: string
  readonly configuration: unknown
  /** How many looks find it waiting still, and then how many find it running still. */
  waits: number
  runs: number
  /** Once, when it is done. @returns why it failed, or statistics */
  readonly run: () => Promise<JobError | object>
  state: 'PENDING' | 'RUNNING' | 'DONE'
  errorResult?: JobError
  statistics?: object
}

export interface World {
  readonly datasets: Map<string, Record<string, unknown>>
  /** By `dataset.table`. */
  readonly tables: Map<string, FakeTable>
  readonly jobs: Map<string, FakeJob>
  /** Every statement and script that was sent, also as the query of a view. */
  readonly statements: Set<string>
  /** Looks at each new job: so many find it waiting, and so many running. */
  pace: Pick<FakeJob, 'waits' | 'runs'>
  /** Every merge that was committed, also such as should not have been. */
  commits: LoadRecord[]
  warehouse: MemoryDestination
  clock: number
}

/** Bytes that every merge is billed for here. */
export const BILLED = 692_060_160

export function newWorld(): World {
  return {
    datasets: new Map(),
    tables: new Map(),
    jobs: new Map(),
    statements: new Set(),
    pace: { waits: 1, runs: 1 },
    commits: [],
    warehouse: memoryDestination(),
    clock: 1_700_000_000_000,
  }
}

export function dropDataset(world: World, dataset: string): void {
  world.datasets.delete(dataset)
  for (const name of world.tables.keys()) if (name.startsWith(`${dataset}.`)) world.tables.delete(name)
  world.warehouse = memoryDestination()
  world.commits.length = 0
}

/** A look at a job, which is what moves it on. */
export async function look(job: FakeJob): Promise<void> {
  if (job.state === 'DONE') return
  if (job.waits > 0) {
    job.waits -= 1
    return
  }
  job.state = 'RUNNING'
  if (job.runs > 0) {
    job.runs -= 1
    return
  }
  const outcome = await job.run()
  job.state = 'DONE'
  if ('reason' in outcome) job.errorResult = outcome
  else job.statistics = outcome
}

/** @param name `dataset.table` */
export function tableOf({ tables }: World, name: string): FakeTable {
  const found = tables.get(name)
  if (found === undefined) throw new Refused(404, 'notFound')
  return found
}

/** The table of the state in the dataset of the loader. */
export function stateTable(world: World): FakeTable {
  const found = [...world.tables].find(([name]) => name.endsWith('.loader_state'))
  if (found === undefined) throw new Refused(404, 'notFound')
  return found[1]
}

export async function runScript(world: World, script: Script): Promise<JobError | object> {
  switch (script.kind) {
    case 'merge':
      return merge(world, script)
    case 'fill': {
      const rows = attributesThen(world).map((cells) => row(formAttributes, cells))
      const batch = batchOf(`fill ${world.clock++}`, { form_attributes: rows })
      await world.warehouse.load(batch, { signal: new AbortController().signal })
      return {}
    }
    case 'nothing':
      return {}
    case 'pipeline':
    case 'turn':
    case 'withdraw':
      changeState(stateTable(world), script)
      return {}
  }
}

type StateScript = Exclude<Script, { kind: 'merge' | 'fill' | 'nothing' }>

function changeState(state: FakeTable, script: StateScript): void {
  const { kind, pipeline } = script
  const own = state.rows.filter((row) => row['pipeline'] === pipeline)
  if (kind === 'withdraw') {
    const [before, after] = script.counts
    for (const row of own)
      if (row['last_batch'] !== script.batchId && withdrawalsOf(row) === before) row['withdrawals'] = String(after)
    return
  }
  if (kind === 'turn') state.rows = state.rows.filter((row) => !own.includes(row))
  const lastBatch = kind === 'turn' ? script.lastBatch : ''
  state.rows.push({ pipeline, last_batch: lastBatch, record: null, updated_at: '1700000000000000' })
}

const withdrawalsOf = (row: Readonly<Record<string, unknown>>) => Number(row['withdrawals'] ?? 0)

async function merge(world: World, script: MergeScript): Promise<JobError | object> {
  const { pipeline, previous, withdrawals, record, recordText, billed, moves } = script
  const turn = stateTable(world).rows.filter(
    (row) => row['pipeline'] === pipeline && row['last_batch'] === previous && withdrawalsOf(row) === withdrawals,
  )
  if (turn.length !== 1) return proto('invalidQuery', 'FENCE_LOST at [2:1]')
  const rows = new Map<string, Row[]>()
  for (const { into, from } of moves) {
    const staged = world.tables.get(from)
    const table = batchTables.find(({ name }) => into.endsWith(`.${name}`))
    if (staged === undefined || table === undefined || !world.tables.has(into)) return proto('notFound')
    rows.set(
      table.name,
      staged.rows.map((row) => cellsOf(table, row)),
    )
  }
  // Under an id of its own, so that a batch that is committed twice is merged twice.
  const batch = batchOf(`${world.commits.length}`, Object.fromEntries(rows))
  await world.warehouse.load(batch, { signal: new AbortController().signal })
  for (const row of turn) Object.assign(row, { last_batch: record.batchId, record: recordText })
  world.commits = world.commits.map((one) =>
    one.batchId === billed?.batchId ? { ...one, bytesBilled: billed.bytes } : one,
  )
  world.commits.push(record)
  return { query: { totalBytesBilled: String(BILLED) } }
}

export function tablesOf(world: World): Tables {
  const rows = world.commits.map((record) => rowOf(loads, record))
  return sorted({ ...world.warehouse.tables(), [loads.name]: rows })
}
