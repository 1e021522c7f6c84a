/** What the loader asks of BigQuery, seen from a fake one that it talks to by Google's client. */
import test from 'ava'
import { loads } from '../../schemas/tables/log.ts'
import { PermanentError, reasonOf, TransientError } from '../../src/errors.ts'
import { at, QUOTED, textAt } from '../support/bigquery/answers.ts'
import {
  asked,
  destinationOn,
  fakeFor,
  idOf,
  loadsExactly,
  numbered,
  reference,
  unstopped,
} from '../support/bigquery/loading.ts'
import type { Step } from '../support/bigquery/routes.ts'
import { parts } from '../support/bigquery/uploads.ts'
import { BILLED, dropDataset } from '../support/bigquery/world.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { batchOf, column, withoutLoads } from '../support/rows.ts'

/** What the jobs were made with, in the order of asking. */
const jobsAsked = (fake: FakeBigquery, step: Step): unknown[] =>
  asked(fake, step).map(({ body, headers }) =>
    step === 'upload' ? parts(body, String(headers['content-type'])).metadata : JSON.parse(body.toString()),
  )

test('the same batch asks for the same jobs, whose ids say what they do', async (t) => {
  const fakes = await Promise.all([fakeFor(t), fakeFor(t)])
  for (const fake of fakes) await destinationOn(fake).load(numbered(1), unstopped())
  const [ids, again] = fakes.map(({ world }) => [...world.jobs.keys()].toSorted())
  t.deepEqual(ids, again)
  const steps = [
    'load_forms',
    'load_user_attributes',
    'load_user_segments',
    'load_users',
    'load_webhook_events',
    'merge',
  ]
  const form = /^rw_refiner_(pipe)-0{11}1-0{11}1-00000001_[0-9a-f]{8}_(\w+)_a0$/
  t.deepEqual(ids?.flatMap((id) => form.exec(id)?.[2] ?? []).toSorted(), steps)
  t.is(ids?.filter((id) => /^rw_refiner_pipe_\d+_state_a0$/.test(id)).length, 1)
  t.is(ids?.length, steps.length + 1)
})

test('loading a batch again, also by a new process, gives its record and starts no job', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  const record = await destination.load(numbered(1), unstopped())
  const jobs = fake.world.jobs.size
  t.deepEqual(await destination.load(numbered(1), unstopped()), record)
  t.deepEqual(await destinationOn(fake).load(numbered(1), unstopped()), record)
  t.is(fake.world.jobs.size, jobs)
  t.is(asked(fake, 'upload', 'state insert', 'merge insert').length, jobs)
  t.deepEqual(column(fake.tables(), loads, 'batch_id'), [idOf(1)])
})

test('a batch out of turn is refused before anything is staged', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  const error = await t.throwsAsync(destinationOn(fake).load(numbered(3), unstopped()), { instanceOf: PermanentError })
  t.is(
    error?.message,
    `load batch ${idOf(3)} into refiner: ${idOf(1)} was loaded last, and not ${idOf(2)}; if another loader fills this dataset, stop one ` +
      'of the two; if the dataset or the buffer was restored from a copy, `npm run bigquery -- resync` loads again what the ' +
      'buffer keeps, and goes on from there',
  )
  t.is(asked(fake, 'merge insert').length, 1)
  await loadsExactly(t, fake, 1)
})

test('what was billed for a batch is in its record, and comes into loads with the next batch', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  t.is((await destination.load(numbered(1), unstopped())).bytesBilled, BILLED)
  t.deepEqual(column(fake.tables(), loads, 'bytes_billed'), [null])
  // The process that knew it is gone.
  await destinationOn(fake).load(numbered(2), unstopped())
  t.deepEqual(column(fake.tables(), loads, 'bytes_billed'), [BILLED, null])
})

test('pipelines do not meet, though their rows come in pages', async (t) => {
  const fake = await fakeFor(t)
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const destination = destinationOn(fake)
    const record = await destination.load(batchOf(name, numbered(1).rows), unstopped())
    t.deepEqual(await destination.load(batchOf(name, {}), unstopped()), record)
  }
  t.is(fake.commits().length, 5)
})

