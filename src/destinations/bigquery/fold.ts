/**
 * Append mode: the current state as a view over rows that were only ever appended, by the merge rules of schemas/spec.ts, as
 * ../merge.ts has them. Only rows of uploads that `loads` names count, and where versions are equal, those loaded first.
 *
 * Windows and not groups, so that a query that needs few columns of a view reads few columns. Whether BigQuery's planner leaves the
 * others out, the emulator could not tell; the results it could.
 */
import { type Column, required, type Table } from '../../../schemas/spec.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { tables } from '../../../schemas/tables.ts'
import { isLog } from '../merge.ts'
import { columnsOf } from './schema.ts'
import { identifier, pathOf, type TablePath } from './sql.ts'

/** The column of the rows that says which upload brought them. */
export const UPLOAD = 'upload'

/** What the table's view is made of: its rows, each with the upload that brought it. */
export function rowsTable(table: Table): Table {
  const { partition: _, ...rest } = table
  const upload = required.text<never>('The batch that brought the row, and a digest of all rows of the batch', () => '')
  return {
    ...rest,
    name: `${table.name}_rows`,
    description: `What the view ${table.name} is made of: rows as they were loaded, also old and uncounted ones`,
    columns: { ...table.columns, [UPLOAD]: upload },
  }
}

/** The query of the view. @param pathTo a table of the dataset */
export function viewQuery(table: Table, pathTo: (table: string) => TablePath): string {
  const from = (each: Table) => pathOf(pathTo(rowsTable(each).name))
  const names = columnsOf(table).map(([name]) => identifier(name))
  if (table.name === loads.name) {
    const log = `SELECT ${names.join(', ')}, ${UPLOAD}, finished_at AS loaded_at FROM ${from(table)}`
    return `SELECT ${names.map((name) => `L.${name}`).join(', ')}\nFROM (\n${log}\n) AS L\n${qualify(table.key, '')}`
  }
  const counted = `SELECT ${UPLOAD}, MIN(finished_at) AS loaded_at FROM ${from(loads)} GROUP BY ${UPLOAD}`
  const join = `JOIN counted AS C ON C.${UPLOAD} = R.${UPLOAD}`
  const owners = ownersOf(table)
  const log = [
    `SELECT ${names.map((name) => `R.${name}`).join(', ')}, R.${UPLOAD}, C.loaded_at`,
    `FROM ${from(table)} AS R ${join}`,
    ...owners.map(
      ({ key }) => `JOIN newest AS N ON N.${identifier(key)} = R.${identifier(key)} AND N.${UPLOAD} = R.${UPLOAD}`,
    ),
  ].join('\n')
  const ctes = [
    `counted AS (\n${counted}\n)`,
    ...owners.map(({ owner, key, version }) => `newest AS (\n${newest(from(owner), join, key, version)}\n)`),
    `log AS (\n${log}\n)`,
  ]
  const cells = columnsOf(table).map(([name, column]) => `${folded(table, name, column)} AS ${identifier(name)}`)
  const version = isLog(table) ? '' : 'row_version'
  return `WITH ${ctes.join(',\n')}\nSELECT\n${cells.join(',\n')}\nFROM log AS L\n${qualify(table.key, version)}`
}

/** The upload that brought each owner's newest version of a collection: in it are the current children, all of them. */
function newest(owners: string, join: string, key: string, version: string): string {
  return `SELECT ${identifier(key)}, ${UPLOAD} FROM (
SELECT R.${identifier(key)}, R.${identifier(version)}, R.${UPLOAD}, C.loaded_at FROM ${owners} AS R ${join}
WHERE R.${identifier(version)} > ''
) AS L
${qualify([key], version)}`
}

function ownersOf({ owner: of }: Table) {
  if (of === undefined) return []
  return tables.filter(({ name }) => name === of.table).map((owner) => ({ owner, key: of.key, version: of.version }))
}

/** One cell of the state, out of all rows of its key; a plain column stands in the row that stays. */
function folded(table: Table, name: string, { merge }: Column<never>): string {
  const cell = `L.${identifier(name)}`
  const all = `OVER (PARTITION BY ${keyOf(table.key)})`
  if (table.owner || isLog(table) || table.key.includes(name) || merge === 'row_version') return cell
  if (merge === 'widest')
    return `CASE WHEN MIN(${cell}) ${all} < MAX(${cell}) ${all} THEN 'text' ELSE MIN(${cell}) ${all} END`
  // Not LOGICAL_OR, which is not documented as a window function.
  if (merge === 'any') return `MAX(CAST(${cell} AS INT64)) ${all} = 1`
  if (merge === 'largest') return `MAX(${cell}) ${all}`
  if (merge === 'filled') {
    const frame = 'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING'
    return `FIRST_VALUE(${cell} IGNORE NULLS) OVER (${ranked(table.key, 'row_version')} ${frame})`
  }
  return `FIRST_VALUE(${cell}) OVER (${ranked(table.key, merge)})`
}

/** Of each key, the row of the highest version, or the first. @param version '' for none */
const qualify = (key: readonly string[], version: string) => `QUALIFY ROW_NUMBER() OVER (${ranked(key, version)}) = 1`

function ranked(key: readonly string[], version: string): string {
  const highest = version === '' ? '' : `IFNULL(L.${identifier(version)}, '') DESC, `
  return `PARTITION BY ${keyOf(key)} ORDER BY ${highest}L.loaded_at, L.${UPLOAD}`
}

const keyOf = (key: readonly string[]) => key.map((name) => `L.${identifier(name)}`).join(', ')
