/** Invented traffic of the last days, so that months and quarters have something to show. */
import type { JsonObject } from '../../schemas/records.ts'
import { sampleEvents, sampleSpan } from './samples.ts'

export interface RecentOptions {
  readonly seed: number
  readonly count: number
  /** When the last event happens: the same options give the same events, and at another end the same, shifted. */
  readonly end: Date
  /** From about the first event to the last; more where a survey shown each second would not do. */
  readonly days: number
}

const DAY = 86_400
/** Each round corrects how often surveys are shown by what the last one came to; the third is mostly within three percent. */
const ROUNDS = 3

/** Bodies of webhooks in the order of their times, to be sent as JSON. */
export function recentEvents({ seed, count, end, days }: RecentOptions): Generator<JsonObject, void> {
  const options = { seed, count, start: end, secondsBetween: 20 }
  for (let round = 0; round < ROUNDS; round++) options.secondsBetween *= (days * DAY) / Math.max(1, sampleSpan(options))
  return sampleEvents({ ...options, start: new Date(end.getTime() - sampleSpan(options) * 1000) })
}
