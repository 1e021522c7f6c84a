/** What a report says about one survey: numbers of the views, and nothing that they do not have. */
import type { Metric } from '../../schemas/views/scores.ts'
import type { Survey } from '../destinations/source.ts'

export interface Report {
  readonly survey: Survey
  /** undefined: nobody has been shown the survey. */
  readonly funnel: Funnel | undefined
  readonly timeline: Timeline
  readonly scores: readonly Score[]
  /** What is, or looks like, a score: all of `scores`, and what is not scored. */
  readonly scoreQuestions: readonly ScoreQuestion[]
  /** In the survey's order. */
  readonly questions: readonly Question[]
}

/** Responses, by what became of them. */
export interface Counts {
  readonly seen: number
  readonly started: number
  readonly completed: number
  /** And not completed. */
  readonly dismissed: number
}

export interface Funnel extends Counts {
  /** From showing to completion; null when nobody completed it. */
  readonly medianSeconds: number | null
}

export interface Timeline {
  readonly unit: 'day' | 'month'
  /** In order; without those in which nothing was shown. */
  readonly periods: readonly Period[]
}

export interface Period extends Counts {
  /** The first day, as `2026-01-31`, in the time zone of the views; null: it was not told when the survey was shown. */
  readonly start: string | null
}

/** A score and its 95 % interval, in the metric's own unit. */
export interface Estimate {
  readonly n: number
  readonly score: number
  readonly low: number
  readonly high: number
  /** So few answers say little. */
  readonly few: boolean
}

export interface Month extends Estimate {
  /** Its first day, in the time zone of the views; null: it is not known when these were answered. */
  readonly month: string | null
}

/** A question that is scored, or looks as if it should be. */
export interface ScoreQuestion {
  readonly metric: Metric
  readonly question: string
  /** Path inside a nested answer; else empty. */
  readonly item: string
  readonly scale: { readonly least: number; readonly most: number }
  /** Responses that answered it, and those of them that count. */
  readonly answers: number
  readonly counted: number
  readonly isUsed: boolean
  /** What is left out or doubtful, in English; null: nothing. */
  readonly note: string | null
}

export interface Score extends Estimate {
  readonly metric: Metric
  readonly question: string
  /** Path inside a nested answer; else empty. */
  readonly item: string
  /** How many answers are in each group, such as promoters. */
  readonly groups: readonly { readonly name: string; readonly n: number }[]
  /** In order; without those that have no answers. */
  readonly months: readonly Month[]
}

export interface Question {
  readonly name: string
  /** One with an empty path, unless answers are nested; in the order of the answers. */
  readonly items: readonly Distribution[]
}

export interface Distribution {
  readonly item: string
  /** Responses with any answer. */
  readonly respondents: number
  /** Different answers. */
  readonly values: number
  /** Those that the report shows: numbers of a scale in their order, all else from the most to the least given. */
  readonly shown: readonly Answer[]
  /** Answers of one user or few, and what identifies: so many different ones are not shown. */
  readonly hidden: number
  /** Answers that come after those shown, and how often they were given. */
  readonly rest: { readonly values: number; readonly n: number }
}

export interface Answer {
  readonly value: string
  /** Responses with this answer. */
  readonly n: number
  /** Of the respondents, 0 to 1. */
  readonly share: number
}
