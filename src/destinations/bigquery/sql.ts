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
const DATASET = /^[A-Za-z_][A-Za-z0-9_]{0,299}$/
/** BigQuery has spaces, signs and letters of any language in names of columns; what could end the quotes, escape or split what is in them is not among them. */
const COLUMN = /^[^`\\.\p{Cc}\p{Cs}]+$/u
/** As https://cloud.google.com/bigquery/docs/tables#table_naming has it: without `.`, `*`, `$` and `@`, which mean something in a path. */
const TABLE = /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u

export const isProject = (text: string): boolean => PROJECT.test(text)
export const isColumn = (text: string): boolean => COLUMN.test(text)
export const isTable = (text: string): boolean => TABLE.test(text)

const quoted = (name: string) => `\`${name}\``

/** A quoted column name. @throws for names that could mean another one */
export function identifier(name: string): string {
  if (!isColumn(name)) throw new Error(`quote the name ${JSON.stringify(name)}: no column can be called so`)
  return quoted(name)
}

/** A quoted `project.dataset.table`. @throws for names that could mean another one */
export function pathOf({ project, dataset, table }: TablePath): string {
  if (!isProject(project)) throw new Error(`quote the project ${JSON.stringify(project)}: it is no project id`)
  if (!DATASET.test(dataset))
    throw new Error(`quote the dataset ${JSON.stringify(dataset)}: letters, digits and _ only`)
  if (!isTable(table))
    throw new Error(`quote the table ${JSON.stringify(table)}: letters, digits, _, - and spaces only`)
  return [project, dataset, table].map(quoted).join('.')
}

/** Printable ASCII without quotes, backslashes and backticks. */
const PLAIN = /^[ -&(-[\]-_a-~]*$/

/** A string constant that is the text, exactly. Whatever is not plain ASCII is escaped, so nothing can end it. */
export function text(value: string): string {
  if (PLAIN.test(value)) return `'${value}'`
  let escaped = ''
  for (const character of value.toWellFormed()) {
    const code = character.codePointAt(0) ?? 0
    const plain = code >= 32 && code < 127 && character !== "'" && character !== '\\' && character !== '`'
    escaped += plain ? character : `\\U${code.toString(16).padStart(8, '0')}`
  }
  return `'${escaped}'`
}

/** A date constant: only constants prune partitions. @param day `YYYY-MM-DD` */
export const dateLiteral = (day: string): string => `DATE ${text(day)}`

/** @param instant `YYYY-MM-DDTHH:MM:SS.ffffffZ` */
export const timestampLiteral = (instant: string): string => `TIMESTAMP ${text(instant)}`
