import test from 'ava'
import { createNovelty, type Novelty, type Settled } from '../../src/destinations/novelty.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { event, FORM, flattened } from '../support/flattening.ts'
import { answer, answers } from '../support/survey-answers.ts'

const answered = (data: object, fields: object = {}) => flattened(event(fields, { data }))

const ALL_GIVEN: Settled = { open: { items: [], attributes: [] }, surveys: 'all', respondents: undefined }

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
  novelty.notice(answered({}, { form: { uuid: FORM, name: 'Renamed' } }))
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

test('a survey that gets an old name back is news', (t) => {
  const novelty = createNovelty()
  for (const name of ['Old', 'New', 'Old']) {
    novelty.notice(answered({}, { form: { uuid: FORM, name } }))
    t.truthy(novelty.surveys(), name)
    novelty.settle(ALL_GIVEN)
  }
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
  const attributes = [{ scope: 'user', name: 'plan' }] as const
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

test('an open attribute is counted again after a tenth more respondents, and never after fewer than twenty', (t) => {
  const batch = (count: number, from: number) => flattened(...answers(count, () => ({}), from))
  const attributes = [{ scope: 'user', name: 'rare' }] as const
  const rare = (respondents: number) =>
    settled({ ...ALL_GIVEN, open: { items: [], attributes }, respondents }, batch(1, 0))
  for (const [respondents, few, more] of [
    [50, 19, 1],
    [400, 39, 1],
  ] as const) {
    const novelty = rare(respondents)
    novelty.notice(batch(few, 1))
    t.is(novelty.surveys(), undefined)
    novelty.notice(batch(more, 100))
    t.is(novelty.surveys(), 'all')
  }
  const given = settled(ALL_GIVEN, batch(1, 0))
  given.notice(batch(500, 1))
  t.is(given.surveys(), undefined)
})
