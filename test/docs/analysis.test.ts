/** docs/analysis.md says what its queries give. With UPDATE_DOCS=1 it is written anew instead. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { parse } from 'sql-parser-cst'
import { formatTable } from '../../scripts/table.ts'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { queryFile } from '../../src/destinations/duckdb/query.ts'
import { loadAnalysisEvents } from '../support/analysis-events.ts'
import { ANALYSIS_PAGE, queriesIn, withTables } from '../support/analysis-page.ts'

const page = readFileSync(ANALYSIS_PAGE, 'utf8')
const queries = queriesIn(page)

test('every query in DuckDB gives the table below it (else: UPDATE_DOCS=1 npx ava test/docs/analysis.test.ts)', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'analysis-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'warehouse.duckdb')
  await loadAnalysisEvents(duckdbDestination({ path, longestViews: Number.POSITIVE_INFINITY }))
  const tables: string[] = []
  for (const { title, duckdb } of queries) {
    const { columns, rows } = await queryFile(path, duckdb)
    t.true(rows.length > 0, title)
    tables.push(formatTable(columns, rows))
  }
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(ANALYSIS_PAGE, withTables(page, tables))
  else for (const [at, { title, table }] of queries.entries()) t.is(tables[at], table, title)
})

test('every query for BigQuery is in its grammar', (t) => {
  for (const { title, bigquery } of queries) {
    t.notThrows(() => parse(bigquery, { dialect: 'bigquery' }), title)
  }
})

test('every query of scores says of which survey, by what stays when the survey is renamed', (t) => {
  const ofScores = queries.filter(({ duckdb }) =>
    /\b(?:FROM|JOIN) (?:scores|score_questions|comments|(?:nps|csat|ces)(?:_by_\w+)?)\b/.test(duckdb),
  )
  t.is(ofScores.length, 11)
  for (const { title, duckdb, bigquery } of ofScores) {
    for (const sql of [duckdb, bigquery]) t.regex(sql, /\bsurvey_view\b/, title)
  }
})

test('every question has a query, and every block is read', (t) => {
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)
  t.deepEqual([...new Set(queries.map(({ title }) => title))], headings)
  t.is(page.match(/^```text$/gm)?.length, queries.length)
  t.is(
    page.match(/^```sql/gm)?.length,
    queries.reduce((sum, { duckdb, bigquery }) => sum + (duckdb === bigquery ? 1 : 2), 0),
  )
})
