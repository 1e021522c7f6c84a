/** The contract of a warehouse. Errors are Transient or Permanent (errors.ts); anything else is a bug. */
import type { LoadRecord } from '../../schemas/records.ts'
import type { RowBatch } from '../flatten/rows.ts'

export interface Destination {
  readonly name: string

  /** Opens what is needed, makes missing tables and columns, drops nothing. Idempotent; called before each run of loads. */
  prepare(): Promise<void>

  /**
   * Makes the batch durable, all or nothing. Loading it again is loading it once: then the record of the first time is
   * returned. An aborted signal stops it at a safe place, by an error, with nothing half-loaded visible.
   */
  load(batch: RowBatch, options: { signal: AbortSignal }): Promise<LoadRecord>

  /** Lets go of files and connections between runs; `prepare` may follow. */
  close(): Promise<void>
}
