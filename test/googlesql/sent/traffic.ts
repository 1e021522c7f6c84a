/** Batches that are realistic, and such as someone might send to do harm; loaded at a fake BigQuery, with views. */
import type { ExecutionContext } from 'ava'
import fc from 'fast-check'
import { UNSET_MODELS } from '../../../schemas/views/spec.ts'
import { batchOf } from '../../../src/buffer/batch.ts'
import type { BigqueryOptions } from '../../../src/destinations/bigquery/options.ts'
import { flatten } from '../../../src/flatten/flatten.ts'
import type { RowBatch } from '../../../src/flatten/rows.ts'
import { sampleEvents } from '../../../src/samples/samples.ts'
import { destinationOn, fakeFor, unstopped } from '../../support/bigquery/loading.ts'
import type { FakeBigquery } from '../../support/fake-bigquery.ts'
import { answerAt, event, stored } from '../../support/flattening.ts'
import { HOSTILE, hostileEvents } from '../../support/hostile-surveys.ts'
import { batches, delivered, distinctLifecycles } from '../../support/lifecycles.ts'

export const samples = (count: number): object[] => [
  ...sampleEvents({ seed: 1, count, start: new Date('2025-03-20T00:00:00Z') }),
]

/** One batch after another, of so many bodies each. */
export function inBatches(bodies: readonly object[], size: number): RowBatch[] {
  const events = bodies.map((body, at) => stored(body, at + 1))
  const made: RowBatch[] = []
  for (let start = 0; start < events.length; start += size) {
    const batch = batchOf('pipe', made.at(-1)?.id ?? null, events.slice(start, start + size))
    if (batch !== undefined) made.push(flatten(batch))
  }
  return made
}

/** Surveys as they are lived through, all in one buffer. */
export function livedThrough(count: number): RowBatch[] {
  const payloads = fc.sample(distinctLifecycles, { numRuns: count, seed: 11 }).flat()
  return batches(delivered(payloads), { visits: [], cuts: [5, 17] }).map((batch) => flatten(batch))
}

/** One survey with more attributes than a view has room for. */
export function wide(attributes: number): object {
  const many = Array.from({ length: attributes }, (_, at) => [`attribute number ${at} 'of many'`, at])
  return { ...hostileEvents()[0], attributes: Object.fromEntries(many) }
}

