/** docs/analysis.md on BigQuery: the same events give the same tables as in DuckDB. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { formatTable } from '../../scripts/table.ts'
import { loadAnalysisEvents } from '../support/analysis-events.ts'
import { ANALYSIS_PAGE, queriesIn } from '../support/analysis-page.ts'
import { bigqueryWarehouse } from '../support/bigquery-warehouse.ts'

test('every query for BigQuery gives the table below it', async (t) => {
  const { destination, sql, remove } = await bigqueryWarehouse()
  t.teardown(remove)
  await loadAnalysisEvents(destination)
  for (const { title, bigquery, table } of queriesIn(readFileSync(ANALYSIS_PAGE, 'utf8'))) {
    const rows = (await sql?.(bigquery))?.map((row) => row.map(plain)) ?? []
    const columns = table.split('\n', 1)[0]?.split(/ +/) ?? []
    t.is(formatTable(columns, rows), table, title)
  }
})

/** Dates come as objects with their text as `value`. */
function plain(cell: unknown): string | number | boolean | null {
  if (cell === null || typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean') return cell
  if (typeof cell === 'object' && 'value' in cell) return String(cell.value)
  throw new Error(`read ${JSON.stringify(cell)}: the page has no such values`)
}
