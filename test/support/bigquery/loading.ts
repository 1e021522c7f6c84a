/** Batches of one pipeline, and destinations on the fake that load them. */
import type { ExecutionContext } from 'ava'
import { formAttributes, forms } from '../../../schemas/tables/catalog.ts'
import { webhookEvents } from '../../../schemas/tables/log.ts'
import { userAttributes, userSegments, users } from '../../../schemas/tables/people.ts'
import { bigqueryDestination } from '../../../src/destinations/bigquery/bigquery.ts'
import type { BigqueryOptions } from '../../../src/destinations/bigquery/options.ts'
import type { Destination } from '../../../src/destinations/destination.ts'
import { memoryDestination } from '../../../src/destinations/memory.ts'
import type { RowBatch } from '../../../src/flatten/rows.ts'
import { type FakeBigquery, fakeBigquery } from '../fake-bigquery.ts'
import { batchOf, row, sorted, type Tables, withoutLoads } from '../rows.ts'
import { listAt } from './answers.ts'
import type { Request, Step } from './routes.ts'
import { tableOf } from './world.ts'

/** Milliseconds: no pauses between looks, and time enough for a busy machine. */
export const WAITS = { call: 30_000, upload: 30_000, firstLook: 0, longestLook: 1, job: 30_000 }

/** A fake for one test. */
export async function fakeFor(t: ExecutionContext): Promise<FakeBigquery> {
  const fake = await fakeBigquery()
  t.teardown(fake.stop)
  return fake
}

export const optionsOn = (
  { endpoint }: Pick<FakeBigquery, 'endpoint'>,
  options: Partial<BigqueryOptions> = {},
): BigqueryOptions => ({
  mode: 'merge',
  project: 'test-project',
  dataset: 'refiner',
  stagingDataset: 'refiner_staging',
  location: 'EU',
  endpoint,
  labels: { team: 'research' },
  maxBytesBilled: 100_000_000,
  waits: WAITS,
  ...options,
})

/** A destination as a new process has it. */
export const destinationOn = (...given: Parameters<typeof optionsOn>): Destination =>
  bigqueryDestination(optionsOn(...given))

export const idOf = (number: number): string => {
  const seq = String(number).padStart(12, '0')
  return `pipe-${seq}-${seq}-0000000${number}`
}

/** The nth batch of the pipeline, from 1 to 9: a user whose attributes and segments change, a form, an event. */
export function numbered(number: number): RowBatch {
  const version = String(number)
  const rows = batchOf(idOf(number), {
    users: [
      row(users, { user_uuid: 'u', row_version: version, attributes_version: version, segments_version: version }),
    ],
    user_attributes: [
      row(userAttributes, { user_uuid: 'u', name: `né'${version}"`, value: '\\\n', row_version: version }),
    ],
    user_segments:
      number % 2 === 0 ? [] : [row(userSegments, { user_uuid: 'u', segment_uuid: 's', row_version: version })],
    forms: [row(forms, { form_uuid: 'f', name: version, row_version: version })],
    webhook_events: [row(webhookEvents, { event_id: version, payload: '{"a":[1,"é"]}' })],
  })
  return { ...rows, follows: number === 1 ? null : idOf(number - 1), firstSeq: number, lastSeq: number, events: 1 }
}

export const unstopped = () => ({ signal: new AbortController().signal })

/** The tables after so many batches, by the reference. */
export async function reference(batches: number): Promise<Tables> {
  const memory = memoryDestination()
  for (let number = 1; number <= batches; number += 1) await memory.load(numbered(number), unstopped())
  return withoutLoads(sorted(memory.tables()))
}

/** A new process loads the batch, perhaps once more: it is there once, and the tables are those of the reference. */
export async function loadsExactly(
  t: ExecutionContext,
  fake: FakeBigquery,
  number: number,
  mode: BigqueryOptions['mode'] = 'merge',
): Promise<void> {
  const record = await destinationOn(fake, { mode }).load(numbered(number), unstopped())
  t.deepEqual(
    fake.commits().map(({ batchId }) => batchId),
    Array.from({ length: number }, (_, at) => idOf(at + 1)),
  )
  t.deepEqual({ ...fake.commits().at(-1), bytesBilled: record.bytesBilled }, record)
  t.deepEqual(withoutLoads(fake.tables()), await reference(number))
}

/** As a new version finds a dataset into which an older one loaded this batch: it had no table of the attributes of forms. */
export async function makeOlder({ world }: FakeBigquery, mode: BigqueryOptions['mode'], before: RowBatch) {
  const name = `refiner.${formAttributes.name}${mode === 'append' ? '_rows' : ''}`
  const made = tableOf(world, name)
  world.tables.set(name, {
    ...made,
    metadata: { ...made.metadata, labels: {} },
    rows: [],
    creationTime: String(Number(made.creationTime) + 100_000),
  })
  // The reference knows nothing of it either.
  world.warehouse = memoryDestination()
  await world.warehouse.load({ ...before, rows: { ...before.rows, form_attributes: [] } }, unstopped())
}

/** Takes the last column away, as an older version of the loader had it. */
export function dropColumn({ world }: FakeBigquery, name: string): void {
  const table = tableOf(world, name)
  table.metadata['schema'] = { fields: listAt(table.metadata, 'schema', 'fields').slice(0, -1) }
}

/** What was asked for at these steps, in order. */
export const asked = ({ requests }: FakeBigquery, ...steps: Step[]): Request[] =>
  requests.filter(({ step }) => steps.includes(step)).map(({ request }) => request)
