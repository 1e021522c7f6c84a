/** The contract of a warehouse. Errors are Transient or Permanent (errors.ts); anything else is a bug. */
import type { LoadRecord } from '../../schemas/records.ts'
import type { RowBatch } from '../flatten/rows.ts'

export interface Destination {
  readonly name: string

  /** Milliseconds from the beginning of a run of loads to the next, however tight the schedule is; none if left out. */
  readonly leastInterval?: number

  /** Whether each batch costs money. Then one that needs more memory than there is first gets more of it, before it is loaded in parts. */
  readonly isBilled?: boolean

  /**
   * Whether a run of loads with so many events pending opens a file that nobody else may read meanwhile. Where it does not, there is
   * nothing to do, and no run. Left out: there is no such file.
   */
  needsFile?(pending: number): boolean

  /**
   * Whether it can be reached as things are, for who wants to know before there is anything to load; makes and changes nothing. Left out
   * where that would say nothing.
   */
  reach?(): Promise<void>

  /** Opens what is needed, makes missing tables and columns, drops nothing. Idempotent; called before each run of loads. */
  prepare(): Promise<void>

  /**
   * Makes the batch durable, all or nothing. Loading it again is loading it once: then the record of the first time is
   * returned. An aborted signal stops it at a safe place, by an error, with nothing half-loaded visible.
   */
  load(batch: RowBatch, options: { signal: AbortSignal }): Promise<LoadRecord>

  /**
   * Called before the events of a batch are loaded in parts. Returns its record if it is loaded. If not, no load of it that a process began
   * before it died can commit any more. It may still be loaded whole.
   */
  withdraw(batch: string, options: { signal: AbortSignal }): Promise<LoadRecord | undefined>

  /**
   * Makes views again where loads brought what they do not have yet; called after a run of loads, before `close`. Its failure fails no
   * load. An aborted signal stops it, and the next time makes the rest.
   */
  refreshViews?(options: { signal: AbortSignal }): Promise<Refreshed>

  /** Lets go of files and connections between runs; `prepare` may follow. */
  close(): Promise<void>
}

/** What refreshing the views did. */
export interface Refreshed {
  /** Views that could not be made, each with the reason. */
  readonly reasons: readonly string[]
  /** Columns that were there, and now have another type or are gone, as `view.column: what changed`. */
  readonly changes: readonly string[]
}
