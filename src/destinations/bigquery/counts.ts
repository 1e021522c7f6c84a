/**
 * How many rows tables and views have. Of tables BigQuery knows it; views have to be read, which is done in one query: its answer takes
 * seconds where a query for each would take minutes, and a table behind several of them counts once towards the 10 MB that
 * BigQuery bills for each at least.
 */
import { PermanentError } from '../../errors.ts'
import { type Reader, textsOf } from './reader.ts'
import type { Found } from './relations.ts'
import { text } from './sql.ts'

interface Counting {
  readonly reader: Reader
  /** Where a view is, as SQL. */
  readonly pathTo: (view: string) => string
  /** Told before each query how many bytes it reads. */
  readonly onBytes: (bytes: number) => void
  readonly signal: AbortSignal
}

type Counted = [relation: string, rows: number | null]

/** By name; null: BigQuery refuses to read the view. */
export async function countsOf(relations: readonly Found[], counting: Counting): Promise<Map<string, number | null>> {
  const known = relations.flatMap(({ name, rows }): Counted[] => (rows === undefined ? [] : [[name, rows]]))
  const others = relations.filter(({ rows }) => rows === undefined).map(({ name }) => name)
  return new Map([...known, ...(await countRows(others, counting))])
}

/** What BigQuery refuses to read together is halved until it is told which one that is. Refusals are not billed. */
async function countRows(views: readonly string[], counting: Counting): Promise<Counted[]> {
  const [view] = views
  if (view === undefined) return []
  try {
    return await countTogether(views, counting)
  } catch (error) {
    counting.signal.throwIfAborted()
    if (!(error instanceof PermanentError)) throw error
    if (views.length === 1) return [[view, null]]
    const middle = Math.ceil(views.length / 2)
    const first = await countRows(views.slice(0, middle), counting)
    return [...first, ...(await countRows(views.slice(middle), counting))]
  }
}

async function countTogether(
  views: readonly string[],
  { reader, pathTo, onBytes, signal }: Counting,
): Promise<Counted[]> {
  const each = views.map((view) => `SELECT ${text(view)} AS name, COUNT(*) AS n FROM ${pathTo(view)}`)
  const sql = each.join('\nUNION ALL\n')
  onBytes(await reader.check(sql, signal))
  const rows = await textsOf(reader, sql, signal)
  return rows.map(([name = '', n]) => [name, Number(n)])
}
