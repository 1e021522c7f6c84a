import { createHash } from 'node:crypto'
import test from 'ava'
import { z } from 'zod'
import { createdOn } from '../../schemas/uuid.ts'
import { webhookSchema } from '../../schemas/webhook.ts'
import { sampleEvents } from '../../src/samples/samples.ts'

const start = new Date('2026-01-31T23:00:00Z')
const events = (seed: number, count: number) => [...sampleEvents({ seed, count, start })]

const time = z.string().regex(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/)
const times = [
  'first_data_reception_at',
  'last_data_reception_at',
  'completed_at',
  'dismissed_at',
  'received_at',
] as const
const timed = z.object({ uuid: z.string(), first_seen_at: time, last_seen_at: time })
const sample = timed.extend({
  email: z.string().nullable(),
  triggered_event: z.string(),
  attributes: z.looseObject({ plan: z.string() }),
  segments: z.array(z.unknown()),
  account: timed,
  form: z.object({ name: z.string() }),
  response: z.object({
    uuid: z.string(),
    first_shown_at: time,
    last_shown_at: time,
    first_data_reception_at: time.nullable(),
    last_data_reception_at: time.nullable(),
    completed_at: time.nullable(),
    dismissed_at: time.nullable(),
    received_at: time.nullable(),
    data: z.union([z.array(z.never()), z.record(z.string(), z.unknown())]),
    tags: z.array(z.unknown()),
  }),
})
const samples = (seed: number, count: number) => events(seed, count).map((event) => sample.parse(event))

function secondIn(uuid: string): number {
  const steps = BigInt(`0x${uuid.slice(15, 18)}${uuid.slice(9, 13)}${uuid.slice(0, 8)}`)
  return Number(steps / 10_000_000n) - 12_219_292_800
}

const digest = (seed: number) =>
  createHash('sha256')
    .update(JSON.stringify(events(seed, 2000)))
    .digest('hex')

test('the same seed gives the same events, another seed others', (t) => {
  t.is(digest(1), digest(1))
  t.not(digest(1), digest(2))
})

test('fewer events are the first of more', (t) => {
  t.deepEqual(events(3, 100), events(3, 300).slice(0, 100))
})

test('the same number of events spreads over more time when surveys are shown less often', (t) => {
  const span = (secondsBetween: number) => {
    const all = [...sampleEvents({ seed: 9, count: 1000, start, secondsBetween })].map((event) => sample.parse(event))
    return Date.parse(all.at(-1)?.response.first_shown_at ?? '') - start.getTime()
  }
  t.true(span(2000) > 50 * span(20))
})

test('an event handed out does not change when the next ones are made', (t) => {
  const early: string[] = []
  const all = []
  for (const event of sampleEvents({ seed: 4, count: 500, start })) {
    all.push(event)
    early.push(JSON.stringify(event))
  }
  t.deepEqual(
    all.map((event) => JSON.stringify(event)),
    early,
  )
})

test('every event is a webhook as the schema wants it, of about 1.9 KB, with 4 segments and mostly unset traits', (t) => {
  let bytes = 0
  for (const whole of events(5, 5000)) {
    webhookSchema.parse(whole)
    bytes += Buffer.byteLength(JSON.stringify(whole))
    const event = sample.parse(whole)
    const traits = Object.values(event.attributes)
    t.true(traits.filter((value) => value === null).length > traits.length / 4)
    t.is(event.segments.length, 4)
    t.true(event.email === null || event.email.endsWith('@example.com'))
  }
  t.true(bytes / 5000 > 1800 && bytes / 5000 < 2100, `${bytes / 5000} bytes`)
})

test('uuids are of version 1 and hold the second in which their thing was made', (t) => {
  for (const { response, account, ...user } of samples(6, 2000)) {
    for (const [uuid, at] of [
      [response.uuid, response.first_shown_at],
      [user.uuid, user.first_seen_at],
      [account.uuid, account.first_seen_at],
    ] as const) {
      t.regex(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      t.is(secondIn(uuid), Date.parse(at) / 1000)
      t.is(createdOn(uuid), at.slice(0, 10))
    }
  }
})

test('a response only grows: times stay or come later, answers stay, nothing but a tag follows the end', (t) => {
  const last = new Map<string, z.infer<typeof sample>>()
  const seen = new Map<string, number>()
  for (const event of samples(7, 20_000)) {
    const before = last.get(event.response.uuid)
    last.set(event.response.uuid, event)
    seen.set(event.triggered_event, (seen.get(event.triggered_event) ?? 0) + 1)
    if (before === undefined) {
      t.is(event.triggered_event, 'Saw Survey')
      t.deepEqual(event.response.data, [])
      continue
    }
    t.is(event.uuid, before.uuid)
    t.true(event.response.last_shown_at >= before.response.last_shown_at)
    for (const name of times) t.true((event.response[name] ?? '') >= (before.response[name] ?? ''))
    for (const [question, answer] of Object.entries(before.response.data)) {
      t.deepEqual(Reflect.get(event.response.data, question), answer)
    }
    t.is(before.response.dismissed_at, null)
    if (before.response.completed_at !== null) {
      t.is(event.triggered_event, 'Tag Added')
      t.deepEqual(event.response.data, before.response.data)
      t.is(event.response.tags.length, before.response.tags.length + 1)
    }
  }
  t.deepEqual([...seen.keys()].toSorted(), ['Completed Survey', 'Dismissed Survey', 'Saw Survey', 'Tag Added'])
})

test('lifecycles interleave, users come back, and the content are on the dearer plans', (t) => {
  const all = samples(8, 20_000)
  const switches = all.filter((event, index) => event.response.uuid !== all[index - 1]?.response.uuid)
  t.true(switches.length > all.length / 2)
  const users = new Set(all.map(({ uuid }) => uuid))
  const responses = new Set(all.map(({ response }) => response.uuid))
  t.true(responses.size > 2 * users.size)
  const mean = (plan: string) => {
    const scores = all.flatMap(({ attributes, response: { data } }) =>
      attributes.plan === plan && 'nps' in data ? [Number(Reflect.get(data, 'nps'))] : [],
    )
    return scores.reduce((sum, score) => sum + score, 0) / scores.length
  }
  t.true(mean('free') < mean('starter') && mean('starter') < mean('pro') && mean('pro') < mean('enterprise'))
})
