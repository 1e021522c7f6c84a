/** How long it takes to update the views for a new question among many surveys, and to query one of a million responses. */
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { type MetricQuestions, UNSET_MODELS } from '../schemas/views/spec.ts'
import type { StoredEvent } from '../src/buffer/buffer.ts'
import type { Destination } from '../src/destinations/destination.ts'
import { duckdbDestination } from '../src/destinations/duckdb/duckdb.ts'
import { flatten } from '../src/flatten/flatten.ts'
import { buildWarehouse } from './large-warehouse.ts'
import { type Measure, median, round } from './result.ts'

const SURVEYS = 200
const ATTRIBUTES = 2000
const QUESTIONS = 10
const TURNS = 5
const { signal } = new AbortController()

export const views: Measure = async ({ quick, directory }) => {
  const surveys = quick ? 5 : SURVEYS
  const responses = quick ? 50_000 : 1_000_000
  const making = await timeToMake(join(directory, 'surveys.duckdb'), surveys)
  const asking = await timeToAsk(join(directory, 'large.duckdb'), responses)
  return [
    {
      name: 'new question',
      what: `Seconds to update the views after a load brings one new question, with ${surveys} surveys and ${ATTRIBUTES} attributes`,
      how: `The commit included; the median of ${TURNS} new questions`,
      value: round(median(making.times)),
      unit: 's',
      goal: { bound: 'at most', value: 1 },
      limit:
        "DuckDB reads all catalogs and creates one survey's view of all attributes again; each comment on a column copies the view",
      seen: { first_creation_seconds: round(making.first, 1) },
    },
    {
      name: 'nps by month',
      what: `Seconds to ask nps_by_month of ${responses} responses in DuckDB`,
      how: `In a session of its own with DuckDB's defaults; the median of ${TURNS} after a first`,
      value: round(median(asking.slice(1))),
      unit: 's',
      goal: { bound: 'at most', value: 1 },
      limit: 'Two scans of response_answers, one to see which questions stay in their scale',
      seen: { first_seconds: round(asking[0] ?? 0) },
    },
  ]
}

async function timeToMake(path: string, surveys: number): Promise<{ first: number; times: number[] }> {
  const destination = duckdbDestination({ path, longestViews: Number.POSITIVE_INFINITY })
  const questions = Array.from({ length: QUESTIONS }, (_, at) => `question_${at}`)
  const first = await timeViews(
    destination,
    'first',
    Array.from({ length: surveys }, (_, at) => answers(at, questions)),
  )
  const times: number[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    times.push(await timeViews(destination, `turn-${turn}`, [answers(turn, [`new_${turn}`])]))
  }
  await destination.close()
  return { first, times }
}

async function timeViews(destination: Destination, id: string, bodies: readonly object[]): Promise<number> {
  const events = bodies.map((body, at): StoredEvent => {
    const seq = at + 1
    return {
      id: `${id}-${at}`,
      seq,
      receivedAt: 1_700_000_000_000_000 + seq,
      source: 'webhook',
      body: JSON.stringify(body),
    }
  })
  await destination.prepare()
  await destination.load(flatten({ id, follows: null, firstSeq: 1, lastSeq: events.length, events }), { signal })
  const began = performance.now()
  await destination.refreshViews?.({ signal })
  return (performance.now() - began) / 1000
}

/** An answer to a survey by someone with all attributes. */
const answers = (survey: number, questions: readonly string[]) => ({
  uuid: 'user',
  triggered_event: 'Completed Survey',
  attributes: Object.fromEntries(Array.from({ length: ATTRIBUTES }, (_, at) => [`attribute_${at}`, `value ${at}`])),
  form: { uuid: `survey-${survey}`, name: `Survey ${survey}` },
  response: { uuid: `response-${survey}`, data: Object.fromEntries(questions.map((question) => [question, 7])) },
})

/** The questions of the large warehouse, which are numbers from 0 to 10. */
const QUESTIONS_OF_LARGE: MetricQuestions = { nps: [{ question: 'question_0' }], csat: undefined, ces: undefined }

async function timeToAsk(path: string, responses: number): Promise<number[]> {
  await buildWarehouse(path, responses)
  const destination = duckdbDestination({ path, models: { ...UNSET_MODELS, questions: QUESTIONS_OF_LARGE } })
  const forms = Array.from({ length: 8 }, (_, at) => answers(at, []))
  await timeViews(
    destination,
    'views',
    forms.map((body, at) => ({
      ...body,
      form: { uuid: `form-${at}`, name: 'Survey' },
      response: { uuid: `r${at}`, data: { question_0: 9 } },
    })),
  )
  await destination.close()
  const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const times: number[] = []
  for (let turn = 0; turn <= TURNS; turn++) {
    const began = performance.now()
    await connection.runAndReadAll('SELECT * FROM nps_by_month')
    times.push((performance.now() - began) / 1000)
  }
  connection.closeSync()
  instance.closeSync()
  return times
}
