/** Views, made and kept by the API, so that their columns have descriptions as those of tables have. */
import type { TableMetadata } from '@google-cloud/bigquery'
import type { Client } from './client.ts'
import { type Field, fieldsIn, otherMode } from './schema.ts'
import type { TablePath } from './sql.ts'

export interface View {
  readonly description: string
  readonly columns: Readonly<Record<string, { readonly description: string }>>
  readonly query: string
  readonly labels: Readonly<Record<string, string>>
}

/** Characters (https://cloud.google.com/bigquery/quotas#logical_views, and of columns #table_limits). */
const LONGEST = { ofView: 16_384, ofColumn: 1024 }

/**
 * Makes the view, or changes what differs.
 * @param there what BigQuery tells of the path now; undefined: nothing is there
 * @returns what it tells afterwards. @throws PermanentError when a table of that name is there
 */
export async function ensureView(
  client: Client,
  path: TablePath,
  { description, columns, query, labels }: View,
  there: TableMetadata | undefined,
): Promise<TableMetadata> {
  const wanted = { description: clipped(description, LONGEST.ofView), view: { query, useLegacySql: false } }
  let made = there
  if (there === undefined) {
    await client.createTable(path, { ...wanted, labels: { ...labels } })
    made = undefined
  } else if (there.type !== 'VIEW') {
    throw otherMode(path, 'merge')
  } else if (queryOf(there) !== query || there.description !== wanted.description) {
    await client.updateTable(path, { ...under(there), ...wanted })
    made = undefined
  }
  // Only now has it columns to describe: BigQuery takes none when a view is made, and finds them itself.
  made ??= (await client.table(path)) ?? {}
  const fields = described(columns, fieldsIn(made))
  if (fields !== undefined) await client.updateTable(path, { ...under(made), schema: { fields } })
  return made
}

const under = ({ etag }: TableMetadata) => (etag === undefined ? {} : { etag })

const queryOf = ({ view }: TableMetadata) => (typeof view === 'object' ? view.query : view)

/** The view's columns with their descriptions; undefined when they have them. */
function described(columns: View['columns'], found: readonly Field[]): Field[] | undefined {
  const descriptions = new Map(Object.entries(columns).map(([name, { description }]) => [name, description]))
  const fields = found.map((field) => {
    const description = descriptions.get(field.name ?? '')
    return description === undefined ? field : { ...field, description: clipped(description, LONGEST.ofColumn) }
  })
  return fields.some(({ description }, at) => description !== found[at]?.description) ? fields : undefined
}

/** Names in it may be of any length. */
const clipped = (text: string, longest: number) =>
  text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`
