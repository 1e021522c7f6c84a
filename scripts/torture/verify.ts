/**
 * What must hold once everything is loaded, however often the product died before: every acknowledged event is in each
 * warehouse exactly once, nothing else is, and the tables are those of a run that nothing disturbed.
 */
import { join } from 'node:path'
import type { Row, Table } from '../../schemas/spec.ts'
import { loads, webhookEvents } from '../../schemas/tables/log.ts'
import { tables } from '../../schemas/tables.ts'
import type { BufferStats, EventBuffer } from '../../src/buffer/buffer.ts'
import type { Config } from '../../src/config.ts'
import { foldQuery } from '../../src/destinations/csv/fold.ts'
import { queryFile } from '../../src/destinations/duckdb/query.ts'
import { memoryDestination } from '../../src/destinations/memory.ts'
import { cellOf, keyOf } from '../../src/destinations/merge.ts'
import { identifier, literal } from '../../src/destinations/sql.ts'
import { flatten } from '../../src/flatten/flatten.ts'
import { warehousePath } from '../../src/stores.ts'
import { readState, type State, sortedState } from './cells.ts'

/** CSV files are asked through DuckDB's file, which must be there too.
 *  @returns how many events each warehouse holds. @throws an error that says what is violated first */
export async function verify(
  config: Config,
  buffer: EventBuffer,
  acknowledged: Iterable<string>,
): Promise<{ events: number }> {
  checkEquation(await buffer.stats())
  const reference = await undisturbed(buffer)
  const stored = new Set(reference[webhookEvents.name]?.map((row) => cellOf(webhookEvents, row, 'event_id')))
  for (const id of acknowledged) {
    if (!stored.has(id)) throw new Error(`verify: event ${id} was acknowledged, and the buffer does not have it`)
  }
  const path = warehousePath(config)
  for (const name of config.destinations) {
    const folder = join(config.dataDir, 'csv')
    const csv = name === 'csv'
    const log = csv
      ? `read_csv(${literal(join(folder, webhookEvents.name, '*.csv'))}, all_varchar = true, union_by_name = true, max_line_size = 64000000)`
      : identifier(webhookEvents.name)
    await checkOnce(name, path, log)
    const state = await readState(path, (table) => (csv ? `(${foldQuery(table, folder)})` : identifier(table.name)))
    compare(name, reference, state)
  }
  return { events: stored.size }
}

/** received = duplicate + quarantined + pending + loaded + missed, for each destination. */
export function checkEquation({ received, duplicate, quarantined, consumers }: BufferStats): void {
  for (const [name, { pending, loaded, missed }] of Object.entries(consumers)) {
    const sum = duplicate + quarantined + pending + loaded + missed
    if (received === sum) continue
    throw new Error(
      `verify: of ${received} received, ${duplicate} are duplicate, ${quarantined} quarantined, ${pending} pending, ` +
        `${loaded} loaded and ${missed} missed for ${name}, which makes ${sum}`,
    )
  }
}

/** The tables that the kept events make when they are loaded in one go. */
async function undisturbed(buffer: EventBuffer): Promise<State> {
  const memory = memoryDestination()
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER }
  const every = Number.POSITIVE_INFINITY
  const atOnce = { events: every, bytes: every, values: every }
  for await (const batch of buffer.kept(all, 'reference', atOnce)) {
    const events = batch.events.filter(({ body }) => body !== '')
    await memory.load(flatten({ ...batch, events }), { signal: new AbortController().signal })
  }
  return sortedState(memory.tables())
}

async function checkOnce(name: string, path: string, log: string): Promise<void> {
  const { rows } = await queryFile(path, `SELECT event_id, count(*) FROM ${log} GROUP BY event_id HAVING count(*) > 1`)
  const [first] = rows
  if (first !== undefined) throw new Error(`verify: ${name} has event ${first[0]} ${first[1]} times`)
}

function compare(name: string, expected: State, found: State): void {
  // The log of events first: what it lacks says more than what that makes of other tables.
  for (const table of new Set<Table>([webhookEvents, ...tables])) {
    if (table.name === loads.name) continue
    const [wanted, given] = [rowsByKey(table, expected), rowsByKey(table, found)]
    for (const [key, row] of wanted) {
      const other = given.get(key)
      if (other === undefined) throw new Error(`verify: ${name} lacks the row ${key} of ${table.name}`)
      compareRow(`${name}, ${table.name} ${key}`, table, row, other)
    }
    for (const key of given.keys()) {
      if (!wanted.has(key)) throw new Error(`verify: ${name} has a row ${key} of ${table.name} that should not be`)
    }
    if (given.size !== found[table.name]?.length) throw new Error(`verify: ${name} has a row of ${table.name} twice`)
  }
}

function compareRow(place: string, table: Table, wanted: Row, given: Row): void {
  for (const [at, column] of Object.keys(table.columns).entries()) {
    if (wanted[at] === given[at]) continue
    throw new Error(
      `verify: ${place} has ${column} ${JSON.stringify(given[at])}; undisturbed: ${JSON.stringify(wanted[at])}`,
    )
  }
}

const rowsByKey = (table: Table, state: State) => new Map(state[table.name]?.map((row) => [keyOf(table, row), row]))
