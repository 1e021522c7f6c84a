/** docs/analysis.md as data: each query in both dialects, and the table that it is said to give. */
import { fileURLToPath } from 'node:url'

export interface Query {
  /** The heading that it stands under. */
  readonly title: string
  readonly duckdb: string
  readonly bigquery: string
  /** As scripts/table.ts prints it. */
  readonly table: string
}

export const ANALYSIS_PAGE: string = fileURLToPath(new URL('../../docs/analysis.md', import.meta.url))

const PARTS = /^## (?<title>.*)$|^```(?<kind>sql|sql duckdb|sql bigquery|text)\n(?<body>[\s\S]*?)```$/gm

/** @throws Error where a block is alone: a table without its query, or a query in one dialect only */
export function queriesIn(page: string): Query[] {
  const queries: Query[] = []
  let title = ''
  let sql: { duckdb?: string; bigquery?: string } = {}
  for (const { groups = {} } of page.matchAll(PARTS)) {
    const { kind, body = '' } = groups
    if (kind === undefined) title = groups['title'] ?? ''
    else if (kind === 'sql') sql = { duckdb: body, bigquery: body }
    else if (kind === 'sql duckdb') sql = { duckdb: body }
    else if (kind === 'sql bigquery') sql = { ...sql, bigquery: body }
    else {
      const { duckdb, bigquery } = sql
      if (duckdb === undefined || bigquery === undefined)
        throw new Error(`read ${title}: a table needs a query in both dialects before it`)
      queries.push({ title, duckdb, bigquery, table: body.trimEnd() })
      sql = {}
    }
  }
  return queries
}

/** The page with these tables, in the order of its queries. */
export function withTables(page: string, tables: readonly string[]): string {
  let at = 0
  return page.replaceAll(/^```text\n[\s\S]*?```$/gm, () => `\`\`\`text\n${tables[at++] ?? ''}\n\`\`\``)
}
