/** What the views say, compared with the same numbers worked out by hand-written code from the very events. */
import test, { type ExecutionContext } from 'ava'
import { sampleEvents } from '../../src/samples/samples.ts'
import { answerAt } from '../support/flattening.ts'
import { type Found, viewWarehouse } from '../support/view-warehouse.ts'

interface Sent {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly segments: readonly { readonly name: string }[]
  readonly account: { readonly attributes: Readonly<Record<string, unknown>> }
  readonly form: { readonly name: string }
  readonly response: {
    readonly uuid: string
    readonly first_shown_at: string
    readonly last_shown_at: string
    readonly first_data_reception_at: string | null
    readonly last_data_reception_at: string | null
    readonly completed_at: string | null
    readonly dismissed_at: string | null
    readonly data: Readonly<Record<string, unknown>>
  }
}

/** Four months of traffic, in the order in which it happened. */
const events: Sent[] = [
  ...sampleEvents({ seed: 11, count: 3000, start: new Date(Date.UTC(2026, 0, 5)), secondsBetween: 9000 }),
].map((event) => JSON.parse(JSON.stringify(event)))

/** The newest event of each response, and the first of those with its newest answer. */
function lives() {
  const newest = new Map<string, Sent>()
  const answered = new Map<string, Sent>()
  for (const event of events) {
    const { uuid, last_data_reception_at: answer } = event.response
    newest.set(uuid, event)
    const kept = answered.get(uuid)
    if (kept === undefined || (answer ?? '') > (kept.response.last_data_reception_at ?? '')) answered.set(uuid, event)
  }
  return [...newest].map(([uuid, last]) => ({ last, answering: answered.get(uuid) ?? last }))
}

type Life = ReturnType<typeof lives>[number]

const scoresOf = (form: string, question: string) =>
  lives()
    .filter(({ last }) => last.form.name === form && last.response.data[question] !== undefined)
    .map((life) => ({ life, score: Number(life.last.response.data[question]) }))

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const mean = (numbers: readonly number[]) => sum(numbers) / numbers.length
const errorOfMean = (numbers: readonly number[]) => {
  const middle = mean(numbers)
  if (numbers.every((number) => number === numbers[0])) return null
  return Math.sqrt(sum(numbers.map((number) => (number - middle) ** 2)) / (numbers.length - 1) / numbers.length)
}

function npsOf(scores: readonly number[]) {
  const points = scores.map((score) => (score > 8 ? 100 : score < 7 ? -100 : 0))
  const score = mean(points)
  const error = errorOfMean(points)
  return {
    n: scores.length,
    promoters: scores.filter((one) => one === 9 || one === 10).length,
    passives: scores.filter((one) => one === 7 || one === 8).length,
    detractors: scores.filter((one) => one < 7).length,
    score,
    standard_error: error,
    ci_low: error === null ? null : Math.max(-100, score - 1.96 * error),
    ci_high: error === null ? null : Math.min(100, score + 1.96 * error),
  }
}

/** Equal but for the last digits of a double. */
function same(t: ExecutionContext, found: Found | undefined, expected: object, about: string): void {
  for (const [name, value] of Object.entries(expected)) {
    const cell = found?.[name]
    if (typeof value === 'number' && typeof cell === 'number') {
      t.true(Math.abs(cell - value) <= 1e-9 * Math.max(1, Math.abs(value)), `${about}, ${name}: ${cell}, not ${value}`)
    } else t.is(cell, value, `${about}, ${name}`)
  }
}

function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) for (const key of keysOf(item)) groups.set(key, [...(groups.get(key) ?? []), item])
  return groups
}

async function compare<T>(
  t: ExecutionContext,
  found: readonly Found[],
  column: string,
  groups: ReadonlyMap<string, readonly T[]>,
  expected: (group: readonly T[]) => object,
): Promise<void> {
  t.is(found.length, groups.size)
  const rows = new Map(found.map((row) => [String(row[column]), row]))
  for (const [key, group] of groups) same(t, rows.get(key), expected(group), key)
}

const loaded = async (t: ExecutionContext) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(...events)
  return warehouse
}

type Scored = { readonly life: Life; readonly score: number }
const npsOfScored = (group: readonly Scored[]) => npsOf(group.map(({ score }) => score))

test('NPS, by month, segment and attribute, is what a count by hand gives', async (t) => {
  const { ask } = await loaded(t)
  const scored = scoresOf('NPS Survey', 'nps')
  t.true(scored.length > 200)
  const [whole, ...others] = await ask('SELECT * FROM nps')
  t.is(others.length, 0)
  same(t, whole, npsOfScored(scored), 'all')
  const month = ({ life }: Scored) => [`${life.last.response.last_data_reception_at?.slice(0, 7)}-01`]
  t.true(grouped(scored, month).size > 2)
  await compare(t, await ask('SELECT * FROM nps_by_month'), 'month', grouped(scored, month), npsOfScored)
  const segments = grouped(scored, ({ life }) => life.answering.segments.map(({ name }) => name))
  await compare(t, await ask('SELECT * FROM nps_by_segment'), 'segment_name', segments, npsOfScored)
  const plans = grouped(scored, ({ life }) => [String(life.answering.attributes['plan'])])
  const byPlan = await ask("SELECT * FROM nps_by_attribute WHERE scope = 'user' AND attribute = 'plan'")
  await compare(t, byPlan, 'value', plans, npsOfScored)
  const seats = grouped(scored, ({ life }) => [String(life.answering.account.attributes['seats'])])
  const bySeats = await ask("SELECT * FROM nps_by_attribute WHERE scope = 'account' AND attribute = 'seats'")
  await compare(t, bySeats, 'value', seats, npsOfScored)
})

