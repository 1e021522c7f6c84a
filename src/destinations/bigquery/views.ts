/** Views, made and kept by the API, so that their columns have descriptions as those of tables have. */
import type { TableMetadata } from '@google-cloud/bigquery'
import type { Table } from '../../../schemas/spec.ts'
import type { Client } from './client.ts'
import { columnsOf, type Field, fieldsIn, otherMode } from './schema.ts'
import type { TablePath } from './sql.ts'

export interface View {
  /** Whose name, columns and descriptions it has. */
  readonly table: Table
  readonly query: string
  readonly labels: Readonly<Record<string, string>>
}

/** @returns what BigQuery tells of it. @throws PermanentError when a table of that name is there */
export async function ensureView(client: Client, path: TablePath, view: View): Promise<TableMetadata> {
  const { table, query, labels } = view
  const wanted = { description: table.description, view: { query, useLegacySql: false } }
  let there = await client.table(path)
  if (there === undefined) {
    await client.createTable(path, { ...wanted, labels: { ...labels } })
  } else if (there.type !== 'VIEW') {
    throw otherMode(path, 'merge')
  } else if (queryOf(there) !== query || there.description !== table.description) {
    await client.updateTable(path, { ...under(there), ...wanted })
  }
  // Only now has it columns to describe: BigQuery takes none when a view is made, and finds them itself.
  there = (await client.table(path)) ?? {}
  const fields = described(table, fieldsIn(there))
  if (fields !== undefined) await client.updateTable(path, { ...under(there), schema: { fields } })
  return there
}

const under = ({ etag }: TableMetadata) => (etag === undefined ? {} : { etag })

const queryOf = ({ view }: TableMetadata) => (typeof view === 'object' ? view.query : view)

/** The view's columns with their descriptions; undefined when they have them. */
function described(table: Table, found: readonly Field[]): Field[] | undefined {
  const descriptions = new Map(columnsOf(table).map(([name, { description }]) => [name, description]))
  const fields = found.map((field) => {
    const description = descriptions.get(field.name ?? '')
    return description === undefined ? field : { ...field, description }
  })
  return fields.some(({ description }, at) => description !== found[at]?.description) ? fields : undefined
}
