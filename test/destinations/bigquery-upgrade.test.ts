/** A dataset that the version before made, seen from a fake BigQuery: the attributes of forms are filled once, and exactly. */
import test, { type ExecutionContext } from 'ava'
import { formAttributes } from '../../schemas/tables/catalog.ts'
import { formAttributesQuery } from '../../schemas/views/upgrade.ts'
import { UPLOAD } from '../../src/destinations/bigquery/fold.ts'
import { mergeKinds } from '../../src/destinations/bigquery/upgrade.ts'
import { allMembers, duckdbDialect } from '../../src/destinations/duckdb/dialect.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { at, textAt } from '../support/bigquery/answers.ts'
import { destinationOn, fakeFor, idOf, makeOlder, unstopped } from '../support/bigquery/loading.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { flattened } from '../support/flattening.ts'
import { answer } from '../support/survey-answers.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

type Mode = 'merge' | 'append'

const batch = (number: number, attributes: object): RowBatch => ({
  ...flattened(answer(number, { q: 1 }, { attributes })),
  id: idOf(number),
  follows: number === 1 ? null : idOf(number - 1),
  firstSeq: number,
  lastSeq: number,
})

const BEFORE = batch(1, { plan: 'free', seats: 3 })

async function load(fake: FakeBigquery, mode: Mode, rows: RowBatch) {
  const destination = destinationOn(fake, { mode })
  await destination.prepare()
  await destination.load(rows, unstopped())
  return destination.refreshViews?.(unstopped())
}

const tableName = (mode: Mode) => `refiner.form_attributes${mode === 'append' ? '_rows' : ''}`

/** As a new version finds an older dataset, with one batch and no table of the attributes of forms. */
async function olderDataset(t: ExecutionContext, mode: Mode, before = BEFORE): Promise<FakeBigquery> {
  const fake = await fakeFor(t)
  await load(fake, mode, before)
  await makeOlder(fake, mode, before)
  return fake
}

/** Attributes with the kinds of their values, by what counts. */
function kinds(fake: FakeBigquery, mode: Mode): string[] {
  const { world } = fake
  const columns = Object.keys(formAttributes.columns)
  const rows =
    mode === 'append'
      ? (world.tables.get(tableName(mode))?.rows ?? [])
      : (world.warehouse.tables()[formAttributes.name] ?? []).map((row) =>
          Object.fromEntries(columns.map((name, at) => [name, row[at]])),
        )
  const found = rows.flatMap((row) =>
    columns.flatMap((name) =>
      name.startsWith('seen_') && row[name] === true ? [`${String(row['name'])} ${name}`] : [],
    ),
  )
  return [...new Set(found)].toSorted()
}

/** How often all respondents were read. */
const scans = ({ requests }: FakeBigquery) =>
  requests.filter(({ request }) =>
    /"query":"(?:SELECT|MERGE [^ ]+ AS T USING \(SELECT) F\./.test(request.body.toString()),
  ).length

const isMarked = (fake: FakeBigquery, mode: Mode) =>
  textAt(fake.world.tables.get(tableName(mode))?.metadata, 'labels', 'form_attributes_filled') !== ''

for (const mode of ['merge', 'append'] as const) {
  test(`in ${mode} mode the attributes of forms are filled once, also the kinds of those that a load brought first`, async (t) => {
    const fake = await olderDataset(t, mode)
    t.deepEqual(await load(fake, mode, batch(2, { plan: 7 })), { reasons: [], changes: [] })
    t.deepEqual(kinds(fake, mode), ['plan seen_number', 'plan seen_text', 'seats seen_number'])
    t.is(scans(fake), 1)
    await load(fake, mode, batch(3, { plan: 7 }))
    t.is(scans(fake), 1)
    t.deepEqual(kinds(fake, mode), ['plan seen_number', 'plan seen_text', 'seats seen_number'])
    t.true(isMarked(fake, mode))
  })

  test(`in ${mode} mode every query of an upgrade and of views has the bound on bytes`, async (t) => {
    const fake = await olderDataset(t, mode)
    await load(fake, mode, batch(2, { plan: 7 }))
    const queries = fake.requests.flatMap(({ step, request }) => {
      if (!['query', 'merge insert', 'state insert'].includes(step) || request.method !== 'POST') return []
      const body: unknown = JSON.parse(request.body.toString())
      return [at(body, 'configuration', 'query') ?? body]
    })
    const reading = queries.filter((query) => !/^INSERT INTO \S+ \([^)]*\) VALUES/.test(textAt(query, 'query')))
    t.true(
      ['TO_JSON_STRING', 'C.*', 'F.'].every((word) => reading.some((query) => textAt(query, 'query').includes(word))),
    )
    t.deepEqual(new Set(reading.map((query) => textAt(query, 'maximumBytesBilled'))), new Set(['100000000']))
  })

  test(`in ${mode} mode nothing is read again where there was nothing to fill`, async (t) => {
    const fake = await olderDataset(t, mode, batch(1, { plan: null }))
    for (const number of [2, 3]) await load(fake, mode, batch(number, { plan: null }))
    t.is(scans(fake), 1)
    t.deepEqual(kinds(fake, mode), [])
  })

  for (const when of ['before', 'after'] as const) {
    test(`in ${mode} mode a loader that dies while it fills, ${when} a request is done, leaves nothing that the next one does not put right`, async (t) => {
      // Each request until the table is marked.
      for (let [request, isDone] = [1, false]; !isDone; request += 1) {
        const fake = await olderDataset(t, mode)
        const first = destinationOn(fake, { mode })
        await first.prepare()
        await first.load(batch(2, { plan: 7 }), unstopped())
        fake.dieAt(request, when)
        await first.refreshViews?.(unstopped()).catch(() => {})
        t.true(await fake.heal())
        isDone = isMarked(fake, mode)
        await load(fake, mode, batch(2, { plan: 7 }))
        t.deepEqual(kinds(fake, mode), ['plan seen_number', 'plan seen_text', 'seats seen_number'], String(request))
        if (mode === 'append') {
          const filled = fake.world.tables.get(tableName(mode))?.rows.filter((row) => row['row_version'] === '') ?? []
          t.is(filled.length, 3, 'appended once')
          t.true(filled.every((row) => textAt(row, UPLOAD) !== ''))
        }
        fake.stop()
      }
    })
  }
}

test('merged in, kinds are joined with those that are there, and nothing is changed by a second time', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.loadOnly(
    answer(0, {}, { attributes: { plan: 'free', seats: 3, gone: null } }),
    answer(1, {}, { attributes: { plan: 5 } }),
  )
  const query = formAttributesQuery(duckdbDialect, allMembers)
  const sql = mergeKinds('form_attributes', query).replace('MERGE', 'MERGE INTO').replaceAll('`', '"')
  const known = 'SELECT * EXCLUDE (event_id, row_version, event_received_at) FROM form_attributes ORDER BY name'
  const versions = 'SELECT name, row_version FROM form_attributes ORDER BY name'
  await withConnection(warehouse.path, async (connection) => {
    const rows = async (asked: string) => (await connection.runAndReadAll(asked)).getRowsJS()
    const expected = await rows(known)
    const [plan] = await rows(versions)
    // As after a load of the new version: one kind of one attribute alone is known.
    await connection.run(
      "DELETE FROM form_attributes WHERE name = 'seats'; UPDATE form_attributes SET seen_text = NULL",
    )
    for (const _ of ['first', 'second']) {
      await connection.run(sql)
      t.deepEqual(await rows(known), expected)
      t.deepEqual(await rows(versions), [plan, ['seats', '']])
    }
  })
})
