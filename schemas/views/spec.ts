/** The vocabulary of views: like tables (../spec.ts), but of columns that are computed from tables and other views. */
import type { ColumnType } from '../spec.ts'
import type { Dialect, Sql } from './dialect.ts'

export interface ViewColumn {
  readonly type: ColumnType
  /** Whether a cell is a list of such values. */
  readonly isList?: true
  readonly description: string
}

export interface View {
  readonly name: string
  readonly description: string
  /** In the order of the query's columns. */
  readonly columns: Readonly<Record<string, ViewColumn>>
  query(sql: Dialect): Sql
}

/** Whole numbers from the first to the second, both in it. */
export type Range = readonly [least: number, most: number]

/** A question that the settings name. */
export interface ScoredQuestion {
  /** Its identifier, in whatever survey. */
  readonly question: string
  /** undefined: the usual one of the metric is assumed. */
  readonly scale?: Range | undefined
  /** The answers that count as satisfied, or as easy. undefined: the upper ones of the scale (scales.ts). */
  readonly satisfied?: Range | undefined
}

/** Which questions are scored; the settings can name them. */
export interface MetricQuestions {
  /** undefined: those of Refiner's type, else those with the metric's name as a word in them. */
  readonly nps: readonly ScoredQuestion[] | undefined
  readonly csat: readonly ScoredQuestion[] | undefined
  readonly ces: readonly ScoredQuestion[] | undefined
}

/** The config file names none. */
export const UNNAMED: MetricQuestions = { nps: undefined, csat: undefined, ces: undefined }

export type ColumnChoice = 'number' | 'boolean' | 'date' | 'timestamp' | 'text' | 'list'

/** What the settings say of the views. Names are patterns: in any case, with `*` for any text. */
export interface ModelOptions {
  readonly questions: MetricQuestions
  /** Keys of a response's data that are no questions. */
  readonly contextKeys: readonly string[]
  /** Names of questions and attributes that identify a person, beside those that views know; with `!` before it, one that does not. */
  readonly identifyingKeys: readonly string[]
  /** Attributes to group by; undefined: those that make groups. */
  readonly groupAttributes: readonly string[] | undefined
  /** By `view.column`, or `attribute_…` and `account_…` alone. */
  readonly columnTypes: Readonly<Record<string, ColumnChoice>>
  /** IANA name: what a day and a month are. */
  readonly timeZone: string
}

/** No setting is set. */
export const UNSET_MODELS: ModelOptions = {
  questions: UNNAMED,
  contextKeys: [],
  identifyingKeys: [],
  groupAttributes: undefined,
  columnTypes: {},
  timeZone: 'UTC',
}

/** What a model is made from, beside the tables. */
export interface ModelSettings extends ModelOptions {
  /** Names of the attributes to group by, by whose they are. */
  readonly attributes: {
    readonly user: readonly string[]
    readonly account: readonly string[]
    /** How many more are known than a view's query has room for. */
    readonly left: number
  }
}