test('CSAT is the share of 4 and 5 with its Wilson interval, CES a mean', async (t) => {
  const { ask } = await loaded(t)
  const csat = scoresOf('CSAT Survey', 'csat').map(({ score }) => score)
  const [n, p] = [csat.length, csat.filter((score) => score > 3).length / csat.length]
  const z2 = 1.96 * 1.96
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n)
  const half = (1.96 / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))
  const counts = { satisfied: p * n, neutral: csat.filter((score) => score === 3).length }
  const interval = { ci_low: 100 * (centre - half), ci_high: 100 * (centre + half) }
  const expected = { n, ...counts, mean: mean(csat), score: 100 * p, ...interval }
  same(t, (await ask('SELECT * FROM csat'))[0], expected, 'csat')

  const ces = scoresOf('CES Survey', 'ces').map(({ score }) => score)
  const error = errorOfMean(ces)
  const easy = ces.filter((score) => score > 4).length
  same(t, (await ask('SELECT * FROM ces'))[0], { n: ces.length, easy, score: mean(ces), standard_error: error }, 'ces')
})

test('the funnel, the timeline and the distribution count every response once, in its newest state', async (t) => {
  const { ask } = await loaded(t)
  const all = lives()
  const counts = (group: readonly Life[]) => ({
    seen: group.length,
    started: group.filter(({ last }) => last.response.first_data_reception_at !== null).length,
    completed: group.filter(({ last }) => last.response.completed_at !== null).length,
    dismissed: group.filter(({ last }) => last.response.completed_at === null && last.response.dismissed_at !== null)
      .length,
  })
  const median = (group: readonly Life[]) => {
    const seconds = group
      .filter(({ last }) => last.response.completed_at !== null)
      .map(({ last }) => (time(last.response.completed_at) - time(last.response.last_shown_at)) / 1000)
      .toSorted((one, other) => one - other)
    const middle = (seconds.length - 1) / 2
    return ((seconds[Math.floor(middle)] ?? 0) + (seconds[Math.ceil(middle)] ?? 0)) / 2
  }
  const byForm = grouped(all, ({ last }) => [last.form.name])
  await compare(t, await ask('SELECT * FROM survey_funnel'), 'form_name', byForm, (group) => {
    const { seen, started, completed, dismissed } = counts(group)
    const rates = { start_rate: started / seen, completion_rate: completed / seen, dismissal_rate: dismissed / seen }
    return { ...counts(group), ...rates, median_seconds: median(group) }
  })
  const nps = byForm.get('NPS Survey') ?? []
  const days = grouped(nps, ({ last }) => [last.response.first_shown_at.slice(0, 10)])
  const timeline = await ask("SELECT * FROM response_timeline WHERE form_name = 'NPS Survey'")
  await compare(t, timeline, 'day', days, counts)

  const features = (byForm.get('Product Survey') ?? []).flatMap(({ last }) => {
    const chosen = last.response.data['features_used']
    return Array.isArray(chosen) ? [chosen.map(String)] : []
  })
  const distribution = await ask("SELECT * FROM answer_distribution WHERE question = 'features_used'")
  const byChoice = grouped(features, (chosen) => chosen)
  await compare(t, distribution, 'value', byChoice, (group) => ({
    n: group.length,
    respondents: features.length,
    share: group.length / features.length,
  }))
})

const time = (text: string | null) => new Date(`${text?.replace(' ', 'T').slice(0, 19)}Z`).getTime()

test("a survey's view has each answer, attribute, tag and segment of each response", async (t) => {
  const { ask } = await loaded(t)
  const rows = new Map(
    (await ask("SELECT *, array_to_string(features_used, ', ') AS features FROM survey_product_survey")).map((row) => [
      row['response_uuid'],
      row,
    ]),
  )
  const product = lives().filter(({ last }) => last.form.name === 'Product Survey')
  t.is(rows.size, product.length)
  for (const { last, answering } of product) {
    const { uuid, data } = last.response
    const satisfaction: Readonly<Record<string, unknown>> = Object(data['satisfaction'])
    const features = Array.isArray(data['features_used']) ? data['features_used'].join(', ') : null
    const expected = {
      satisfaction_speed: satisfaction['speed'] === undefined ? null : Number(satisfaction['speed']),
      features,
      would_recommend: data['would_recommend'] ?? null,
      feedback: data['feedback'] ?? null,
      attribute_plan: answering.attributes['plan'],
      account_seats: Number(answering.account.attributes['seats']),
      segments: answering.segments
        .map(({ name }) => name)
        .toSorted()
        .join(', '),
    }
    same(t, rows.get(uuid), expected, uuid)
  }
})

test('answers that are all alike have no interval, as they would have no doubt', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(answerAt({ nps: 9 }, 0), answerAt({ nps: 10 }, 1))
  t.deepEqual(await ask('SELECT n, score, ci_low FROM nps'), [{ n: 2, score: 100, ci_low: null }])
})

test('a score of one answer has no interval', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(answerAt({ nps: 10, ces: 7 }, 0))
  for (const view of ['nps', 'ces']) {
    const [found] = await ask(`SELECT n, standard_error, ci_low, ci_high FROM ${view}`)
    t.deepEqual(found, { n: 1, standard_error: null, ci_low: null, ci_high: null })
  }
})

test('an answer that changed, or came twice, counts once and as it is now', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  const first = answerAt({ nps: 3 }, 0)
  const second = {
    ...first,
    response: { ...first.response, last_data_reception_at: '2024-01-02 10:00:00', data: { nps: 9 } },
  }
  await load(first)
  await load(second)
  await load(first, second)
  t.deepEqual(await ask('SELECT n, score FROM nps'), [{ n: 1, score: 100 }])
})