/** Responses of so many days, by the times in their uuids (version 7), and some of no day. */
export function ofManyDays(days: number): object[] {
  return Array.from({ length: days }, (_, at) => {
    const time = (Date.UTC(2024, 0, 1) + at * 86_400_000).toString(16).padStart(12, '0')
    const uuid = at % 10 === 0 ? `of no day, ${at}` : `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
    return event({}, { uuid, last_data_reception_at: '2026-01-01 00:00:00', data: { why: 'so' } })
  })
}

const SCALE_LABELS = Array.from({ length: 11 }, (_, at) => `${at} ${'abcdefghijk'[at]}-label`)

/** Answers to scores as people and forms give them: on scales that differ, with labels, as lists, as texts, once more. */
export function oddScores(): object[] {
  const odd = [
    '10 - Extremely likely',
    '0 (not at all)',
    ['9'],
    ['9', '10'],
    'N/A',
    11,
    9.5,
    '2026-05-03',
    true,
    '7 \u2013 gut',
  ]
  return Array.from({ length: 40 }, (_, at) =>
    answerAt(
      {
        nps: odd[at] ?? String(at % 11),
        'csat "a\\b"': (at % 10) + 1,
        csat_scaled: (at % 10) + 1,
        ces: (at % 5) + 1,
        ces_scaled: (at % 5) + 1,
        nps_lists: at % 3 === 0 ? '9' : ['8', '9'],
        nps_reason: `text ${at}`,
        nps_listed: at % 13 === 0 ? ['9', '10'] : [at % 11],
        nps_unit: `${at % 11} ${at % 11 < 7 ? 'Unlikely' : 'Likely'}`,
        nps_labeled: [...SCALE_LABELS, '\uff19', '10\u00a0', '3-in-1 tool', '7. gut', '7. Gut!', ['', '9']][at % 18],
        csat_ends: at % 5 === 0 ? `${((at % 10) / 5) * 4 + 1} end ${at % 10 === 0 ? 'a' : 'b'}` : (at % 3) + 2,
        csat: at < 6 ? `${(at % 5) + 1} ${'abcdef'[at]}` : undefined,
        csat_part: at % 7 === 0 ? [] : `${(at % 5) + 1} out of ${at % 3 === 0 ? 10 : 5}`,
      },
      at,
    ),
  )
}

/** Attributes and answers by which people are found, with what stands for none, and numbers and days with misfits among them. */
export function identities(): object[] {
  return Array.from({ length: 40 }, (_, at) => {
    const attributes = {
      plan: ['free', 'free', 'pro', 'true'][at % 4],
      owner: at % 3 === 0 ? '-' : `Ann ${at}`,
      seats: at % 9 === 0 ? 'N/A' : at * 7,
      since: at % 9 === 0 ? '-' : '2026-05-03',
      reach: at % 2 === 0 ? `p${at}@example.com` : 'by post',
      zip: at % 2 === 0 ? '01067' : '80331',
      worth: ['1e3', '12345678901234567', ' 7 ', 3e15][at % 4],
      version: at % 2 === 0 ? '4.12.0.1' : '93.184.216.34',
      source: ['Web', ' Web ', 'call +49 171 1234567', '2001:db8::1'][at % 4],
    }
    const why = at % 4 === 0 ? 'ok' : `because ${at}`
    const data = {
      nps: at % 11,
      name: `Ann ${at}`,
      why,
      rows: { [`p${at}@example.com`]: 5, price: at % 5, about: 'x' },
      colleague: { [`Ann ${at}`]: 5, [`Dr Ann ${at}`]: 4 },
      csat: { [`Ann ${at % 30}`]: 1 + (at % 5) },
      'nps@acme.example': at % 11,
    }
    const segments = ['Beta', `p${at % 3}@example.com`, 'Phone number'].map((name) => ({
      uuid: `segment ${name}`,
      name,
    }))
    return {
      ...answerAt(data, at),
      uuid: `user-${at}`,
      attributes,
      segments,
      account: { uuid: `account-${at % 5}`, attributes: { company: `Acme ${at % 5}`, tier: at % 2 === 0 ? 'a' : 'b' } },
    }
  })
}

/** Scales of some of them. */
export const SCALED: Settings = {
  models: {
    ...UNSET_MODELS,
    questions: {
      nps: undefined,
      csat: [{ question: 'csat "a\\b"' }, { question: 'csat_scaled', scale: [1, 10], satisfied: [9, 10] }],
      ces: [{ question: 'ces_scaled', scale: [1, 5] }, { question: 'ces' }],
    },
  },
}

/** What a person sets about views, for every destination alike. */
export type Settings = Pick<BigqueryOptions, 'models'>

const named = HOSTILE.map((question) => ({ question }))

/** Questions that someone names as unkindly as they are called. */
export const NAMED: Settings = {
  models: { ...UNSET_MODELS, questions: { nps: named, csat: named.slice(4), ces: [] } },
}

/** Days and months of a place that is half an hour off, with summer time. */
export const ZONED: Settings = { models: { ...UNSET_MODELS, timeZone: 'America/St_Johns' } }

/** A fake into which these were loaded, each batch by a process of its own. @throws where a view was not made */
export async function loadedFake(
  t: ExecutionContext,
  loads: readonly RowBatch[],
  options: Partial<BigqueryOptions> = {},
): Promise<FakeBigquery> {
  const fake = await fakeFor(t)
  for (const batch of loads) {
    const destination = destinationOn(fake, options)
    await destination.prepare()
    await destination.load(batch, unstopped())
    const reasons = (await destination.refreshViews?.(unstopped()))?.reasons ?? []
    if (reasons.length > 0) throw new Error(`make the views: ${reasons.join('; ')}`)
    await destination.close()
  }
  return fake
}
