/** That a transaction behind the loader's own fence is one, and that a lost fence undoes all of it; on tables that are easily seen through. */
import { randomUUID } from 'node:crypto'
import type { Dataset } from '@google-cloud/bigquery'
import test, { type ExecutionContext } from 'ava'
import {
  fence,
  insertPipeline,
  type Merged,
  STATE_TABLE,
  stateMetadata,
  withdrawal,
} from '../../src/destinations/bigquery/state.ts'
import { ask, emptyDataset } from './with-emulator.ts'

const NOW = '2024-01-01T00:00:00.000000Z'

async function warehouse(t: ExecutionContext): Promise<Dataset> {
  const dataset = await emptyDataset(t)
  const string = (name: string) => ({ name, type: 'STRING', mode: 'REQUIRED' })
  const integer = (name: string) => ({ name, type: 'INTEGER' })
  await dataset.createTable(STATE_TABLE, stateMetadata)
  for (const name of ['owners', 'staged_owners']) {
    await dataset.createTable(name, { schema: { fields: [string('id'), integer('version')] } })
  }
  for (const name of ['children', 'staged_children']) {
    await dataset.createTable(name, { schema: { fields: [string('owner'), integer('n')] } })
  }
  const d = dataset.id
  await ask(dataset, insertPipeline(statePath(dataset), 'p'))
  await ask(dataset, script(fence(statePath(dataset), { lastBatch: '', withdrawals: 0 }, recordOf('b1'), true)))
  await ask(dataset, `INSERT INTO ${d}.owners (id, version) VALUES ('old', 5), ('same', 1)`)
  await ask(dataset, `INSERT INTO ${d}.children (owner, n) VALUES ('old', 1), ('same', 2)`)
  await ask(dataset, `INSERT INTO ${d}.staged_owners (id, version) VALUES ('old', 4), ('same', 2), ('new', 1)`)
  await ask(dataset, `INSERT INTO ${d}.staged_children (owner, n) VALUES ('old', 11), ('same', 12), ('new', 13)`)
  return dataset
}

const statePath = ({ id = '', bigQuery }: Dataset) => ({ project: bigQuery.projectId, dataset: id, table: STATE_TABLE })

/** @param batch two hexadecimal digits */
const idOf = (batch: string) => `p-000000000001-000000000001-000000${batch}`

const recordOf = (batchId: string): Merged => {
  const counts = { firstSeq: 1, lastSeq: 1, events: 1, rows: {}, bytesBilled: null }
  return { ...counts, destination: 'bigquery', batchId: idOf(batchId), startedAt: NOW, finishedAt: NOW, job: 'job' }
}

const script = (statements: readonly string[]) => statements.map((statement) => `${statement};\n`).join('')

/** The child rows go first: the owners still have the version that they had before. */
function transaction(dataset: Dataset, previous: string, next: string, withdrawals = 0): string {
  const d = dataset.id
  return script([
    'BEGIN TRANSACTION',
    ...fence(statePath(dataset), { lastBatch: idOf(previous), withdrawals }, recordOf(next), true),
    `DELETE FROM ${d}.children WHERE owner IN (
      SELECT S.id FROM ${d}.staged_owners S JOIN ${d}.owners T ON S.id = T.id WHERE S.version > T.version)`,
    `INSERT INTO ${d}.children (owner, n) SELECT C.owner, C.n FROM ${d}.staged_children C
      JOIN ${d}.staged_owners S ON C.owner = S.id LEFT JOIN ${d}.owners T ON S.id = T.id
      WHERE T.id IS NULL OR S.version > T.version`,
    `MERGE ${d}.owners T USING (SELECT id, version FROM ${d}.staged_owners) S ON T.id = S.id
      WHEN MATCHED AND S.version > T.version THEN UPDATE SET version = S.version
      WHEN NOT MATCHED THEN INSERT (id, version) VALUES (S.id, S.version)`,
    'COMMIT TRANSACTION',
  ])
}

const everything = async (dataset: Dataset) => ({
  state: await ask(dataset, `SELECT last_batch FROM ${dataset.id}.${STATE_TABLE}`),
  owners: await ask(dataset, `SELECT id, version FROM ${dataset.id}.owners ORDER BY id`),
  children: await ask(dataset, `SELECT owner, n FROM ${dataset.id}.children ORDER BY owner, n`),
})

