/**
 * Without billing everything expires: partitions 60 days after their day, tables and views 60 days after they were made, unless told
 * otherwise again (https://cloud.google.com/bigquery/docs/sandbox#limits).
 */
import type { TableMetadata } from '@google-cloud/bigquery'
import { PermanentError } from '../../errors.ts'
import type { Client } from './client.ts'
import type { TablePath } from './sql.ts'

const DAY = 86_400_000
/** Days: what the sandbox gives, less one for clocks. */
const LONGEST = 59
const SOON = 30

/** @throws PermanentError when rows go sooner than the sandbox takes them */
export function requireKept({ dataset, table }: TablePath, { timePartitioning }: TableMetadata): void {
  const expires = timePartitioning?.expirationMs
  if (expires === undefined || Number(expires) >= LONGEST * DAY) return
  throw new PermanentError(
    `prepare table ${table}: its rows expire after ${Math.floor(Number(expires) / DAY)} days, and what people answered with them; run ` +
      `\`bq update --time_partitioning_type DAY --time_partitioning_expiration ${60 * 86_400} ${dataset}.${table}\`, for new tables ` +
      `\`bq update --default_partition_expiration ${60 * 86_400} ${dataset}\`, or name another dataset`,
  )
}

/**
 * Puts off the end of a table or view that would soon be gone. One that has no end is left so. Google does not say whether the
 * sandbox lets it: where it does not, the table goes at its time, and until then loading goes on.
 */
export async function keepLonger(client: Client, path: TablePath, { expirationTime }: TableMetadata): Promise<void> {
  if (expirationTime === undefined || Number(expirationTime) - Date.now() > SOON * DAY) return
  try {
    await client.updateTable(path, { expirationTime: String(Date.now() + LONGEST * DAY) })
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error
  }
}
