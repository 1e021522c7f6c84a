/**
 * The statements that make a batch visible: one transaction over all tables, which begins with the fence. What stands in
 * staging is merged by the rules of schemas/spec.ts, exactly as the reference in memory does (../memory.ts).
 *
 * Only constants prune partitions (https://cloud.google.com/bigquery/docs/querying-partitioned-tables), so the batch's own days stand in
 * the statements. A created_on is a pure function of the key: nothing outside these days can match, and an owner and its children
 * share their day. So a batch of very many days can be merged in parts (days.ts), in any number of statements and transactions.
 */
import type { MergeRule, Owner, Table } from '../../../schemas/spec.ts'
import { isLog } from '../merge.ts'
import { inStaging, inTable, type Part, partsOf, type Span, spansOf } from './days.ts'
import { columnsOf } from './schema.ts'
import { identifier, pathOf, type TablePath } from './sql.ts'
import type { Staged } from './stage.ts'

/** The statements of each transaction: of one, unless it would change more partitions than BigQuery lets it. */
export function mergeTransactions(staged: readonly Staged[]): string[][] {
  return spansOf(staged).map((span) => statementsIn(staged, span))
}

/** Children first: whether they are replaced is decided by the version that their owner had before the batch. */
function statementsIn(staged: readonly Staged[], span: Span): string[] {
  const statements: string[] = []
  for (const child of staged) {
    const { owner } = child.table
    if (owner === undefined) continue
    const parent = staged.find(({ table }) => table.name === owner.table)
    if (parent?.from === undefined) continue
    for (const part of partsOf(parent.table, parent.rows, span)) {
      statements.push(...replaceChildren(child, owner, { into: parent.into, from: parent.from }, part))
    }
  }
  for (const one of staged) {
    const { table, rows, into, from } = one
    if (table.owner !== undefined || from === undefined) continue
    for (const part of partsOf(table, rows, span)) statements.push(merge(table, { into, from }, part))
  }
  return statements
}

interface Move {
  readonly into: TablePath
  /** Staged rows. */
  readonly from: TablePath
}

function merge(table: Table, { into, from }: Move, part: Part): string {
  const same = table.key.map((key) => `T.${identifier(key)} = S.${identifier(key)}`)
  const [days, staged] = [inTable(part, 'T'), inStaging(part, '')]
  const on = [...same, ...(days === '' ? [] : [`(${days})`])].join(' AND ')
  const using = staged === '' ? pathOf(from) : `(SELECT * FROM ${pathOf(from)} WHERE ${staged})`
  const columns = columnsOf(table).map(([name]) => identifier(name))
  const values = columns.map((name) => `S.${name}`).join(', ')
  const insert = `WHEN NOT MATCHED THEN INSERT (${columns.join(', ')}) VALUES (${values})`
  const update = isLog(table) ? '' : updateOf(table)
  return `MERGE ${pathOf(into)} AS T USING ${using} AS S ON ${on} ${update}${insert}`
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
function replaceChildren(child: Staged, owner: Owner, parent: Move, part: Part): string[] {
  const key = identifier(owner.key)
  const version = identifier(owner.version)
  const [days, staged] = [inTable(part, ''), inStaging(part, 'S')]
  const before = `SELECT ${key}, ${version} FROM ${pathOf(parent.into)}${days === '' ? '' : ` WHERE ${days}`}`
  const renewed =
    `SELECT S.${key} FROM ${pathOf(parent.from)} AS S LEFT JOIN (${before}) AS O ON O.${key} = S.${key} ` +
    `WHERE S.${version} > IFNULL(O.${version}, '')${staged === '' ? '' : ` AND (${staged})`}`
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
