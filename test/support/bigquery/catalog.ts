/** The query for what views are made from, at the fake: no SQL is run, the reference tells. Its rows come in pages. */
import { columnNames } from '../../../schemas/tables/views.ts'
import { CATALOG_TABLES } from '../../../src/destinations/catalog.ts'
import { Refused } from './answers.ts'
import { cellsOf } from './uploads.ts'
import type { World } from './world.ts'

const ROWS =
  /^SELECT '(\w+)' AS name, TO_JSON_STRING\(\[.*\]\) AS cells FROM `[^`]+`\.`(\w+)`\.`\w+`(?: WHERE form_uuid IN \(.*\))?$/s
/** Questions that are context: here none ever is. */
const CONTEXT = /^SELECT 'context' AS name, .* AS cells FROM \(/s
/** Enough for several pages of nearly anything. */
const PAGE_ROWS = 5

const answers = new WeakMap<World, [name: string, cells: string][][]>()

/** The first page. undefined: it is another query. @throws Refused where a table is missing */
export function catalogPage(world: World, sql: string): object | undefined {
  const [context = '', ...tables] = sql.split('\nUNION ALL\n').toReversed()
  if (!CONTEXT.test(context)) return undefined
  const parts = tables.map((part) => ROWS.exec(part))
  if (parts.some((part) => part === null)) return undefined
  const rows = parts.flatMap((part) => rowsOf(world, part?.[1] ?? '', part?.[2] ?? ''))
  const known = answers.get(world) ?? []
  answers.set(world, [...known, rows])
  return {
    jobComplete: true,
    schema: { fields: ['name', 'cells'].map((name) => ({ name })) },
    ...page(rows, known.length, 0),
  }
}

/** @param job as the first page named it */
export function nextPage(world: World, job: string, token: string): object {
  const rows = answers.get(world)?.[Number(job)]
  if (rows === undefined) throw new Refused(404, 'notFound')
  return page(rows, Number(job), Number(token))
}

function page(rows: readonly (readonly string[])[], job: number, start: number): object {
  const end = start + PAGE_ROWS
  return {
    jobReference: { jobId: String(job) },
    ...(rows.length > 0 && { rows: rows.slice(start, end).map((row) => ({ f: row.map((v) => ({ v })) })) }),
    ...(end < rows.length && { pageToken: String(end) }),
  }
}

function rowsOf(world: World, name: string, dataset: string): [string, string][] {
  const there = world.tables.get(`${dataset}.${name}`)
  if (there === undefined) throw new Refused(404, 'notFound')
  const watched = CATALOG_TABLES.some((table) => table.name === name) && name !== columnNames.name
  const rows = watched ? (world.warehouse.tables()[name] ?? []) : there.rows.map((row) => cellsOf(columnNames, row))
  return rows.map((cells) => [name, JSON.stringify(cells.map((cell) => (cell === null ? null : String(cell))))])
}
