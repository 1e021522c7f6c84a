/** Views that BigQuery does not make, seen from a fake one: loads try them again, and read nothing for it. */
import test from 'ava'
import type { Destination } from '../../src/destinations/destination.ts'
import { textAt } from '../support/bigquery/answers.ts'
import { destinationOn, fakeFor, idOf, unstopped } from '../support/bigquery/loading.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { flattened } from '../support/flattening.ts'
import { answer } from '../support/survey-answers.ts'

/** Loads the nth batch, an answer. @returns which views were not made */
async function load(destination: Destination, number: number, data: object = { nps: 9 }): Promise<readonly string[]> {
  const follows = number === 1 ? null : idOf(number - 1)
  const batch = { ...flattened(answer(number, data)), id: idOf(number), follows, firstSeq: number, lastSeq: number }
  await destination.prepare()
  await destination.load(batch, unstopped())
  return (await destination.refreshViews?.(unstopped()))?.reasons ?? ['no views']
}

const queryOf = ({ world }: FakeBigquery, view: string) =>
  textAt(world.tables.get(`refiner.${view}`)?.metadata, 'view', 'query')

/** What was asked since the last call: how many queries, and which tables and views were looked at or made. */
function asked({ requests }: FakeBigquery) {
  let seen = 0
  return () => {
    const fresh = requests.slice(seen)
    seen = requests.length
    const made = fresh.flatMap(({ step, request }) =>
      step === 'table insert' ? textAt(JSON.parse(request.body.toString()), 'tableReference', 'tableId') : [],
    )
    return { queries: fresh.filter(({ step }) => step === 'query').length, made }
  }
}

const THEIRS = { etag: 1, creationTime: '1', rows: [] }
const table = { ...THEIRS, metadata: { schema: { fields: [] } } }

test('a load after one that could not make a view looks at that view alone, and says the same', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  await destination.prepare()
  fake.world.tables.set('refiner.nps', table)
  const reasons = await load(destination, 1)
  t.deepEqual(reasons, ['nps: something else has that name in refiner; rename it, and the view is made'])
  const since = asked(fake)
  since()
  t.deepEqual(await load(destination, 2), reasons)
  t.deepEqual(since(), { queries: 0, made: [] })
  fake.world.tables.delete('refiner.nps')
  t.deepEqual(await load(destination, 3), [])
  t.deepEqual(since(), { queries: 0, made: ['nps'] })
  t.deepEqual(await load(destination, 4), [])
  t.deepEqual(since(), { queries: 0, made: [] })
})

test('a view that BigQuery refused is made by the next load that it lets, without a plan of all', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  await load(destination, 1)
  fake.inject('table patch', 'reject')
  const reasons = await load(destination, 2, { why: 'slow' })
  t.deepEqual(
    reasons.map((reason) => reason.split(':')[0]),
    ['survey_s'],
  )
  t.notRegex(queryOf(fake, 'survey_s'), /`why`/)
  const since = asked(fake)
  since()
  fake.inject('table patch', 'reject')
  t.deepEqual(await load(destination, 3), reasons)
  t.deepEqual(await load(destination, 4), [])
  t.deepEqual(since(), { queries: 0, made: [] })
  t.regex(queryOf(fake, 'survey_s'), /`why`/)
})

test('where the first view is refused all wait for it, and nothing is read until it is made', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  await destination.prepare()
  // The table of names is made first.
  fake.inject('table insert', 'reject', 1)
  const refused = { message: /^make table answers: .*accessDenied/ }
  const since = asked(fake)
  // A load makes none: its tables are there.
  await t.throwsAsync(load(destination, 1), refused)
  t.true(since().queries > 0)
  fake.inject('table insert', 'reject')
  await t.throwsAsync(load(destination, 2), refused)
  t.deepEqual(since(), { queries: 0, made: ['answers'] })
  t.deepEqual(await load(destination, 3), [])
  const { queries, made } = since()
  t.is(queries, 0)
  t.true(['answers', 'scores', 'nps', 'survey_s'].every((name) => made.includes(name)))
})

test('what waits for the first view says so while something else has its name', async (t) => {
  const fake = await fakeFor(t)
  const destination = destinationOn(fake)
  await destination.prepare()
  fake.inject('table insert', 'reject', 1)
  await t.throwsAsync(load(destination, 1))
  fake.world.tables.set('refiner.answers', table)
  const reasons = await load(destination, 2)
  t.true(reasons.includes('answers: something else has that name in refiner; rename it, and the view is made'))
  t.true(reasons.includes('scores: it reads answers, which could not be made'))
  fake.world.tables.delete('refiner.answers')
  t.deepEqual(await load(destination, 3), [])
  t.not(queryOf(fake, 'scores'), '')
})
