/** That the transaction by which a batch becomes visible is one, and that a lost fence undoes all of it. */
import { randomUUID } from 'node:crypto'
import type { Dataset } from '@google-cloud/bigquery'
import test, { type ExecutionContext } from 'ava'
import { ask, emptyDataset } from './with-emulator.ts'

async function warehouse(t: ExecutionContext): Promise<Dataset> {
  const dataset = await emptyDataset(t)
  const string = (name: string) => ({ name, type: 'STRING', mode: 'REQUIRED' })
  const integer = (name: string) => ({ name, type: 'INTEGER' })
  await dataset.createTable('state', { schema: { fields: [string('pipeline'), string('last_batch')] } })
  for (const name of ['owners', 'staged_owners']) {
    await dataset.createTable(name, { schema: { fields: [string('id'), integer('version')] } })
  }
  for (const name of ['children', 'staged_children']) {
    await dataset.createTable(name, { schema: { fields: [string('owner'), integer('n')] } })
  }
  const d = dataset.id
  await ask(dataset, `INSERT INTO ${d}.state (pipeline, last_batch) VALUES ('p', 'b1')`)
  await ask(dataset, `INSERT INTO ${d}.owners (id, version) VALUES ('old', 5), ('same', 1)`)
  await ask(dataset, `INSERT INTO ${d}.children (owner, n) VALUES ('old', 1), ('same', 2)`)
  await ask(dataset, `INSERT INTO ${d}.staged_owners (id, version) VALUES ('old', 4), ('same', 2), ('new', 1)`)
  await ask(dataset, `INSERT INTO ${d}.staged_children (owner, n) VALUES ('old', 11), ('same', 12), ('new', 13)`)
  return dataset
}

/** The child rows go first: the owners still have the version that they had before. */
const transaction = (d: string, previous: string, next: string) => `
  BEGIN TRANSACTION;
  SELECT IF(COUNT(*) = 1, 'ok', ERROR('FENCE_LOST')) FROM ${d}.state WHERE pipeline = 'p' AND last_batch = '${previous}';
  UPDATE ${d}.state SET last_batch = '${next}' WHERE pipeline = 'p' AND last_batch = '${previous}';
  DELETE FROM ${d}.children WHERE owner IN (
    SELECT S.id FROM ${d}.staged_owners S JOIN ${d}.owners T ON S.id = T.id WHERE S.version > T.version);
  INSERT INTO ${d}.children (owner, n) SELECT C.owner, C.n FROM ${d}.staged_children C
    JOIN ${d}.staged_owners S ON C.owner = S.id LEFT JOIN ${d}.owners T ON S.id = T.id
    WHERE T.id IS NULL OR S.version > T.version;
  MERGE ${d}.owners T USING (SELECT id, version FROM ${d}.staged_owners) S ON T.id = S.id
    WHEN MATCHED AND S.version > T.version THEN UPDATE SET version = S.version
    WHEN NOT MATCHED THEN INSERT (id, version) VALUES (S.id, S.version);
  COMMIT TRANSACTION;`

const everything = async (dataset: Dataset) => ({
  state: await ask(dataset, `SELECT last_batch FROM ${dataset.id}.state`),
  owners: await ask(dataset, `SELECT id, version FROM ${dataset.id}.owners ORDER BY id`),
  children: await ask(dataset, `SELECT owner, n FROM ${dataset.id}.children ORDER BY owner, n`),
})

const LOADED = {
  state: [{ last_batch: 'b2' }],
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
  await ask(dataset, transaction(`${dataset.id}`, 'b1', 'b2'))
  t.deepEqual(await everything(dataset), LOADED)
})

test('a second run loses the fence, says so in its job, and changes nothing', async (t) => {
  const dataset = await warehouse(t)
  await ask(dataset, transaction(`${dataset.id}`, 'b1', 'b2'))
  await ask(dataset, `UPDATE ${dataset.id}.owners SET version = 0 WHERE id = 'same'`)
  const before = await everything(dataset)
  const jobId = randomUUID()
  const query = transaction(`${dataset.id}`, 'b1', 'b2')
  await t.throwsAsync(dataset.createQueryJob({ query, jobId }), { message: /FENCE_LOST/ })
  const [{ status }] = await dataset.bigQuery.job(jobId).getMetadata()
  t.like(status, { state: 'DONE', errorResult: { reason: 'invalidQuery' } })
  t.regex(status.errorResult.message, /FENCE_LOST/)
  t.deepEqual(await everything(dataset), before)
})

test('an error in the last statement rolls all of it back', async (t) => {
  const dataset = await warehouse(t)
  const before = await everything(dataset)
  await ask(dataset, `INSERT INTO ${dataset.id}.staged_owners (id, version) VALUES ('same', 3)`)
  // BigQuery: UPDATE/MERGE must match at most one source row for each target row.
  await t.throwsAsync(ask(dataset, transaction(`${dataset.id}`, 'b1', 'b2')))
  t.deepEqual(await everything(dataset), before)
})

test('a reader never sees the middle of a transaction', async (t) => {
  const dataset = await warehouse(t)
  const d = dataset.id
  const script = `BEGIN TRANSACTION; UPDATE ${d}.state SET last_batch = 'half' WHERE TRUE; SELECT ERROR('undone'); COMMIT TRANSACTION`
  const seen = await Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      if (n % 4 === 0) await t.throwsAsync(ask(dataset, script), { message: /undone/ })
      return (await dataset.table('state').getRows())[0]
    }),
  )
  t.deepEqual(new Set(seen.map((rows) => JSON.stringify(rows))), new Set(['[{"pipeline":"p","last_batch":"b1"}]']))
})
