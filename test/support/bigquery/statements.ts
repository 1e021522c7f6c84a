/** The statements of a merge, and what they say, read by the grammar of BigQuery's dialect. */
import { cstVisitor, type Node, type Program, parse } from 'sql-parser-cst'
import type { Cell, Row, Table } from '../../../schemas/spec.ts'
import { batchTables, rowsOf } from '../../../src/destinations/batch.ts'
import { storedRows } from '../../../src/destinations/bigquery/days.ts'
import { mergeTransactions } from '../../../src/destinations/bigquery/merge.ts'
import type { Staged } from '../../../src/destinations/bigquery/stage.ts'
import { cellOf } from '../../../src/destinations/merge.ts'
import type { RowBatch } from '../../../src/flatten/rows.ts'

export const parsed = (sql: string): Program => parse(sql, { dialect: 'bigquery' })
export const pathTo = (table: string) => ({ project: 'my-project', dataset: 'refiner', table })

/** As the first half of a load leaves it. */
export function stagedOf(batch: RowBatch): Staged[] {
  const filled = (name: string) => batchTables.some((table) => table.name === name && rowsOf(batch, table).length > 0)
  return batchTables
    .filter(({ name, owner }) => filled(name) || (owner !== undefined && filled(owner.table)))
    .map((table) => ({
      table,
      rows: storedRows(table, rowsOf(batch, table)),
      from: filled(table.name) ? { project: 'my-project', dataset: 'staging', table: `${table.name}_1` } : undefined,
      into: pathTo(table.name),
    }))
}

export const mergeStatements = (staged: readonly Staged[]): string[] => mergeTransactions(staged).flat()

/** The constants and names of a statement, in their order. */
export function found(node: Node) {
  const [strings, dates, names]: [string[], string[], string[]] = [[], [], []]
  const visit = cstVisitor({
    string_literal: ({ value }) => void strings.push(value),
    date_literal: ({ string }) => void ('value' in string && dates.push(string.value)),
    identifier: ({ name }) => void names.push(name),
  })
  visit(node)
  return { strings, dates, names }
}

/** Days of versions that stored every day, which are looked for where those without one are. */
const OTHER_DAYS = / OR (?:\w\.)?`created_on` [<>] DATE '[^']+'/g

/** The days that a statement reads of a table, in any place; null for rows without one. */
export function daysIn(statement: string): Cell[] {
  const days = new Set(found(parsed(statement.replaceAll(OTHER_DAYS, ''))).dates)
  return [...[...days].toSorted(), ...(/`created_on` IS NULL/.test(statement) ? [null] : [])]
}

export function daysOf(table: Table, rows: readonly Row[]): Cell[] {
  const cells = rows.map((each) => cellOf(table, each, 'created_on'))
  const days = new Set(cells.filter((cell) => typeof cell === 'string'))
  return [...[...days].toSorted(), ...(cells.includes(null) ? [null] : [])]
}
