/** Types and rows of a survey's view do not depend on the order, the batches and the repetitions in which events came. */
import { rm } from 'node:fs/promises'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { answer } from '../support/survey-answers.ts'
import { type Found, viewWarehouse } from '../support/view-warehouse.ts'

const CONTEXT = { contextKeys: ['page*'] }

const number = fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 }).map(String))
const odd = fc.oneof(
  fc.constantFrom('N/A', '', ' ', '007', '2026-05-03', '2026-05-03T10:00:00Z', 'true', null, true),
  fc.array(number, { maxLength: 3 }),
)
const choices = fc.oneof(
  { weight: 4, arbitrary: fc.subarray(['a', 'b', 'c']) },
  { weight: 1, arbitrary: fc.constantFrom('a', '', null) },
)
const mostly = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary }, { weight: 1, arbitrary: odd })

const data = fc.record(
  {
    rating: mostly(number),
    tools: choices,
    day: mostly(fc.constantFrom('2026-01-02', '2026-02-03')),
    grid: fc.record({ speed: mostly(number), look: number }, { requiredKeys: [] }),
    why: fc.constantFrom('slow', 'good', '', null),
    pageUrl: fc.constant('https://example.com'),
    early: fc.constant('x'),
  },
  { requiredKeys: [] },
)

/** An event of a response, in one of its states. */
interface Sent {
  readonly response: number
  readonly state: number
  readonly data: object
  readonly seats: unknown
  readonly isEarly: boolean
}

const sent: fc.Arbitrary<Sent> = fc.record({
  response: fc.integer({ min: 0, max: 24 }),
  state: fc.integer({ min: 0, max: 2 }),
  data,
  seats: fc.option(mostly(number)),
  isEarly: fc.boolean(),
})

/** Events of one response have times of their own: of two at the same time the first to arrive wins, which is another matter. */
const distinct = fc.uniqueArray(sent, {
  minLength: 5,
  maxLength: 40,
  selector: ({ response, state }) => `${response} ${state}`,
})

function bodyOf({ response, state, data: given, seats, isEarly }: Sent): object {
  const early = { first_data_reception_at: null, last_data_reception_at: null, completed_at: null }
  const isFirst = isEarly && state === 0
  return answer(response, isFirst ? { early: 'x' } : given, {
    later: 60 * state + 1,
    attributes: { seats, plan: 'pro' },
    ...(isFirst && { triggered_event: 'Saw Survey', response: early }),
  })
}

/** The columns of the view, their types, and its rows. */
async function viewAfter(t: ExecutionContext, batches: readonly (readonly Sent[])[], when: 'each' | 'last') {
  const warehouse = await viewWarehouse(t, CONTEXT)
  const all = batches.filter((batch) => batch.length > 0)
  for (const [at, batch] of all.entries()) {
    const bodies = batch.map(bodyOf)
    if (when === 'each' || at === all.length - 1) t.deepEqual(await warehouse.load(...bodies), [])
    else await warehouse.loadOnly(...bodies)
  }
  const columns = await warehouse.ask(
    "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'survey_s' ORDER BY column_index",
  )
  const rows = await warehouse.ask('SELECT * FROM survey_s ORDER BY response_uuid')
  await rm(warehouse.path)
  return { columns: columns.map(({ column_name: name, data_type: type }) => `${name} ${type}`), rows: rows.map(textOf) }
}

const textOf = (row: Found) => JSON.stringify(row)

const order = fc.array(fc.nat(), { minLength: 80, maxLength: 80 })

/** The same events in another order, in as many batches, some of them twice. */
function shuffled(events: readonly Sent[], by: readonly number[], batches: number): Sent[][] {
  const twice = [...events, ...events.filter((_, at) => (by[at] ?? 0) % 3 === 0)]
  const ordered = twice
    .map((event, at) => ({ event, key: (by[at % by.length] ?? 0) * 1009 + at }))
    .toSorted((one, other) => (one.key % 97) - (other.key % 97))
  return Array.from({ length: batches }, (_, batch) =>
    ordered.flatMap(({ event }, at) => (at % batches === batch ? [event] : [])),
  )
}

test('the same events in any order, batches and repetitions make the same view, once they are loaded', async (t) => {
  await fc.assert(
    fc.asyncProperty(distinct, order, fc.integer({ min: 1, max: 4 }), async (events, by, batches) => {
      const once = await viewAfter(t, [events], 'last')
      t.deepEqual(await viewAfter(t, shuffled(events, by, batches), 'last'), once)
    }),
    { numRuns: 8 },
  )
})

test('where it is clear what most answers are, the view is the same also when it is made after each batch', async (t) => {
  const clear = fc.uniqueArray<Sent, number>(
    fc.record({
      response: fc.integer({ min: 0, max: 40 }),
      state: fc.constant(0),
      data: fc.record({ rating: number, tools: fc.constantFrom(['a', 'b'], ['c', 'a']) }),
      seats: number,
      isEarly: fc.constant(false),
    }),
    { minLength: 8, maxLength: 30, selector: ({ response }) => response },
  )
  await fc.assert(
    fc.asyncProperty(clear, order, fc.integer({ min: 2, max: 4 }), async (events, by, batches) => {
      const [first] = events
      if (first === undefined) return
      const misfit: Sent = { ...first, response: 50, data: { rating: 'N/A', tools: 'a' }, seats: 'many' }
      const once = await viewAfter(t, [[...events, misfit]], 'last')
      // Not the first to come: alone, it would be all there is.
      const ordered = shuffled(events, by, batches)
      t.deepEqual(await viewAfter(t, [...ordered, [misfit], ...ordered.slice(0, 1)], 'each'), once)
    }),
    { numRuns: 6 },
  )
})