const LOADED = {
  state: [{ last_batch: idOf('b2') }],
  owners: [
    { id: 'new', version: 1 },
    { id: 'old', version: 5 },
    { id: 'same', version: 2 },
  ],
  children: [
    { owner: 'new', n: 13 },
    { owner: 'old', n: 1 },
    { owner: 'same', n: 12 },
  ],
}

test('the transaction commits its tables together', async (t) => {
  const dataset = await warehouse(t)
  await ask(dataset, transaction(dataset, 'b1', 'b2'))
  t.deepEqual(await everything(dataset), LOADED)
})

test('a second run loses the fence, says so in its job, and changes nothing', async (t) => {
  const dataset = await warehouse(t)
  await ask(dataset, transaction(dataset, 'b1', 'b2'))
  await ask(dataset, `UPDATE ${dataset.id}.owners SET version = 0 WHERE id = 'same'`)
  const before = await everything(dataset)
  const jobId = randomUUID()
  const query = transaction(dataset, 'b1', 'b2')
  await t.throwsAsync(dataset.createQueryJob({ query, jobId }), { message: /FENCE_LOST/ })
  const [{ status }] = await dataset.bigQuery.job(jobId).getMetadata()
  t.like(status, { state: 'DONE', errorResult: { reason: 'invalidQuery' } })
  t.regex(status.errorResult.message, /FENCE_LOST/)
  t.deepEqual(await everything(dataset), before)
})

test('what began before a withdrawal loses the fence, and what begins after it does not', async (t) => {
  const dataset = await warehouse(t)
  const before = await everything(dataset)
  // Of the whole batch, and then of its first part: the merges of both are called off.
  for (const [withdrawals, batch] of [
    [0, 'b2'],
    [1, 'b3'],
  ] as const) {
    await ask(dataset, withdrawal(statePath(dataset), idOf(batch), withdrawals))
    await t.throwsAsync(ask(dataset, transaction(dataset, 'b1', 'b2')), { message: /FENCE_LOST/ })
    await t.throwsAsync(ask(dataset, transaction(dataset, 'b1', 'b3', withdrawals)), { message: /FENCE_LOST/ })
  }
  // A withdrawal that comes late changes nothing.
  await ask(dataset, withdrawal(statePath(dataset), idOf('b2'), 0))
  t.deepEqual(await everything(dataset), before)
  await ask(dataset, transaction(dataset, 'b1', 'b2', 2))
  t.deepEqual(await everything(dataset), LOADED)
})

test('a batch that was loaded is not withdrawn any more', async (t) => {
  const dataset = await warehouse(t)
  await ask(dataset, withdrawal(statePath(dataset), idOf('b1'), 0))
  t.deepEqual(await ask(dataset, `SELECT withdrawals FROM ${dataset.id}.${STATE_TABLE}`), [{ withdrawals: null }])
})

test('an error in the last statement rolls all of it back', async (t) => {
  const dataset = await warehouse(t)
  const before = await everything(dataset)
  await ask(dataset, `INSERT INTO ${dataset.id}.staged_owners (id, version) VALUES ('same', 3)`)
  // BigQuery: UPDATE/MERGE must match at most one source row for each target row.
  await t.throwsAsync(ask(dataset, transaction(dataset, 'b1', 'b2')))
  t.deepEqual(await everything(dataset), before)
})

test('a reader never sees the middle of a transaction', async (t) => {
  const dataset = await warehouse(t)
  const d = dataset.id
  const script = `BEGIN TRANSACTION; UPDATE ${d}.${STATE_TABLE} SET last_batch = 'half' WHERE TRUE; SELECT ERROR('undone'); COMMIT TRANSACTION`
  const seen = await Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      if (n % 4 === 0) await t.throwsAsync(ask(dataset, script), { message: /undone/ })
      return ask(dataset, `SELECT pipeline, last_batch FROM ${d}.${STATE_TABLE}`)
    }),
  )
  t.deepEqual(
    new Set(seen.map((rows) => JSON.stringify(rows))),
    new Set([JSON.stringify([{ pipeline: 'p', last_batch: idOf('b1') }])]),
  )
})
