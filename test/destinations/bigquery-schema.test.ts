/** The datasets and tables that the loader makes or finds in BigQuery. */
import test from 'ava'
import { responses } from '../../schemas/tables/responses.ts'
import { tables } from '../../schemas/tables.ts'
import { PermanentError } from '../../src/errors.ts'
import { listAt, textAt } from '../support/bigquery/answers.ts'
import {
  asked,
  destinationOn,
  dropColumn,
  fakeFor,
  loadsExactly,
  numbered,
  unstopped,
} from '../support/bigquery/loading.ts'
import { tableOf } from '../support/bigquery/world.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'

const fields = ({ world }: FakeBigquery, name: string) => listAt(tableOf(world, name).metadata, 'schema', 'fields')

test('datasets are made where they are wanted, and what is left in staging expires after a day', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).prepare()
  t.like(fake.world.datasets.get('refiner'), { location: 'EU', labels: { team: 'research' } })
  t.like(fake.world.datasets.get('refiner_staging'), { location: 'EU', defaultTableExpirationMs: '86400000' })
})

test('tables are made with partitions, clusters, descriptions and labels, as Google bills and people look by them', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).prepare()
  const made = (name: string) => tableOf(fake.world, name).metadata
  t.like(made('refiner.responses'), {
    description: responses.description,
    labels: { team: 'research' },
    timePartitioning: { type: 'DAY', field: 'created_on' },
    clustering: { fields: ['response_uuid'] },
  })
  t.deepEqual(
    fields(fake, 'refiner.responses').find((field) => textAt(field, 'name') === 'response_uuid'),
    {
      name: 'response_uuid',
      type: 'STRING',
      mode: 'REQUIRED',
      description: responses.columns['response_uuid']?.description,
    },
  )
  t.like(made('refiner.response_answers'), { clustering: { fields: ['response_uuid', 'question', 'item', 'choice'] } })
  const state = made('refiner.loader_state')
  t.like(state, {
    description: 'Which batch of each pipeline was loaded last. Used by the loader; leave it as it is',
    labels: { team: 'research' },
  })
  t.false('timePartitioning' in state)
})

test('tables tell their keys, but for those that hold a key more than once', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).prepare()
  for (const table of tables) {
    const { metadata } = tableOf(fake.world, `refiner.${table.name}`)
    t.deepEqual(metadata['tableConstraints'], { primaryKey: { columns: [...table.key] } }, table.name)
  }
  const other = await fakeFor(t)
  await destinationOn(other, { mode: 'append' }).prepare()
  for (const table of tables) {
    t.false('tableConstraints' in tableOf(other.world, `refiner.${table.name}_rows`).metadata, table.name)
  }
})

test('a dataset that exists stays where it is, and jobs run there', async (t) => {
  const fake = await fakeFor(t)
  fake.world.datasets.set('refiner', { location: 'asia-east1' })
  await loadsExactly(t, fake, 1)
  t.is(textAt(fake.world.datasets.get('refiner_staging'), 'location'), 'asia-east1')
  t.deepEqual(new Set([...fake.world.jobs.values()].map(({ location }) => location)), new Set(['asia-east1']))
})

test('a dataset whose tables or days would expire is refused, with the command that ends it', async (t) => {
  for (const expiring of [{ defaultTableExpirationMs: '1' }, { defaultPartitionExpirationMs: '1' }]) {
    const fake = await fakeFor(t)
    fake.world.datasets.set('refiner', expiring)
    await t.throwsAsync(destinationOn(fake).prepare(), {
      instanceOf: PermanentError,
      message:
        /^prepare dataset refiner: .* `bq update --default_table_expiration 0 --default_partition_expiration 0 refiner`.*; without billing they always expire: turn it on, or set BIGQUERY_MODE=append/,
    })
  }
})

test('a staging dataset in another location is told, as no job works across', async (t) => {
  const fake = await fakeFor(t)
  fake.world.datasets.set('refiner_staging', { location: 'US' })
  await t.throwsAsync(destinationOn(fake).prepare(), {
    instanceOf: PermanentError,
    message:
      /^prepare dataset refiner_staging: it is in US and refiner in EU, .*; drop it, or name another one in BIGQUERY_STAGING_DATASET$/,
  })
})

test('a missing column is added under the etag that was read, and what a user added stays', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).load(numbered(1), unstopped())
  const [whole, mine] = [fields(fake, 'refiner.forms'), { name: 'mine', type: 'STRING', mode: 'NULLABLE' }]
  dropColumn(fake, 'refiner.forms')
  const table = tableOf(fake.world, 'refiner.forms')
  table.metadata['schema'] = { fields: [...fields(fake, 'refiner.forms'), mine] }
  await destinationOn(fake).prepare()
  const patches = asked(fake, 'table patch')
  t.deepEqual(
    patches.map(({ headers }) => headers['if-match']),
    ['"1"'],
  )
  const [last, added] = [whole.at(-1), fields(fake, 'refiner.forms').at(-1)]
  t.deepEqual(fields(fake, 'refiner.forms').slice(0, -1), [...whole.slice(0, -1), mine])
  t.deepEqual([textAt(added, 'name'), textAt(added, 'mode')], [textAt(last, 'name'), 'NULLABLE'])
  await loadsExactly(t, fake, 2)
})

test('a column of another type stops the loader, which says which, and changes nothing', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).prepare()
  const table = tableOf(fake.world, 'refiner.users')
  const wrong = (field: unknown) => ({
    ...Object(field),
    ...(textAt(field, 'name') === 'email' && { type: 'INTEGER' }),
  })
  table.metadata['schema'] = { fields: fields(fake, 'refiner.users').map(wrong) }
  const error = await t.throwsAsync(destinationOn(fake).prepare(), { instanceOf: PermanentError })
  t.is(
    error?.message,
    'prepare table users: column refiner.users.email is INTEGER and must be STRING; rename or drop it, and a new one is made',
  )
  t.is(asked(fake, 'table patch').length, 0)
})

test('types are taken under both of their names', async (t) => {
  const fake = await fakeFor(t)
  await destinationOn(fake).prepare()
  const other: Readonly<Record<string, string>> = { INTEGER: 'INT64', FLOAT: 'FLOAT64', BOOLEAN: 'BOOL' }
  for (const [name, table] of fake.world.tables) {
    const renamed = fields(fake, name).map((field) => {
      const type = textAt(field, 'type')
      return { ...Object(field), type: other[type] ?? type }
    })
    table.metadata['schema'] = { fields: renamed }
  }
  await t.notThrowsAsync(destinationOn(fake).prepare())
  t.is(asked(fake, 'table patch').length, 0)
})
