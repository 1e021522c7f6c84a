import test from 'ava'
import { CATALOG_TABLES, type Catalog, catalogOf } from '../../src/destinations/catalog.ts'
import { memoryDestination } from '../../src/destinations/memory.ts'
import { createNovelty, type Novelty, type Settled } from '../../src/destinations/novelty.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { event, FORM, flattened } from '../support/flattening.ts'
import { answer, answers } from '../support/survey-answers.ts'

const answered = (data: object, fields: object = {}) => flattened(event(fields, { data }))

const EMPTY = catalogOf({ tables: {}, context: [] })

const ALL_GIVEN: Settled = {
  open: { items: [], attributes: [] },
  surveys: 'all',
  catalog: EMPTY,
  respondents: undefined,
}

/** Open columns with so many answers. */
const open = (names: readonly string[], count: number): Settled => ({
  ...ALL_GIVEN,
  open: {
    items: names.map((name) => ({ formUuid: FORM, name, item: '', answers: count, isMixed: false })),
    attributes: [],
  },
})

/** After these batches, and views that were made since. */
function settled(by: Settled, ...batches: readonly RowBatch[]): Novelty {
  const novelty = createNovelty()
  for (const batch of batches) novelty.notice(batch)
  novelty.settle(by)
  return novelty
}

const OF_FORM = new Set([FORM])

test('at first everything may be new, and nothing is once views were made', (t) => {
  const novelty = createNovelty()
  t.is(novelty.surveys(), 'all')
  novelty.settle(ALL_GIVEN)
  t.is(novelty.surveys(), undefined)
})

test('a question, an item, another kind of value and a new name are news of their survey; more of the same is not', (t) => {
  const novelty = createNovelty()
  novelty.notice(answered({ nps: 9, m: { speed: 1 } }))
  for (const data of [
    { nps: 1, other: 1 },
    { nps: 1, m: { speed: 1, design: 1 } },
    { nps: 'x' },
    { nps: [1] },
    { nps: [1, 2] },
  ]) {
    novelty.settle(ALL_GIVEN)
    novelty.notice(answered({ nps: 8, m: { speed: 3 } }))
    t.is(novelty.surveys(), undefined)
    novelty.notice(answered(data))
    t.deepEqual(novelty.surveys(), OF_FORM, JSON.stringify(data))
  }
  novelty.settle(ALL_GIVEN)
  novelty.notice(answered({}, { form: { uuid: FORM, name: 'Renamed' }, last_seen_at: '2026-01-01 00:00:00' }))
  t.deepEqual(novelty.surveys(), OF_FORM)
})

test('kinds that came together or one after the other are the same news', (t) => {
  const novelty = settled(ALL_GIVEN, flattened(answer(0, { q: 1 })), flattened(answer(1, { q: 'x' })))
  novelty.notice(flattened(answer(0, { q: 2 }), answer(1, { q: 'y' })))
  t.is(novelty.surveys(), undefined)
})

test('a question that stands further back than ever is news, as the order of columns follows it', (t) => {
  const novelty = settled(ALL_GIVEN, answered({ one: 1, two: 2 }))
  novelty.notice(answered({ one: 1 }))
  t.is(novelty.surveys(), undefined)
  novelty.notice(answered({ two: 2, one: 1 }))
  t.deepEqual(novelty.surveys(), OF_FORM)
})

test('a value that came before anything was answered is news, and so is the first time of an answer then', (t) => {
  const early = (data: object) =>
    flattened(event({ triggered_event: 'Saw Survey' }, { data, first_data_reception_at: null }))
  const novelty = settled(ALL_GIVEN, early({ q: 1 }))
  novelty.notice(early({ q: 1 }))
  t.is(novelty.surveys(), undefined)
  novelty.notice(flattened(answer(0, { q: 1 })))
  t.deepEqual(novelty.surveys(), OF_FORM)
  novelty.settle(ALL_GIVEN)
  novelty.notice(flattened(answer(1, { q: 1 })))
  t.is(novelty.surveys(), undefined)

  const late = settled(ALL_GIVEN, flattened(answer(0, { q: 1 })))
  late.notice(early({ q: 1 }))
  t.deepEqual(late.surveys(), OF_FORM)
})

/** A response at the nth hour, of a survey that was called so then. */
const called = (name: string, hour: number) =>
  flattened(answer(hour, { q: 1 }, { form: { uuid: FORM, name }, later: 3600 * hour }))

test('a survey that gets an old name back is news', (t) => {
  const novelty = createNovelty()
  for (const [hour, name] of ['Old', 'New', 'Old'].entries()) {
    novelty.notice(called(name, hour))
    t.truthy(novelty.surveys(), name)
    novelty.settle(ALL_GIVEN)
  }
})

