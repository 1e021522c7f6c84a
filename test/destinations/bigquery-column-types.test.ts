/** Types of columns in BigQuery, seen from a fake one. What the counts tell is tested on the emulator. */
import test from 'ava'
import { columnNames } from '../../schemas/tables/views.ts'
import { UNSET_MODELS } from '../../schemas/views/spec.ts'
import type { Destination } from '../../src/destinations/destination.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { textAt } from '../support/bigquery/answers.ts'
import { destinationOn, fakeFor, idOf, unstopped } from '../support/bigquery/loading.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { flattened } from '../support/flattening.ts'
import { answer, answers } from '../support/survey-answers.ts'

async function loads(destination: Destination, batch: RowBatch): Promise<readonly string[]> {
  await destination.prepare()
  await destination.load(batch, unstopped())
  return (await destination.refreshViews?.(unstopped()))?.reasons ?? ['no views']
}

const queryOf = ({ world }: FakeBigquery, view: string) =>
  textAt(world.tables.get(`refiner.${view}`)?.metadata, 'view', 'query')

const namesOf = ({ world }: FakeBigquery) =>
  (world.tables.get(`refiner.${columnNames.name}`)?.rows ?? []).map((row) => row['column_name'])

/** So many responses in one batch. */
function batch(number: number, bodies: readonly object[]): RowBatch {
  const follows = number === 1 ? null : idOf(number - 1)
  return { ...flattened(...bodies), id: idOf(number), follows, firstSeq: number, lastSeq: number }
}

const typesOf = ({ world }: FakeBigquery) =>
  (world.tables.get(`refiner.${columnNames.name}`)?.rows ?? []).flatMap((row) => {
    const type = textAt(row, 'value_type')
    return type === '' ? [] : [`${textAt(row, 'column_name')} ${type}`]
  })

for (const mode of ['merge', 'append'] as const) {
  test(`in ${mode} mode a type is given from twenty answers on, kept, and nothing is counted any more`, async (t) => {
    const fake = await fakeFor(t)
    const destination = destinationOn(fake, { mode })
    const rating = (number: number) => ({ rating: number })
    t.deepEqual(await loads(destination, batch(1, answers(19, rating))), [])
    t.deepEqual(typesOf(fake), [])
    const made = fake.world.tables.get(`refiner.${columnNames.name}`)
    const before = structuredClone(made?.metadata)
    t.deepEqual(await loads(destination, batch(2, [answer(19, rating(1))])), [])
    t.deepEqual(typesOf(fake), ['rating number'])
    t.deepEqual(made?.metadata, before)
    t.deepEqual(
      await loads(
        destination,
        batch(
          3,
          answers(100, () => ({ rating: 'none' }), 20),
        ),
      ),
      [],
    )
    t.deepEqual(typesOf(fake), ['rating number'])
    t.regex(queryOf(fake, 'survey_s'), /CASE WHEN A\.`rating` IS NULL THEN A\.`rating_text` END AS `rating_text`/)
    t.is(namesOf(fake).filter((name) => name === 'rating').length, 1)

    const asked = fake.requests.length
    t.deepEqual(await loads(destinationOn(fake, { mode }), batch(4, [answer(120, rating(1))])), [])
    const counting = fake.requests
      .slice(asked)
      .filter(({ request }) => request.body.includes('count') && request.body.includes('SELECT C.*'))
    t.is(counting.length, 0)
  })
}

test('a setting changes a type in BigQuery, where no row can be changed, and it is told', async (t) => {
  const fake = await fakeFor(t)
  await loads(
    destinationOn(fake),
    batch(
      1,
      answers(20, (number) => ({ rating: number })),
    ),
  )
  const view = fake.world.tables.get('refiner.survey_s')
  // The fake runs no query, and so knows no columns of views.
  Object.assign(view?.metadata ?? {}, {
    schema: {
      fields: [
        { name: 'rating', type: 'FLOAT' },
        { name: 'old', type: 'STRING' },
      ],
    },
  })
  const models = { ...UNSET_MODELS, columnTypes: { 'survey_s.rating': 'text' } } as const
  const destination = destinationOn(fake, { models })
  await destination.prepare()
  await destination.load(batch(2, [answer(20, { rating: 1 })]), unstopped())
  t.deepEqual(await destination.refreshViews?.(unstopped()), {
    reasons: [],
    changes: ['survey_s.old: gone, was STRING', 'survey_s.rating: STRING, was FLOAT'],
  })
  t.deepEqual(typesOf(fake), ['rating text'])
})
