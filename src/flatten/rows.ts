/** What flattening gives and destinations take: a batch as rows of every table. */

import type { Row } from '../../schemas/spec.ts'
import type { EventTable } from '../../schemas/tables.ts'

export interface RowBatch {
  readonly id: string
  /** The batch of the same consumer before this one; null for the first. */
  readonly follows: string | null
  readonly firstSeq: number
  readonly lastSeq: number
  /** How many events the rows come from. */
  readonly events: number
  /** Every table is there, in the order of tables.ts, with at most one row per key. */
  readonly rows: Readonly<Record<EventTable, readonly Row[]>>
}