test('a former name that comes late, or again, is no news: the survey keeps its newest name', (t) => {
  const novelty = settled(ALL_GIVEN, called('Old', 1), called('New', 9))
  for (const hour of [1, 2, 8]) {
    novelty.notice(called('Old', hour))
    t.is(novelty.surveys(), undefined)
    novelty.notice(called('New', 9))
    t.is(novelty.surveys(), undefined)
  }
  novelty.notice(called('New', 10))
  t.is(novelty.surveys(), undefined)
  novelty.notice(called('Old', 11))
  t.deepEqual(novelty.surveys(), OF_FORM)
})

test('an attribute that is new to a survey is news of that survey alone, and one without a value of none', (t) => {
  const novelty = settled(ALL_GIVEN)
  novelty.notice(answered({}, { attributes: { plan: null }, form: { uuid: FORM, name: null } }))
  novelty.settle(ALL_GIVEN)
  novelty.notice(answered({}, { attributes: { plan: null }, form: { uuid: FORM, name: null } }))
  t.is(novelty.surveys(), undefined)
  novelty.notice(answered({}, { attributes: { plan: 'free' }, form: { uuid: FORM, name: null } }))
  t.deepEqual(novelty.surveys(), OF_FORM)
})

test('another kind of value of an attribute is news of all surveys while its type is open, and of its survey afterwards', (t) => {
  const attribute = (plan: unknown) => answered({}, { attributes: { plan } })
  const attributes = [{ scope: 'user', name: 'plan', answers: 1 }] as const
  const isOpen = settled({ ...ALL_GIVEN, open: { items: [], attributes }, respondents: 1 }, attribute('free'))
  isOpen.notice(attribute('pro'))
  t.is(isOpen.surveys(), undefined)
  isOpen.notice(attribute(1))
  t.is(isOpen.surveys(), 'all')
  const isGiven = settled(ALL_GIVEN, attribute('free'))
  isGiven.notice(attribute(1))
  t.deepEqual(isGiven.surveys(), OF_FORM)
})

test('an open question is news with the answer that gives it a type, and no later one', (t) => {
  const batches = Array.from({ length: 4 }, (_, at) => flattened(answer(at, { q: at })))
  const [known, first, second, third] = batches
  if (known === undefined || first === undefined || second === undefined || third === undefined) return t.fail()
  const novelty = settled(open(['q'], 18), known)
  novelty.notice(first)
  t.is(novelty.surveys(), undefined)
  novelty.notice(second)
  t.deepEqual(novelty.surveys(), OF_FORM)
  novelty.settle(ALL_GIVEN)
  novelty.notice(third)
  t.is(novelty.surveys(), undefined)
})

test('an empty list counts towards the type of an open question', (t) => {
  const novelty = settled(open(['q'], 19), flattened(answer(0, { q: [] })))
  novelty.notice(flattened(answer(1, { q: [] })))
  t.deepEqual(novelty.surveys(), OF_FORM)
})

test('an open question with several kinds of values is news with each answer, as the share decides', (t) => {
  const both = flattened(answer(0, { q: 1, r: 1 }), answer(1, { q: 'x', r: 2 }))
  const novelty = settled(open(['q', 'r'], 2), both)
  novelty.notice(flattened(answer(2, { r: 3 })))
  t.is(novelty.surveys(), undefined)
  novelty.notice(flattened(answer(3, { q: 'y' })))
  t.deepEqual(novelty.surveys(), OF_FORM)
  // Also where only the warehouse knows of the other kind.
  const { items } = open(['q'], 2).open
  const mixed = { ...ALL_GIVEN, open: { attributes: [], items: items.map((item) => ({ ...item, isMixed: true })) } }
  const later = settled(mixed, flattened(answer(0, { q: 1 })))
  later.notice(flattened(answer(1, { q: 1 })))
  t.deepEqual(later.surveys(), OF_FORM)
})

test('an answer that is taken away from an open question of several kinds is news, as the share may turn', (t) => {
  const { items } = open(['q'], 5).open
  const mixed = { ...ALL_GIVEN, open: { attributes: [], items: items.map((item) => ({ ...item, isMixed: true })) } }
  const novelty = settled(mixed, flattened(answer(0, { q: 'N/A' }), answer(1, { q: 4 })))
  novelty.notice(flattened(answer(0, { r: 1 })))
  novelty.settle({ ...mixed, open: { attributes: [], items: [] } })
  novelty.notice(flattened(answer(0, { r: 1 })))
  t.is(novelty.surveys(), undefined)
  novelty.settle(mixed)
  novelty.notice(flattened(answer(0, { r: 1 })))
  t.deepEqual(novelty.surveys(), OF_FORM)
})

