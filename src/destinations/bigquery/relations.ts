/** What a dataset holds, by the API, where it costs nothing: INFORMATION_SCHEMA is billed as any query is. */
import type { TableMetadata } from '@google-cloud/bigquery'
import type { Relation } from '../source.ts'
import type { Asking } from './ask.ts'
import { forEachAtOnce } from './at-once.ts'
import { fieldsIn } from './schema.ts'
import { unlessAborted } from './unless-aborted.ts'

export interface Found extends Relation {
  /** As BigQuery has counted them; undefined where it has not. */
  readonly rows: number | undefined
}

interface TableList {
  readonly tables?: readonly { readonly tableReference?: { readonly tableId?: string }; readonly type?: string }[]
  readonly nextPageToken?: string
}

/** Tables and views of wanted names, and their columns; sorted by name. */
export async function relationsIn(
  { ask, find }: Asking,
  dataset: string,
  isWanted: (name: string) => boolean,
  signal: AbortSignal,
): Promise<Found[]> {
  const path = `/datasets/${dataset}/tables`
  const found: [string, Relation['kind']][] = []
  for (let pageToken: string | undefined, isFirst = true; isFirst || pageToken !== undefined; isFirst = false) {
    const qs = { maxResults: 1000, ...(pageToken !== undefined && { pageToken }) }
    const list: TableList = await unlessAborted(() => ask('list the tables', { path, qs }), signal)
    for (const { tableReference: { tableId = '' } = {}, type = '' } of list.tables ?? []) {
      if (tableId !== '' && isWanted(tableId)) found.push([tableId, type.endsWith('VIEW') ? 'view' : 'table'])
    }
    pageToken = list.nextPageToken
  }
  const relations: Found[] = []
  await forEachAtOnce(found, async ([name, kind]) => {
    const look = () => find<TableMetadata>(`look up table ${name}`, { path: `${path}/${encodeURIComponent(name)}` })
    const table = await unlessAborted(look, signal)
    // Someone may have dropped it meanwhile.
    if (table === undefined) return
    const fields = fieldsIn(table)
    const namesOf = (some: typeof fields) => some.map((field) => field.name ?? '')
    const days = namesOf(fields.filter(({ type, mode }) => type === 'DATE' && mode !== 'REPEATED'))
    relations.push({ name, kind, columns: namesOf(fields), days, rows: rowsOf(table) })
  })
  return relations.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/**
 * That of a table is exact, but for rows that are streamed in, which it leaves out until they are stored: those tables are counted as
 * views are. (https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#resource:-table)
 */
function rowsOf({ type = '', numRows, streamingBuffer }: TableMetadata): number | undefined {
  const isCounted = COUNTED.has(type) && numRows !== undefined && streamingBuffer === undefined
  return isCounted ? Number(numRows) : undefined
}

/** Not tables whose rows are elsewhere, as those of files in Cloud Storage. */
const COUNTED = new Set(['TABLE', 'SNAPSHOT'])
