/** When views are made in BigQuery, and what happens to them, seen from a fake one. What they tell is tested on the emulator. */
import test, { type ExecutionContext } from 'ava'
import { columnNames } from '../../schemas/tables/views.ts'
import type { Destination } from '../../src/destinations/destination.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { textAt } from '../support/bigquery/answers.ts'
import { destinationOn, fakeFor, idOf, unstopped } from '../support/bigquery/loading.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { event, flattened } from '../support/flattening.ts'

/** The nth batch: an answer to one question, by one user. */
function answering(number: number, question: string, attributes: object = { plan: 'pro' }): RowBatch {
  const batch = flattened(event({ attributes }, { data: { [question]: 9 } }))
  return {
    ...batch,
    id: idOf(number),
    follows: number === 1 ? null : idOf(number - 1),
    firstSeq: number,
    lastSeq: number,
  }
}

async function loads(destination: Destination, batch: RowBatch): Promise<readonly string[]> {
  await destination.prepare()
  await destination.load(batch, unstopped())
  return (await destination.refreshViews?.(unstopped()))?.reasons ?? ['no views']
}

const queryOf = ({ world }: FakeBigquery, view: string) =>
  textAt(world.tables.get(`refiner.${view}`)?.metadata, 'view', 'query')

/** Which tables and views were made or changed since the last call, by name. */
function changes({ requests }: FakeBigquery): () => string[] {
  let seen = 0
  return () => {
    const fresh = requests.slice(seen)
    seen = requests.length
    return fresh.flatMap(({ step, request }) => {
      if (step === 'table patch') return request.url.pathname.split('/').at(-1) ?? ''
      return step === 'table insert' ? textAt(JSON.parse(request.body.toString()), 'tableReference', 'tableId') : []
    })
  }
}

const NAMES = ['attribute_plan', 'nps', 'nps_category', 'nps_is_latest', 'nps_points', 'survey_nps']

const byText = (one: unknown, other: unknown) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)

const names = ({ world }: FakeBigquery) =>
  (world.tables.get(`refiner.${columnNames.name}`)?.rows ?? []).map((row) => row['column_name']).toSorted(byText)

/** Names, and the queries of all views. */
const state = (fake: FakeBigquery) => ({
  names: names(fake),
  views: [...fake.world.tables]
    .flatMap(([name, { metadata }]) =>
      'view' in metadata ? [[name, textAt(metadata, 'view', 'query'), textAt(metadata, 'description')]] : [],
    )
    .toSorted(byText),
})

test('views are there after the first load, a load without news touches none, and one with a new question those that lack it', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  const changed = changes(fake)
  t.deepEqual(await loads(destination, answering(1, 'nps')), [])
  t.true(['scores', 'nps_by_month', 'survey_funnel', 'survey_nps'].every((name) => queryOf(fake, name) !== ''))
  t.deepEqual(names(fake), NAMES)
  t.deepEqual(fake.world.tables.get('refiner.scores')?.metadata['labels'], {
    team: 'research',
    made_by: 'refiner-warehouse',
  })

  changed()
  const asked = fake.requests.length
  t.deepEqual(await loads(destination, answering(2, 'nps')), [])
  t.deepEqual(
    changed().filter((name) => !name.includes('_pipe_')),
    [],
  )
  t.is(fake.requests.slice(asked).filter(({ step }) => step === 'query').length, 0)

  t.deepEqual(await loads(destination, answering(3, 'why')), [])
  t.deepEqual(
    changed().filter((name) => !name.includes('_pipe_')),
    ['survey_nps'],
  )
  t.regex(queryOf(fake, 'survey_nps'), /A\.`nps` AS `nps`,\s+S\.`nps_points`[^,]*,[^,]*,[^,]*,\s+A\.`why` AS `why`/)
  t.deepEqual(names(fake), [...NAMES, 'why'])
})

test('a new process reads once what is there, and counts once what has no type yet, and changes nothing', async (t) => {
  const fake = await fakeFor(t)
  await loads(destinationOn(fake), answering(1, 'nps'))
  const changed = changes(fake)
  changed()
  t.deepEqual(await loads(destinationOn(fake), answering(1, 'nps')), [])
  t.deepEqual(changed(), [])
  t.is(fake.requests.filter(({ step, request }) => step === 'query' && request.method === 'POST').length, 4)
})