test('a dataset that was dropped is made again, and the load says what is missing', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  await destination.load(numbered(1), unstopped())
  dropDataset(fake.world, 'refiner')
  // The process that was at it does not know yet.
  await t.throwsAsync(destination.load(numbered(2), unstopped()), {
    instanceOf: TransientError,
    message: /is made again/,
  })
  for (const each of [destination, destinationOn(fake)]) {
    await t.throwsAsync(each.load(numbered(2), unstopped()), {
      instanceOf: PermanentError,
      message:
        /what was loaded before is not there; if the dataset was dropped, `npm run bigquery -- resync` loads again/,
    })
  }
  t.deepEqual(fake.commits(), [])
  // From the start it can go.
  await destinationOn(fake).load(numbered(1), unstopped())
  await loadsExactly(t, fake, 2)
})

test('jobs carry the labels, and merges the bound on what they may cost', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  for (const step of ['upload', 'state insert', 'merge insert'] as const) {
    for (const job of jobsAsked(fake, step)) t.deepEqual(at(job, 'configuration', 'labels'), { team: 'research' })
  }
  const bound = (step: Step) =>
    jobsAsked(fake, step).map((job) => at(job, 'configuration', 'query', 'maximumBytesBilled'))
  t.deepEqual(bound('merge insert'), ['100000000'])
  t.deepEqual(bound('state insert'), [undefined])
})

test('without a bound none is sent', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake, { maxBytesBilled: undefined }).load(numbered(1), unstopped())
  t.deepEqual(Object.keys(Object(at(jobsAsked(fake, 'merge insert')[0], 'configuration', 'query'))), [
    'query',
    'useLegacySql',
  ])
})

test('uploads replace what is there, and take neither bad rows nor unknown values', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  const uploads = jobsAsked(fake, 'upload')
  t.is(uploads.length, 5)
  for (const job of uploads) {
    t.like(at(job, 'configuration', 'load'), {
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
      writeDisposition: 'WRITE_TRUNCATE',
      maxBadRecords: 0,
      ignoreUnknownValues: false,
    })
  }
})

test('after a load nothing is left in staging', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  t.deepEqual(
    [...fake.world.tables.keys()].filter((name) => name.startsWith('refiner_staging.')),
    [],
  )
})

test('a job that failed has a successor, and one that is found failed is not asked for again', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  for (let failure = 0; failure < 3; failure += 1) {
    fake.inject('merge insert', 'done with backendError')
    await t.throwsAsync(destinationOn(fake).load(numbered(2), unstopped()), { instanceOf: TransientError })
  }
  await loadsExactly(t, fake, 2)
  const ids = jobsAsked(fake, 'merge insert').map((job) => textAt(job, 'jobReference', 'jobId').slice(-8))
  t.deepEqual(ids, ['merge_a0', 'merge_a0', 'merge_a1', 'merge_a2', 'merge_a3'])
  // What was staged by the first try served all of them.
  t.is(asked(fake, 'upload').length, 5 + 4)
})

test('rows that expired in staging before they were merged are staged again', async (t) => {
  const fake = await fakeFor(t)
  fake.inject('merge insert', 'done with backendError')
  await t.throwsAsync(destinationOn(fake).load(numbered(1), unstopped()), { instanceOf: TransientError })
  for (const name of fake.world.tables.keys()) if (name.startsWith('refiner_staging.')) fake.world.tables.delete(name)
  await loadsExactly(t, fake, 1)
})

test('a load job that counts other rows than were sent is not merged', async (t) => {
  const fake = await fakeFor(t)
  fake.inject('upload', 'done with too few rows')
  const error = await t.throwsAsync(destinationOn(fake).load(numbered(1), unstopped()), { instanceOf: PermanentError })
  t.regex(error?.message ?? '', /^load 1 rows of \w+ into staging: BigQuery counts 0 rows; report it as a bug$/)
  t.deepEqual(fake.commits(), [])
})

test('what BigQuery says is never told on, as it may quote a row', async (t) => {
  const fake = await fakeFor(t)
  const faults = [
    'reject',
    'unavailable',
    'done with invalid',
    'done with a conflict',
    'done with quotaExceeded',
  ] as const
  for (const step of ['upload', 'merge insert'] as const) {
    for (const fault of faults) {
      fake.inject(step, fault)
      const error: unknown = await destinationOn(fake)
        .load(numbered(1), unstopped())
        .catch((thrown: unknown) => thrown)
      t.true(error instanceof TransientError || error instanceof PermanentError)
      t.false(reasonOf(error).includes(QUOTED))
    }
  }
  t.deepEqual(withoutLoads(fake.tables()), await reference(0))
})
