import test from 'ava'
import { z } from 'zod'
import { recentEvents } from '../../src/samples/recent.ts'

const end = new Date('2026-11-26T22:00:00Z')
const DAY = 86_400_000

const seen = z.object({ uuid: z.string(), first_seen_at: z.string(), last_seen_at: z.string() })
const sample = seen.extend({
  account: seen,
  triggered_event: z.string(),
  attributes: z.object({ last_form_submission_at: z.string().nullable() }),
  response: z.object({
    uuid: z.string(),
    first_shown_at: z.string(),
    last_shown_at: z.string(),
    last_data_reception_at: z.string().nullable(),
    completed_at: z.string().nullable(),
    dismissed_at: z.string().nullable(),
  }),
})
const events = (given: { seed?: number; count?: number; end?: Date; days?: number } = {}) => [
  ...recentEvents({ seed: 1, count: 1000, end, days: 90, ...given }),
]
const samples = (given = {}) => events(given).map((event) => sample.parse(event))
const timesOf = ({ response, attributes, account, ...user }: z.infer<typeof sample>) =>
  [
    response.first_shown_at,
    response.last_shown_at,
    response.last_data_reception_at,
    response.completed_at,
    response.dismissed_at,
    attributes.last_form_submission_at,
    account.first_seen_at,
    account.last_seen_at,
    user.first_seen_at,
    user.last_seen_at,
  ].flatMap((time) => (time === null ? [] : Date.parse(time)))

test('they are spread over the last days, each month with its share, and none is in the future', (t) => {
  for (const [count, days] of [
    [1000, 90],
    [20_000, 90],
    [300, 365],
    [2000, 7],
  ] as const) {
    const all = samples({ count, days })
    t.is(all.length, count)
    const shown = all.map(({ response }) => Date.parse(response.first_shown_at))
    t.true(Math.abs((end.getTime() - Math.min(...shown)) / (days * DAY) - 1) < 0.1, `${count} in ${days} days`)
    t.true(Math.max(...all.flatMap(timesOf)) <= end.getTime())
    for (const third of [0, 1, 2]) {
      const from = end.getTime() - (3 - third) * 0.33 * days * DAY
      t.true(shown.filter((time) => time >= from && time < from + 0.33 * days * DAY).length > count / 5)
    }
  }
})

test('they come in the order of their times, so that what is sent later is newer', (t) => {
  const latest = ({ response, triggered_event: trigger }: z.infer<typeof sample>) => {
    // A tag has no time of its own.
    if (trigger === 'Tag Added') return undefined
    const { last_shown_at, last_data_reception_at, completed_at, dismissed_at } = response
    return [last_shown_at, last_data_reception_at ?? '', completed_at ?? '', dismissed_at ?? ''].toSorted().at(-1)
  }
  const times = samples().flatMap((event) => latest(event) ?? [])
  t.deepEqual(times, times.toSorted())
  const users = new Map<string, string>()
  for (const { uuid, first_seen_at, last_seen_at } of samples()) {
    t.true(last_seen_at >= first_seen_at && last_seen_at >= (users.get(uuid) ?? ''))
    users.set(uuid, last_seen_at)
  }
})

test('the same seed gives the same events, and an hour later the same an hour later', (t) => {
  t.deepEqual(events({ seed: 5 }), events({ seed: 5 }))
  t.notDeepEqual(events({ seed: 5 }), events({ seed: 6 }))
  const later = samples({ seed: 5, end: new Date(end.getTime() + 3_600_000) })
  t.deepEqual(
    later.map((event) => timesOf(event).map((time) => time - 3_600_000)),
    samples({ seed: 5 }).map(timesOf),
  )
})

test('so few that they have no time between them, and more than one a second, are sent all the same', (t) => {
  for (const count of [1, 2, 3]) t.is(events({ count }).length, count)
  t.true(Math.max(...samples({ count: 3000, days: 0.001 }).flatMap(timesOf)) <= end.getTime())
})
