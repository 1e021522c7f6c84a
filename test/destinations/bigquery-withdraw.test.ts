/** A batch is taken back while a load of it that a process began before it died may still be under way. */
import test, { type ExecutionContext } from 'ava'
import type { Destination } from '../../src/destinations/destination.ts'
import { PermanentError, TransientError } from '../../src/errors.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import {
  asked,
  destinationOn,
  fakeFor,
  idOf,
  numbered,
  reference,
  unstopped,
  WAITS,
} from '../support/bigquery/loading.ts'
import { stateTable } from '../support/bigquery/world.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { withoutLoads } from '../support/rows.ts'

/** A part of the second batch. */
const part = () => ({ ...numbered(2), id: idOf(2).replace(/2$/, 'f') })

const impatient = { ...WAITS, job: 50 }

const withdrawals = (fake: FakeBigquery) => stateTable(fake.world).rows[0]?.['withdrawals']

/** Until a job waits for ever. */
async function hanging(fake: FakeBigquery, id = /./): Promise<void> {
  while (![...fake.world.jobs.values()].some((job) => job.waits === Infinity && id.test(job.id)))
    await new Promise(setImmediate)
}

/** A process begins to load it, and dies while BigQuery merges. */
async function dyingInMerge(fake: FakeBigquery, batch: RowBatch): Promise<void> {
  fake.inject('merge insert', 'pending for ever')
  const death = new AbortController()
  const dying = destinationOn(fake)
    .load(batch, { signal: death.signal })
    .catch(() => 'died')
  await hanging(fake, new RegExp(batch.id))
  death.abort(new Error('dies'))
  await dying
}

/** As BigQuery does with those that waited. */
async function runMerges(fake: FakeBigquery): Promise<void> {
  await fake.heal()
  for (const { id, run } of fake.world.jobs.values()) if (/_merge_a\d+$/.test(id)) await run()
}

/** The part commits, and the whole batch never does. */
async function loadsPart(t: ExecutionContext, fake: FakeBigquery, destination: Destination): Promise<void> {
  await destination.load(part(), unstopped())
  t.deepEqual(withoutLoads(fake.tables()), await reference(2))
  const committed = fake.commits().map(({ batchId }) => batchId)
  t.deepEqual(committed, [idOf(1), part().id])
}

test('a merge that is under way loses the fence, and the parts are loaded once', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  await dyingInMerge(fake, numbered(2))
  const next = destinationOn(fake)
  t.is(await next.withdraw(idOf(2), unstopped()), undefined)
  await runMerges(fake)
  t.deepEqual(
    fake.commits().map(({ batchId }) => batchId),
    [idOf(1)],
  )
  await loadsPart(t, fake, next)
})

test('a merge that commits first returns its record, and the batch stays whole', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  const record = await destinationOn(fake).load(numbered(2), unstopped())
  t.deepEqual(await destinationOn(fake).withdraw(idOf(2), unstopped()), record)
  t.is(withdrawals(fake), undefined)
})

test('a batch that was withdrawn before a process died is loaded as it is by the next one', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  for (const count of ['1', '2']) {
    t.is(await destinationOn(fake).withdraw(idOf(2), unstopped()), undefined)
    t.is(withdrawals(fake), count)
  }
  await destinationOn(fake).load(numbered(2), unstopped())
  t.deepEqual(withoutLoads(fake.tables()), await reference(2))
  await destinationOn(fake).load(numbered(3), unstopped())
  t.deepEqual(withoutLoads(fake.tables()), await reference(3))
})

test('a part is divided again while the merge of the whole is still under way: neither comes after its parts', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  for (const batch of [numbered(2), part()]) {
    await dyingInMerge(fake, batch)
    t.is(await destinationOn(fake).withdraw(batch.id, unstopped()), undefined)
  }
  await runMerges(fake)
  await destinationOn(fake).load({ ...part(), id: idOf(2).replace(/2$/, 'e') }, unstopped())
  await runMerges(fake)
  t.deepEqual(
    fake.commits().map(({ batchId }) => batchId),
    [idOf(1), idOf(2).replace(/2$/, 'e')],
  )
})

test('a late withdrawal fails the load with a reason, and the next try succeeds', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  fake.inject('state insert', 'pending for ever')
  const stopped = new AbortController()
  const withdrawing = destinationOn(fake).withdraw(idOf(2), { signal: stopped.signal })
  await hanging(fake)
  stopped.abort(new Error('dies'))
  await t.throwsAsync(withdrawing, { message: 'dies' })
  fake.inject('merge insert', 'pending for ever')
  const loading = destinationOn(fake).load(numbered(2), unstopped())
  await hanging(fake, /_merge_/)
  for (const { id, run } of fake.world.jobs.values()) if (id.includes('withdraw')) await run()
  await fake.heal()
  await t.throwsAsync(loading, { instanceOf: TransientError, message: /called it off/ })
  await destinationOn(fake).load(numbered(2), unstopped())
  t.deepEqual(withoutLoads(fake.tables()), await reference(2))
})

test('before the first load there is nothing to withdraw, and nothing is asked for', async (t) => {
  const fake = await fakeFor(t)
  t.is(await destinationOn(fake).withdraw(idOf(1), unstopped()), undefined)
  t.is(asked(fake, 'state insert').length, 0)
})

test('in append mode nobody can let the batch count any more, and the parts count once', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake, { mode: 'append' }).load(numbered(1), unstopped())
  const uploads = asked(fake, 'upload').length
  await destinationOn(fake, { mode: 'append' }).prepare()
  // Of the second batch all rows are appended, and the last upload never comes.
  fake.inject('upload', 'silence', 4)
  await t.throwsAsync(
    destinationOn(fake, { mode: 'append', waits: { ...WAITS, upload: 500 } }).load(numbered(2), unstopped()),
    { instanceOf: TransientError },
  )
  t.true(asked(fake, 'upload').length > uploads)
  const next = destinationOn(fake, { mode: 'append' })
  t.is(await next.withdraw(idOf(2), unstopped()), undefined)
  const taken = [...fake.world.jobs.keys()].filter(
    (id) => id.includes(idOf(2)) && /_done_append_loads_\d+_a0$/.test(id),
  )
  t.is(taken.length, 1)
  await loadsPart(t, fake, next)
})

test('in append mode a load that commits first returns its record, even after a long wait', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake, { mode: 'append' }).load(numbered(1), unstopped())
  fake.inject('upload', 'pending for ever', 4)
  const death = new AbortController()
  const dying = destinationOn(fake, { mode: 'append' }).load(numbered(2), { signal: death.signal })
  await hanging(fake, new RegExp(idOf(2)))
  death.abort(new Error('dies'))
  await t.throwsAsync(dying, { message: 'dies' })
  const next = destinationOn(fake, { mode: 'append', waits: impatient })
  await t.throwsAsync(next.withdraw(idOf(2), unstopped()), { instanceOf: TransientError })
  await fake.heal()
  const record = await destinationOn(fake, { mode: 'append' }).withdraw(idOf(2), unstopped())
  t.is(record?.batchId, idOf(2))
  t.deepEqual(withoutLoads(fake.tables()), await reference(2))
})

test('what a person has to mend is said', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  fake.inject('state insert', 'reject')
  await t.throwsAsync(destinationOn(fake).withdraw(idOf(2), unstopped()), {
    instanceOf: PermanentError,
    message: /^start a query: the credentials may not do this; /,
  })
})
