/** A batch is taken back while a load of it that a process began before it died may still be under way. */
import test from 'ava'
import { PermanentError, TransientError } from '../../src/errors.ts'
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
import { withoutLoads } from '../support/rows.ts'

/** A part of the second batch. */
const part = () => ({ ...numbered(2), id: idOf(2).replace(/2$/, 'f') })

const impatient = { ...WAITS, job: 50 }

test('a merge that is under way loses the fence, and the parts are loaded once', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  fake.inject('merge insert', 'pending for ever')
  const death = new AbortController()
  const dying = destinationOn(fake).load(numbered(2), { signal: death.signal })
  while (![...fake.world.jobs.values()].some(({ waits }) => waits === Infinity)) await new Promise(setImmediate)
  death.abort(new Error('dies'))
  await t.throwsAsync(dying, { message: 'dies' })
  const next = destinationOn(fake)
  t.is(await next.withdraw(idOf(2), unstopped()), undefined)
  await fake.heal()
  const jobs = [...fake.world.jobs.values()].filter(({ id }) => /_merge_a\d+$/.test(id))
  for (const job of jobs) await job.run()
  t.deepEqual(
    fake.commits().map(({ batchId }) => batchId),
    [idOf(1)],
  )
  await next.load(part(), unstopped())
  t.deepEqual(withoutLoads(fake.tables()), await reference(2))
  t.deepEqual(
    fake.commits().map(({ batchId }) => batchId),
    [idOf(1), part().id],
  )
})

test('a merge that came first is told, and nothing is to be loaded in parts', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  const record = await destinationOn(fake).load(numbered(2), unstopped())
  t.deepEqual(await destinationOn(fake).withdraw(idOf(2), unstopped()), record)
  t.is(stateTable(fake.world).rows[0]?.['withdrawn'], undefined)
})

test('a batch that was withdrawn before a process died is loaded as it is by the next one', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  for (const _ of [1, 2]) {
    t.is(await destinationOn(fake).withdraw(idOf(2), unstopped()), undefined)
    t.is(stateTable(fake.world).rows[0]?.['withdrawn'], idOf(2))
  }
  await destinationOn(fake).load(numbered(2), unstopped())
  t.deepEqual(withoutLoads(fake.tables()), await reference(2))
  await destinationOn(fake).load(numbered(3), unstopped())
  t.deepEqual(withoutLoads(fake.tables()), await reference(3))
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
  await next.load(part(), unstopped())
  t.deepEqual(withoutLoads(fake.tables()), await reference(2))
  t.deepEqual(
    fake.commits().map(({ batchId }) => batchId),
    [idOf(1), part().id],
  )
})

test('in append mode a load that came first is told, also where it takes long', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake, { mode: 'append' }).load(numbered(1), unstopped())
  fake.inject('upload', 'pending for ever', 4)
  const death = new AbortController()
  const dying = destinationOn(fake, { mode: 'append' }).load(numbered(2), { signal: death.signal })
  // Other jobs may take long as well on a busy machine: this one is the last.
  while (![...fake.world.jobs.values()].some(({ id, waits }) => id.includes(idOf(2)) && waits === Infinity))
    await new Promise(setImmediate)
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
