/**
 * fast-check: surveys as they are lived through, as the payloads of webhooks, realistic and nasty at once: few users,
 * accounts, responses, tags and segments, so that events meet; collections absent, empty (`[]`, as PHP has it, or `{}`)
 * or filled; names and values that break quoting.
 */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { rangeId } from '../../src/buffer/batch.ts'
import type { Batch, StoredEvent } from '../../src/buffer/buffer.ts'

export type Payload = Readonly<Record<string, unknown>>

const USERS = ['0b0e4a10-4a1b-11ed-9d3c-0242ac120002', '15d5f6f0-4a1b-11ed-b878-0242ac1200', 'u\'\0"\n']
const RESPONSES = ['2f6f0f60-4a1b-11ed-8f0e-0242ac120002', '018e5f6e-7c1a-7b3a-9f2d-0242ac120002', '__proto__']
const ACCOUNTS = ['1f0a2b3c-4a1b-11ed-8f0e-0242ac120003', 'acme, "Inc"\r\n']
const FORMS = ['3a1b2c3d-4a1b-11ed-8f0e-0242ac120004', 'nps; survey']
const NAMES = ['plan', '', '__proto__', 'constructor', '1', 'a.b[0]\\', '😀 "q"\r\n', 'signed_up_at']
const SCALARS = ['9', '', 'true', '2024-05-01', ' x ', '=1+1', 'é\0\r\n"', 9, -0.5, 2 ** 53 - 1, true, null]

const scalar = fc.constantFrom(...SCALARS)
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom(...NAMES), fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxKeys: 2 }),
)
/** undefined: the payload does not have it. */
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 })
const values = optional(
  fc.oneof(
    fc.constant([]),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 4, selector: ([name]) => name })
      .map((entries) => Object.fromEntries(entries)),
  ),
)
const items = optional(
  fc.uniqueArray(
    fc.record({ uuid: fc.constantFrom('i1', 'i2', "i'3"), name: fc.constantFrom('old', 'new "x"', '', null) }),
    { maxLength: 3, selector: ({ uuid }) => uuid },
  ),
)

const KINDS = ['saw', 'partial', 'completed', 'dismissed', 'tagged', 'segment'] as const

/** What happened, but not yet when. */
const happening = fc.record({
  kind: fc.constantFrom(...KINDS),
  user: fc.nat(USERS.length - 1),
  response: fc.nat(RESPONSES.length - 1),
  account: optional(fc.constantFrom(...ACCOUNTS, null)),
  email: fc.constantFrom('a@example.com', 'B@example.com', '', null),
  formName: fc.constantFrom('NPS', 'NPS (new)', null),
  seenLate: fc.boolean(),
  attributes: values,
  accountAttributes: values,
  segments: items,
  tags: items,
  data: values,
})
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

/** Seconds as Refiner's webhooks, or as its API, write them. */
function timeOf(seconds: number): string {
  const time = new Date(Date.UTC(2024, 4, 1) + seconds * 1000).toISOString()
  return seconds % 3 === 0 ? time.slice(0, 19).replace('T', ' ') : time.replace('Z', '000Z')
}

/** The payload of what happened at a second. It is the newest time in it, of the answer and of the respondent too. */
function payloadOf(happened: Happening, second: number): Payload {
  const { kind, user, email, account, attributes, segments } = happened
  const now = timeOf(second)
  const ofSurvey = kind !== 'segment'
  return defined({
    uuid: USERS[user],
    project_uuid: 'p',
    email,
    first_seen_at: timeOf(0),
    last_seen_at: ofSurvey && !happened.seenLate ? timeOf(0) : now,
    attributes,
    segments,
    account: account === undefined ? undefined : defined({ uuid: account, attributes: happened.accountAttributes }),
    triggered_event: ofSurvey ? `${kind} Survey` : 'Entered Segment',
    form: ofSurvey ? { uuid: FORMS[happened.response % FORMS.length], name: happened.formName } : undefined,
    response: ofSurvey ? responseOf(happened, now) : undefined,
  })
}

function responseOf({ kind, response, data, tags }: Happening, now: string): Payload {
  const answered = kind !== 'saw' && kind !== 'dismissed'
  return defined({
    uuid: RESPONSES[response],
    first_shown_at: timeOf(0),
    last_shown_at: answered ? timeOf(0) : now,
    show_counter: null,
    last_data_reception_at: answered ? now : null,
    completed_at: kind === 'completed' ? now : null,
    dismissed_at: kind === 'dismissed' ? now : null,
    data,
    tags,
  })
}

function defined(fields: Payload): Payload {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined))
}

const happenings = fc.array(happening, { minLength: 1, maxLength: 12 })

/** Events of which no two have the same source time, in the order of their times. */
export const distinctLifecycles: fc.Arbitrary<Payload[]> = happenings.map((list) =>
  list.map((happened, at) => payloadOf(happened, at + 1)),
)

/** Events within few seconds, so that many source times are equal. */
export const tiedLifecycles: fc.Arbitrary<Payload[]> = fc
  .array(fc.tuple(happening, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 12 })
  .map((list) => list.map(([happened, second]) => payloadOf(happened, second)))

/** Positions to visit in turn, any number of times, taken modulo what there is; and where to cut. */
export interface Schedule {
  readonly visits: readonly number[]
  readonly cuts: readonly number[]
}

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  visits: fc.array(fc.nat(11), { maxLength: 20 }),
  cuts: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
})

/** All of the list in the order of the schedule, some more than once. What the schedule leaves out comes last. */
export function visited<T>(list: readonly T[], { visits }: Schedule): T[] {
  const places = new Set(visits.map((place) => place % list.length))
  const again = visits.flatMap((place) => list.slice(place % list.length, (place % list.length) + 1))
  return [...again, ...list.filter((_, place) => !places.has(place))]
}

/** The payloads as a buffer keeps them, delivered in this order: a redelivery is the same event. */
export function delivered(payloads: readonly Payload[]): StoredEvent[] {
  const events = new Map<string, StoredEvent>()
  for (const payload of payloads) {
    const body = JSON.stringify(payload)
    const id = createHash('sha256').update(body).digest('hex').slice(0, 32)
    const seq = events.size + 1
    const receivedAt = Date.UTC(2024, 5, 1) * 1000 + seq
    if (!events.has(id)) events.set(id, { id, seq, receivedAt, source: 'webhook', body })
  }
  return [...events.values()]
}

/** Batches of the events in this order, each following the one before, and as long as the schedule's next cut. */
export function batches(events: readonly StoredEvent[], { cuts }: Schedule): Batch[] {
  const list: Batch[] = []
  for (let start = 0; start < events.length; ) {
    const part = events.slice(start, start + (cuts[list.length % cuts.length] ?? 1))
    const seqs = part.map(({ seq }) => seq)
    const [firstSeq, lastSeq] = [Math.min(...seqs), Math.max(...seqs)]
    // Positions may come again, as after a replay; the digest tells the batches apart.
    const id = `${rangeId('test', firstSeq, lastSeq)}-${String(list.length).padStart(8, '0')}`
    list.push({ id, follows: list.at(-1)?.id ?? null, firstSeq, lastSeq, events: part })
    start += part.length
  }
  return list
}
