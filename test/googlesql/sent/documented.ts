/** What docs/ has people ask BigQuery. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Documented {
  readonly page: string
  readonly sql: string
}

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url))
/** In both dialects, or in BigQuery's. */
const BLOCK = /^```sql(?: bigquery)?\n([\s\S]*?)^```$/gm
const COMMAND = /\bbq query [^'`]*'([^']*)'/g
/** What only DuckDB has: it reads the CSV files. */
const OF_DUCKDB = /\bread_csv\b|\bread_csv_auto\b/

export function documented(): Documented[] {
  return readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .toSorted()
    .flatMap((page) => {
      const text = readFileSync(`${DOCS}${page}`, 'utf8')
      return [BLOCK, COMMAND]
        .flatMap((form) => [...text.matchAll(form)].map(([, sql = '']) => ({ page, sql })))
        .filter(({ sql }) => !OF_DUCKDB.test(sql))
        .map(({ sql }) => ({ page, sql: rendered(sql) }))
    })
}

/** As dbt renders a model that is built the next time; what it is made from stands for itself, which has its columns. */
function rendered(sql: string): string {
  const [, dataset = '', table = ''] = /\{\{ source\('(\w+)', '(\w+)'\) \}\}/.exec(sql) ?? []
  return sql
    .replaceAll(/\{\{ config\(.*?\) \}\}|\{%.*?%\}/g, '')
    .replaceAll(/\{\{ (?:source\(.*?\)|this) \}\}/g, `${dataset}.${table}`)
}