test('an open attribute is counted again where it came, once a tenth more respondents are there, and never after fewer than twenty', (t) => {
  const OTHER = '44780fd0-2c11-11ec-8f58-7bd83b655011'
  const attributes = [{ scope: 'user', name: 'rare', answers: 19 }] as const
  const had = (number: number, form: string) =>
    flattened(answer(number, {}, { attributes: { rare: 1 }, form: { uuid: form, name: 'S' } }))
  const batch = (count: number, from: number) => flattened(...answers(count, () => ({}), from))
  for (const [respondents, more] of [
    [50, 20],
    [400, 40],
  ] as const) {
    const novelty = settled(
      { ...ALL_GIVEN, open: { items: [], attributes }, respondents },
      had(0, FORM),
      had(1, OTHER),
      batch(1, 0),
    )
    novelty.notice(batch(more - 2, 10))
    novelty.notice(had(100, OTHER))
    t.is(novelty.surveys(), undefined, 'one respondent too few')
    novelty.notice(batch(100, 200))
    t.is(novelty.surveys(), undefined, 'none had it')
    novelty.notice(had(101, OTHER))
    t.deepEqual(novelty.surveys(), new Set([OTHER]))
  }
  const given = settled(ALL_GIVEN, batch(1, 0), had(0, FORM))
  given.notice(batch(500, 1))
  given.notice(had(1, FORM))
  t.is(given.surveys(), undefined)
})

test('an open attribute that too few can have had for a type is not counted again', (t) => {
  const attributes = [{ scope: 'user', name: 'rare', answers: 10 }] as const
  const had = (number: number) => flattened(answer(number, {}, { attributes: { rare: 1 } }))
  const novelty = settled({ ...ALL_GIVEN, open: { items: [], attributes }, respondents: 50 }, had(0))
  novelty.notice(flattened(...answers(100, () => ({}), 10)))
  for (let number = 1; number < 10; number += 1) novelty.notice(had(number))
  t.is(novelty.surveys(), undefined)
  novelty.notice(had(10))
  t.deepEqual(novelty.surveys(), OF_FORM)
})

/** What a warehouse has after these batches. @param context questions that are */
async function catalogAfter(batches: readonly RowBatch[], context: readonly string[] = []): Promise<Catalog> {
  const warehouse = memoryDestination()
  const { signal } = new AbortController()
  for (const [at, batch] of batches.entries()) await warehouse.load({ ...batch, id: String(at) }, { signal })
  const all = warehouse.tables()
  const tables = Object.fromEntries(CATALOG_TABLES.map(({ name }) => [name, all[name]]))
  return catalogOf({ tables, context: context.map((question) => [FORM, question]) })
}

test('after a start, nothing that the warehouse has is news, and all else is', async (t) => {
  const sent = { q: 1, list: ['a', 'b'], m: { speed: 1, design: 'x' } }
  const had = { attributes: { plan: 'free' }, account: { uuid: 'a', attributes: { size: 3 } } }
  const before = [flattened(answer(0, sent, had)), flattened(answer(1, { q: 'x' }, had))]
  const catalog = await catalogAfter(before)
  const started = () => settled({ ...ALL_GIVEN, catalog })
  const again = started()
  for (const batch of before) again.notice(batch)
  again.notice(flattened(answer(2, sent, had)))
  t.is(again.surveys(), undefined)
  for (const [data, fields] of [
    [{ other: 1 }, had],
    [{ q: ['x'] }, had],
    [{ list: [1] }, had],
    [{ m: { speed: 'x' } }, had],
    [{ m: { speed: 1, more: 1 } }, had],
    [{ list: ['a'], m: { speed: 1 }, q: 1 }, had],
    [{ q: 1 }, { ...had, attributes: { plan: 3 } }],
    [{ q: 1 }, { ...had, attributes: { seats: 3 } }],
    [{ q: 1 }, { ...had, form: { uuid: FORM, name: 'Renamed' } }],
  ] as const) {
    const novelty = started()
    novelty.notice(flattened(answer(3, data, fields)))
    t.deepEqual(novelty.surveys(), OF_FORM, JSON.stringify([data, fields]))
  }
})

test('after a start, a former name that comes late is no news', async (t) => {
  const novelty = settled({ ...ALL_GIVEN, catalog: await catalogAfter([called('New', 9)]) })
  novelty.notice(called('Old', 1))
  t.is(novelty.surveys(), undefined)
})

test('after a start, the first time of an answer is news where questions wait for it, and not where they are context already', async (t) => {
  const early = flattened(event({ triggered_event: 'Saw Survey' }, { data: { q: 1 }, first_data_reception_at: null }))
  const dated = flattened(answer(0, { q: 1 }, { form: { uuid: FORM, name: 'NPS' } }))
  const waiting = settled({ ...ALL_GIVEN, catalog: await catalogAfter([early]) })
  waiting.notice(early)
  t.is(waiting.surveys(), undefined)
  waiting.notice(dated)
  t.deepEqual(waiting.surveys(), OF_FORM)
  const isContext = settled({ ...ALL_GIVEN, catalog: await catalogAfter([early, dated], ['q']) })
  isContext.notice(early)
  isContext.notice(dated)
  t.is(isContext.surveys(), undefined)
})
