/** What is said when a batch does not follow what BigQuery holds. */
import { PermanentError } from '../../errors.ts'
import type { RowBatch } from '../../flatten/rows.ts'

/** @param lastBatch the batch that was loaded last; '' when nothing tells that any was */
export function outOfTurn(dataset: string, batch: Pick<RowBatch, 'id' | 'follows'>, lastBatch: string): PermanentError {
  const action = `load batch ${batch.id} into ${dataset}`
  const resync = '`npm run bigquery -- resync` loads again what the buffer keeps, and goes on from there'
  return lastBatch === ''
    ? new PermanentError(`${action}: what was loaded before is not there; if the dataset was dropped, ${resync}`)
    : new PermanentError(
        `${action}: ${lastBatch} was loaded last, and not ${batch.follows ?? 'nothing'}; if another loader fills this dataset, stop one of ` +
          `the two; if the dataset or the buffer was restored from a copy, ${resync}`,
      )
}