test('a table or a view of the user under such a name stays, and is told', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  await destination.prepare()
  const theirs = { etag: 1, creationTime: '1', rows: [] }
  fake.world.tables.set('refiner.nps', { ...theirs, metadata: { schema: { fields: [] } } })
  fake.world.tables.set('refiner.survey_nps', { ...theirs, metadata: { view: { query: 'SELECT 1' } } })
  const reason = (name: string) => `${name}: something else has that name in refiner; rename it, and the view is made`
  t.deepEqual(await loads(destination, answering(1, 'nps')), [reason('nps'), reason('survey_nps')])
  t.is(queryOf(fake, 'survey_nps'), 'SELECT 1')
  t.not(queryOf(fake, 'nps_by_month'), '')
})

test('what BigQuery refuses of one view hinders no other, and what it refuses of the first is thrown', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  await destination.prepare()
  await destination.load(answering(1, 'nps'), unstopped())
  // The table of names is made first, and then the view that others read.
  fake.inject('table insert', 'reject', 1)
  await t.throwsAsync(async () => destination.refreshViews?.(unstopped()), {
    message: /^make table answers: .*accessDenied/,
  })
  fake.inject('table insert', 'reject', 1)
  const [reason, ...more] = (await destination.refreshViews?.(unstopped()))?.reasons ?? []
  t.deepEqual(more, [])
  const [name = ''] = /^\w+/.exec(reason ?? '') ?? []
  t.regex(reason ?? '', /^(\w+): make table \1: .*accessDenied/)
  t.is(queryOf(fake, name), '')
  t.not(queryOf(fake, 'survey_nps'), '')
})

test('a stop leaves views for the next time', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  await destination.prepare()
  await destination.load(answering(1, 'nps'), unstopped())
  await t.throwsAsync(async () => destination.refreshViews?.({ signal: AbortSignal.abort(new Error('stop')) }), {
    message: 'stop',
  })
  t.deepEqual((await destination.refreshViews?.(unstopped()))?.reasons, [])
  t.not(queryOf(fake, 'survey_nps'), '')
})

async function undisturbed(t: ExecutionContext) {
  const fake = await fakeFor(t)
  await loads(destinationOn(fake), answering(1, 'nps'))
  return state(fake)
}

for (const when of ['before', 'after'] as const) {
  test(`a loader that dies in the middle of it, ${when} a request is done, leaves nothing that the next one does not put right`, async (t) => {
    const expected = await undisturbed(t)
    // Each request until names are kept, and then some.
    for (let request = 1, wasDead = true; wasDead; request += request < 16 ? 1 : 25) {
      const fake = await fakeFor(t)
      const first = destinationOn(fake)
      await first.prepare()
      await first.load(answering(1, 'nps'), unstopped())
      fake.dieAt(request, when)
      await first.refreshViews?.(unstopped()).catch(() => {})
      wasDead = await fake.heal()
      t.deepEqual(await loads(destinationOn(fake), answering(1, 'nps')), [])
      t.deepEqual(state(fake), expected, `request ${request}`)
      fake.stop()
    }
  })
}

test('of two loaders that give names at once, one looks again', async (t) => {
  const fake = await fakeFor(t)
  const two = [destinationOn(fake), destinationOn(fake)]
  await two[0]?.prepare()
  await two[0]?.load(answering(1, 'nps'), unstopped())
  await two[1]?.prepare()
  const outcomes = await Promise.allSettled(two.map(async (each) => each.refreshViews?.(unstopped())))
  t.true(outcomes.some(({ status }) => status === 'fulfilled'))
  t.deepEqual(await loads(destinationOn(fake), answering(1, 'nps')), [])
  t.deepEqual(state(fake), await undisturbed(t))
})

test('names that were deleted by hand are given again', async (t) => {
  const fake = await fakeFor(t)
  await loads(destinationOn(fake), answering(1, 'nps'))
  const table = fake.world.tables.get(`refiner.${columnNames.name}`)
  table?.rows.splice(0)
  t.deepEqual(await loads(destinationOn(fake), answering(1, 'nps')), [])
  t.deepEqual(state(fake), await undisturbed(t))
})

test('in append mode views are made as well', async (t) => {
  const fake = await fakeFor(t)
  t.deepEqual(await loads(destinationOn(fake, { mode: 'append' }), answering(1, 'nps')), [])
  t.deepEqual(names(fake), NAMES)
  t.not(queryOf(fake, 'survey_nps'), '')
})
