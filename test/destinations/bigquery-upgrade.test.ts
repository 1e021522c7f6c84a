/** A dataset that the version before made, seen from a fake BigQuery: the attributes of forms are filled once. */
import test from 'ava'
import { UPLOAD } from '../../src/destinations/bigquery/fold.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { textAt } from '../support/bigquery/answers.ts'
import { destinationOn, fakeFor, idOf, unstopped } from '../support/bigquery/loading.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { FORM, flattened } from '../support/flattening.ts'
import { answer } from '../support/survey-answers.ts'

const batch = (number: number): RowBatch => ({
  ...flattened(answer(number, { q: 1 }, { attributes: { plan: 'free' } })),
  id: idOf(number),
  follows: number === 1 ? null : idOf(number - 1),
  firstSeq: number,
  lastSeq: number,
})

async function load(fake: FakeBigquery, mode: 'merge' | 'append', number: number) {
  const destination = destinationOn(fake, { mode })
  await destination.prepare()
  await destination.load(batch(number), unstopped())
  return destination.refreshViews?.(unstopped())
}

for (const mode of ['merge', 'append'] as const) {
  test(`in ${mode} mode the attributes of forms are filled by the respondents, once`, async (t) => {
    const fake = await fakeFor(t)
    await load(fake, mode, 1)
    const name = `refiner.form_attributes${mode === 'append' ? '_rows' : ''}`
    const { world } = fake
    const made = world.tables.get(name)
    if (made === undefined) return t.fail()
    const rowsThere = () => world.tables.get(name)?.rows ?? []
    const filled = () => rowsThere().filter((row) => row['row_version'] === '')
    t.deepEqual(filled(), [])

    // As a new version makes it in an older dataset; the reference knows nothing of it.
    world.tables.set(name, { ...made, rows: [], creationTime: String(Number(made.creationTime) + 100_000) })
    const { tables } = world.warehouse
    world.warehouse = { ...world.warehouse, tables: () => ({ ...tables(), form_attributes: [] }) }
    t.deepEqual(await load(fake, mode, 2), { reasons: [], changes: [] })
    const [row] = filled()
    t.like(row, { form_uuid: FORM, scope: 'user', name: 'plan', seen_text: true, seen_number: false, event_id: '' })
    const uploads = [...world.tables].find(([table]) => table.endsWith('.loads_rows'))?.[1].rows ?? []
    t.is(textAt(row, UPLOAD), mode === 'append' ? textAt(uploads[0], UPLOAD) : '')
    const count = filled().length
    await load(fake, mode, 3)
    t.is(filled().length, count)
  })
}
