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

/** B. Rocks' adjusted Wald interval: 3/4 of an answer at each end of the scale, and 3/2 in its middle, beside those that were given. */
function adjusted(numbers: readonly number[], [least, most]: readonly [number, number]) {
  const [n, middle] = [numbers.length, (least + most) / 2]
  const center = (sum(numbers) + 3 * middle) / (n + 3)
  const squares = sum(numbers.map((number) => (number - center) ** 2))
  const added = 0.75 * (least - center) ** 2 + 1.5 * (middle - center) ** 2 + 0.75 * (most - center) ** 2
  const error = Math.sqrt((squares + added) / (n + 3) / (n + 3))
  return {
    n,
    score: mean(numbers),
    standard_error: (error * (n + 3)) / n,
    ci_low: Math.max(least, Math.min(mean(numbers), center - 1.96 * error)),
    ci_high: Math.min(most, Math.max(mean(numbers), center + 1.96 * error)),
    few: n < 30,
  }
}

function npsOf(scores: readonly number[]) {
  return {
    promoters: scores.filter((one) => one === 9 || one === 10).length,
    passives: scores.filter((one) => one === 7 || one === 8).length,
    detractors: scores.filter((one) => one < 7).length,
    ...adjusted(
      scores.map((score) => (score > 8 ? 100 : score < 7 ? -100 : 0)),
      [-100, 100],
    ),
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
  const byMonthAndPlan = grouped(scored, (each) => [
    `${month(each)[0]} ${String(each.life.answering.attributes['plan'])}`,
  ])
  const found = await ask(`SELECT *, CAST(month AS VARCHAR) || ' ' || value AS both FROM nps_by_month_and_attribute
    WHERE scope = 'user' AND attribute = 'plan'`)
  await compare(t, found, 'both', byMonthAndPlan, npsOfScored)
  const byPlan = await ask("SELECT * FROM nps_by_attribute WHERE scope = 'user' AND attribute = 'plan'")
  await compare(t, byPlan, 'value', plans, npsOfScored)
  const seats = grouped(scored, ({ life }) => [bandOf(Number(life.answering.account.attributes['seats']))])
  const bySeats = await ask("SELECT * FROM nps_by_attribute WHERE scope = 'account' AND attribute = 'seats'")
  await compare(t, bySeats, 'value', seats, npsOfScored)
})

/** As in schemas/views/bands.ts. */
function bandOf(seats: number): string {
  if (seats < 10) return String(seats)
  const power = 10 ** (String(seats).length - 1)
  const [start = 1, end = 10] =
    [
      [5, 10],
      [2, 5],
      [1, 2],
    ].find(([least = 0]) => seats >= least * power) ?? []
  return `${start * power} to under ${end * power}`
}

test('CSAT is the share of 4 and 5 with its Wilson interval, CES a mean', async (t) => {
  const { ask } = await loaded(t)
  const csat = scoresOf('CSAT Survey', 'csat').map(({ score }) => score)
  const [n, p] = [csat.length, csat.filter((score) => score > 3).length / csat.length]
  const z2 = 1.96 * 1.96
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n)
  const half = (1.96 / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))
  const counts = { satisfied: p * n, neutral: csat.filter((score) => score === 3).length }
  const error = 100 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))
  const interval = { standard_error: error, ci_low: 100 * (centre - half), ci_high: 100 * (centre + half) }
  const expected = { n, ...counts, mean: mean(csat), score: 100 * p, ...interval }
  same(t, (await ask('SELECT * FROM csat'))[0], expected, 'csat')

  const ces = scoresOf('CES Survey', 'ces').map(({ score }) => score)
  const easy = ces.filter((score) => score > 4).length
  const hard = ces.filter((score) => score < 4).length
  same(t, (await ask('SELECT * FROM ces'))[0], { easy, hard, ...adjusted(ces, [1, 7]) }, 'ces')
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

test('one answer, and answers that are all alike, have an interval inside the scale, and are few', async (t) => {
  const { load, ask } = await viewWarehouse(t)
  await load(answerAt({ nps: 9, csat: 5, ces: 7 }, 0))
  const intervals = async (view: string) =>
    (await ask(`SELECT n, round(score) AS score, round(ci_low) AS low, round(ci_high) AS high, few FROM ${view}`)).map(
      (row) => Object.values(row),
    )
  t.deepEqual(await intervals('nps'), [[1, 100, -49, 100, true]])
  t.deepEqual(await intervals('csat'), [[1, 100, 21, 100, true]])
  t.deepEqual(await intervals('ces'), [[1, 7, 3, 7, true]])
  await load(...Array.from({ length: 29 }, (_, at) => answerAt({ nps: 10, csat: 4, ces: 7 }, at + 1)))
  t.deepEqual(await intervals('nps'), [[30, 100, 79, 100, false]])
  t.deepEqual(await intervals('csat'), [[30, 100, 89, 100, false]])
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

test('no view of scores has more rows than it says', async (t) => {
  const { ask } = await loaded(t)
  const question = 'form_uuid, question, item'
  const keys: Record<string, string> = {
    scores: `${question}, response_uuid`,
    score_questions: question,
    comments: `${question}, response_uuid`,
  }
  for (const metric of ['nps', 'csat', 'ces']) {
    keys[metric] = question
    keys[`${metric}_by_month`] = `${question}, month`
    keys[`${metric}_by_segment`] = `${question}, segment_uuid`
    keys[`${metric}_by_attribute`] = `${question}, scope, attribute, value`
    keys[`${metric}_by_month_and_attribute`] = `${question}, month, scope, attribute, value`
  }
  for (const [view, key] of Object.entries(keys)) {
    const [found] = await ask(`SELECT COUNT(*) AS rows, COUNT(DISTINCT (${key})) AS keys FROM ${view}`)
    t.true(Number(found?.['rows']) > 0, view)
    t.is(found?.['rows'], found?.['keys'], view)
  }
  const [sums] =
    await ask(`SELECT (SELECT SUM(n) FROM nps_by_month) AS months, (SELECT SUM(counted) FROM score_questions WHERE metric = 'nps') AS counted,
    (SELECT COUNT(*) FROM scores WHERE metric = 'nps') AS scores`)
  t.is(sums?.['months'], sums?.['scores'])
  t.is(sums?.['counted'], sums?.['scores'])
})

test('the month of a score is that of the time zone', async (t) => {
  const { load, ask } = await viewWarehouse(t, { timeZone: 'America/New_York' })
  const answer = answerAt({ nps: 9 }, 0)
  await load({ ...answer, response: { ...answer.response, last_data_reception_at: '2024-02-01 03:00:00' } })
  t.deepEqual(await ask('SELECT CAST(month AS VARCHAR) AS month FROM nps_by_month'), [{ month: '2024-01-01' }])
})
