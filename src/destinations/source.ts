/** Reading a warehouse for people: the contract behind exports and questions. Nothing is ever written through it. */
import type { Row } from '../../schemas/spec.ts'
import type { CsvFormat } from './csv-format.ts'

/** A table or a view. */
export interface Relation {
  readonly name: string
  readonly kind: 'table' | 'view'
  /** In order. */
  readonly columns: readonly string[]
  /** Those of them that are days: dates without a time. */
  readonly days: readonly string[]
}

/** A survey, and the view that has it as a wide table. */
export interface Survey {
  readonly formUuid: string
  /** The newest; null when it was never told. */
  readonly name: string | null
  readonly view: string
}

/** A name that a survey had, and has no more. */
export interface FormerName {
  readonly formUuid: string
  readonly name: string
  /** The UTC day on which an event last had it; null: not known. */
  readonly lastOn: string | null
}

/** Columns and rows of a relation. */
export interface Choice {
  readonly relation: string
  /** At least one, in the order in which they are wanted. */
  readonly columns: readonly string[]
  /** `[from, to)` by a column of times: instants, ISO 8601 in UTC; by one of days: days, `YYYY-MM-DD`. */
  readonly period?: {
    readonly column: string
    readonly by: 'time' | 'day'
    readonly from?: string | undefined
    readonly to?: string | undefined
  }
  /** Rows whose column is one of these texts. */
  readonly only?: { readonly column: string; readonly values: readonly string[] }
}

/** What to read. `sql`: one statement in the warehouse's own dialect, that only reads. */
export type Selection = Choice | { readonly sql: string }

/** Whole lines of CSV, as text or in UTF-8, and how many rows they are. */
export interface CsvPiece {
  readonly rows: number
  readonly text: string | Uint8Array
}

export interface Reading {
  readonly columns: readonly string[]
  /**
   * All rows, some at a time, at constant memory. Cells are as in spec.ts, and so for every type that a query may have: lists are
   * joined by `, `, what is nested is JSON text, and a number that a double does not hold is its digits as text. Ends what it
   * began when it is left early.
   */
  readonly rows: AsyncIterable<readonly Row[]>
  /** Instead of them: CSV without a header, byte for byte as csv-stringify makes it. Left out where it would be slower of many rows. */
  readonly csv?: (format: CsvFormat) => AsyncIterable<CsvPiece>
}

/** Errors are Transient (a load holds the file) or Permanent (a wrong statement, in the warehouse's own words). */
export interface Source {
  relations(signal: AbortSignal): Promise<readonly Relation[]>
  surveys(signal: AbortSignal): Promise<readonly Survey[]>
  /** Of all surveys. Reads what may be many rows, and is billed so. */
  formerNames(signal: AbortSignal): Promise<readonly FormerName[]>
  /** How many rows a reading will have. Left out where counting is billed. */
  count?(selection: Selection): Promise<number>
  /** The rows of each relation, by its name; null: it cannot be told, as of a view of the user's that no longer works. */
  counts(signal: AbortSignal): Promise<ReadonlyMap<string, number | null>>
  /** One at a time. An aborted signal ends it, also in the middle of a long computation. */
  read(selection: Selection, signal: AbortSignal): Promise<Reading>
  close(): Promise<void>
}
