/**
 * The one place that quotes for BigQuery, whose strings know backslashes where DuckDB's (../sql.ts) do not. Survey texts never
 * become part of a statement here: rows travel in load jobs. What does is names, ids, dates and times.
 * Lexical rules: https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
 */

/** Where a table is. */
export interface TablePath {
  readonly project: string
  readonly dataset: string
  readonly table: string
}

const PROJECT = /^[a-z][a-z0-9-]{4,61}[a-z0-9]$|^[a-z0-9.-]+:[a-z][a-z0-9-]{4,61}[a-z0-9]$/
/** Of datasets, tables and columns, as we use them: no quoting could make another one safe in every place. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,299}$/

export const isProject = (text: string): boolean => PROJECT.test(text)
export const isName = (text: string): boolean => NAME.test(text)

/** A quoted column or table name. @throws for names that BigQuery does not take everywhere */
export function identifier(name: string): string {
  if (!isName(name)) throw new Error(`quote the name ${JSON.stringify(name)}: letters, digits and _ only`)
  return `\`${name}\``
}

/** A quoted `project.dataset.table`. */
export function pathOf({ project, dataset, table }: TablePath): string {
  if (!isProject(project)) throw new Error(`quote the project ${JSON.stringify(project)}: it is no project id`)
  return [`\`${project}\``, identifier(dataset), identifier(table)].join('.')
}

/** Printable ASCII without quotes, backslashes and backticks. */
const PLAIN = /^[ -&(-[\]-_a-~]*$/

/** A string constant that is the text, exactly. Whatever is not plain ASCII is escaped, so nothing can end it. */
export function text(value: string): string {
  if (PLAIN.test(value)) return `'${value}'`
  let quoted = ''
  for (const character of value.toWellFormed()) {
    const code = character.codePointAt(0) ?? 0
    const plain = code >= 32 && code < 127 && character !== "'" && character !== '\\' && character !== '`'
    quoted += plain ? character : `\\U${code.toString(16).padStart(8, '0')}`
  }
  return `'${quoted}'`
}

/** A date constant: only constants prune partitions. @param day `YYYY-MM-DD` */
export const dateLiteral = (day: string): string => `DATE ${text(day)}`

/** @param instant `YYYY-MM-DDTHH:MM:SS.ffffffZ` */
export const timestampLiteral = (instant: string): string => `TIMESTAMP ${text(instant)}`
