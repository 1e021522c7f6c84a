/**
 * The statements that make a batch visible: one transaction over all tables, which begins with the fence. What stands in
 * staging is merged by the rules of schemas/spec.ts, exactly as the reference in memory does (../memory.ts).
 *
 * Only constants prune partitions (https://cloud.google.com/bigquery/docs/querying-partitioned-tables), so the batch's own days stand in
 * the statements. A created_on is a pure function of the key: nothing outside these days can match.
 */
import type { MergeRule, Owner, Row, Table } from '../../../schemas/spec.ts'
import { cellOf, isLog } from '../merge.ts'
import { columnsOf } from './schema.ts'
import { dateLiteral, identifier, pathOf, type TablePath } from './sql.ts'
import type { Staged } from './stage.ts'

/** Beyond so many days one range is shorter to say, and reads hardly more. */
const MOST_DAYS = 400

/** Children first: whether they are replaced is decided by the version that their owner had before the batch. */
export function mergeStatements(staged: readonly Staged[]): string[] {
  const statements: string[] = []
  for (const child of staged) {
    const { owner } = child.table
    if (owner === undefined) continue
    const parent = staged.find(({ table }) => table.name === owner.table)
    if (parent?.from !== undefined) statements.push(...replaceChildren(child, owner, parent))
  }
  for (const one of staged) {
    if (one.table.owner === undefined && one.from !== undefined) statements.push(merge(one, one.from))
  }
  return statements
}

function merge({ table, rows, into }: Staged, from: TablePath): string {
  const same = table.key.map((key) => `T.${identifier(key)} = S.${identifier(key)}`)
  const days = daysOf(table, rows, 'T')
  const on = [...same, ...(days === '' ? [] : [`(${days})`])].join(' AND ')
  const columns = columnsOf(table).map(([name]) => identifier(name))
  const values = columns.map((name) => `S.${name}`).join(', ')
  const insert = `WHEN NOT MATCHED THEN INSERT (${columns.join(', ')}) VALUES (${values})`
  const update = isLog(table) ? '' : updateOf(table)
  return `MERGE ${pathOf(into)} AS T USING ${pathOf(from)} AS S ON ${on} ${update}${insert}`
}

function updateOf(table: Table): string {
  const changed = columnsOf(table).filter(([name]) => !table.key.includes(name) && name !== table.partition)
  const rules = new Set(changed.map(([, { merge }]) => merge))
  const versions = [...rules].filter((rule) => rule in table.columns)
  // Where not only versions decide, whether a row changes is known only with the values.
  const when = versions.length === rules.size ? ` AND (${versions.map(wins).join(' OR ')})` : ''
  const sets = changed.map(([name, { merge }]) => `${identifier(name)} = ${merged(merge, identifier(name))}`)
  return `WHEN MATCHED${when} THEN UPDATE SET ${sets.join(', ')} `
}

const wins = (version: string) => `S.${identifier(version)} > IFNULL(T.${identifier(version)}, '')`

function merged(rule: MergeRule, column: string): string {
  const [current, next] = [`T.${column}`, `S.${column}`]
  if (rule === 'widest') {
    return `CASE WHEN ${current} IS NULL THEN ${next} WHEN ${next} IS NULL OR ${next} = ${current} THEN ${current} ELSE 'text' END`
  }
  if (rule === 'any')
    return `IF(IFNULL(${current}, FALSE) OR IFNULL(${next}, FALSE), TRUE, IFNULL(${current}, ${next}))`
  if (rule === 'largest') return `IF(${current} IS NULL OR ${next} > ${current}, ${next}, ${current})`
  if (rule === 'filled') return `IF(${wins('row_version')}, IFNULL(${next}, ${current}), IFNULL(${current}, ${next}))`
  return `IF(${wins(rule)}, ${next}, ${current})`
}

/** Of each owner whose collection the batch brings in a higher version, all rows go, and those of the batch come. */
function replaceChildren(child: Staged, owner: Owner, parent: Staged): string[] {
  if (parent.from === undefined) return []
  const key = identifier(owner.key)
  const version = identifier(owner.version)
  const days = daysOf(parent.table, parent.rows, '')
  const before = `SELECT ${key}, ${version} FROM ${pathOf(parent.into)}${days === '' ? '' : ` WHERE ${days}`}`
  const renewed =
    `SELECT S.${key} FROM ${pathOf(parent.from)} AS S LEFT JOIN (${before}) AS O ON O.${key} = S.${key} ` +
    `WHERE S.${version} > IFNULL(O.${version}, '')`
  const within = days === '' ? '' : `(${days}) AND `
  const statements = [`DELETE FROM ${pathOf(child.into)} WHERE ${within}${key} IN (${renewed})`]
  if (child.from !== undefined) {
    const columns = columnsOf(child.table)
      .map(([name]) => identifier(name))
      .join(', ')
    statements.push(
      `INSERT INTO ${pathOf(child.into)} (${columns}) SELECT ${columns} FROM ${pathOf(child.from)} WHERE ${key} IN (${renewed})`,
    )
  }
  return statements
}

/** The condition that all rows meet on the partition column; '' for a table without one. @param alias of the table, or '' */
function daysOf(table: Table, rows: readonly Row[], alias: string): string {
  const { partition } = table
  if (partition === undefined) return ''
  const column = `${alias === '' ? '' : `${alias}.`}${identifier(partition)}`
  const cells = new Set(rows.map((row) => cellOf(table, row, partition)))
  const days = [...cells].filter((cell) => typeof cell === 'string').toSorted()
  const conditions: string[] = []
  const [first, last] = [days[0], days.at(-1)]
  if (first !== undefined && last !== undefined) {
    conditions.push(
      days.length > MOST_DAYS
        ? `${column} BETWEEN ${dateLiteral(first)} AND ${dateLiteral(last)}`
        : `${column} IN (${days.map(dateLiteral).join(', ')})`,
    )
  }
  if (cells.has(null)) conditions.push(`${column} IS NULL`)
  return conditions.join(' OR ')
}
