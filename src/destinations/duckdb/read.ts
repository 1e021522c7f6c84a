/**
 * A query's rows, streamed: DuckDB makes a text of each row, which crosses into JavaScript several times faster than cell by cell.
 * Its types become cells in SQL, so that it is done on DuckDB's threads.
 */
import {
  DuckDBBlobVector,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBResult,
  type DuckDBType,
  StatementType,
} from '@duckdb/node-api'
import type { Row } from '../../../schemas/spec.ts'
import { MoreMemoryError, PermanentError, wordsOf } from '../../errors.ts'
import { identifier, literal } from '../sql.ts'
import { isOutOfMemory } from './errors.ts'
import { expressionOf, jsonOf } from './to-cells.ts'

/** A statement that only reads, and the columns that it gives. */
export interface Query {
  /** As it stands after FROM. */
  readonly relation: string
  readonly columns: readonly string[]
  readonly types: readonly DuckDBType[]
}

/** @throws PermanentError unless it is one SELECT (or FROM, WITH, VALUES, DESCRIBE …), and what DuckDB says of it */
export async function checkQuery(connection: DuckDBConnection, sql: string): Promise<Query> {
  const statements = await connection.extractStatements(sql)
  if (statements.count !== 1) {
    throw new PermanentError(`read the statement: there are ${statements.count} of them; give one SELECT`)
  }
  await requireSelect(connection, sql)
  const prepared = await statements.prepare(0)
  try {
    if (prepared.statementType !== StatementType.SELECT) throw noSelect()
    const places = Array.from({ length: prepared.columnCount }, (_, at) => at)
    return {
      // Takes it as it is, with semicolons and comments at its end.
      relation: `query(${literal(sql)})`,
      columns: places.map((at) => prepared.columnName(at)),
      types: places.map((at) => prepared.columnType(at)),
    }
  } finally {
    prepared.destroySync()
  }
}

const noSelect = () => new PermanentError('read the statement: it is no SELECT, and only reading is allowed here')

/** To prepare EXPORT DATABASE makes its folder. So the statement is first given as a text to `query`, which takes a SELECT only. */
async function requireSelect(connection: DuckDBConnection, sql: string): Promise<void> {
  try {
    const asText = await connection.prepare(`FROM query(${literal(sql)})`)
    asText.destroySync()
  } catch (error) {
    if (NO_SELECT.test(wordsOf(error))) throw noSelect()
    // What else is wrong is told by the statement itself, with its own places.
  }
}

const NO_SELECT = /^Parser Error: Expected a single SELECT statement/

/** The query's rows, with names for its columns, of which some may have none or the same. */
export function sourceOf({ relation, types }: Query): { from: string; columns: readonly string[] } {
  const columns = types.map((_, at) => identifier(`c${at}`))
  return { from: `${relation} AS q(${columns.join(', ')})`, columns }
}

/** Each row as a JSON array, which loses nothing of a text. */
export async function* readRows(
  connection: DuckDBConnection,
  query: Query,
  signal: AbortSignal,
  mostMemory?: number,
): AsyncGenerator<readonly Row[]> {
  const { from, columns } = sourceOf(query)
  const cells = query.types.map((type, at) => jsonOf(expressionOf(type, columns[at] ?? '')))
  const arrays = `SELECT concat(json_array(${cells.join(', ')}), ',') AS line FROM ${from}`
  for await (const { text } of readLines(connection, arrays, signal, mostMemory)) {
    yield JSON.parse(`[${text.toString('utf8', 0, text.length - 1)}]`)
  }
}

/** Megabytes. What a scan needs at first, what a large sort may get in the end, before it goes to disk, and how each try grows. */
const MEMORY = 24
const MOST_MEMORY = 2048
const MORE = 4
/** Megabytes at first, since an answer of this process needed so many in its middle. */
let floor = MEMORY

/** Lines that follow each other, in UTF-8. */
export interface Lines {
  readonly rows: number
  readonly text: Buffer
}

/** Bytes that are given at once: what is made of few of them dies young, and costs no memory. */
const AT_ONCE = 2 ** 15

/**
 * A stream that fails ends like one that is at its end: the client tells no difference. So a last row says that it is the last.
 * @param select has one column `line`, of texts that are not null
 * @param mostMemory megabytes that DuckDB may take
 * @throws what DuckDB throws, before the first row or in their middle, and MoreMemoryError
 */
export async function* readLines(
  connection: DuckDBConnection,
  select: string,
  signal: AbortSignal,
  mostMemory: number = MOST_MEMORY,
): AsyncGenerator<Lines> {
  // Bytes come as they are; of texts, the client would drop a byte order mark at the start.
  const lines = `SELECT encode(line) FROM (${select}) UNION ALL SELECT NULL`
  const { result, first } = await begin(connection, lines, mostMemory)
  let next = Promise.resolve(first)
  let isWhole = false
  try {
    for (let chunk = await next; chunk !== null && chunk.rowCount > 0; chunk = await next) {
      // DuckDB works on what comes next while this is given.
      next = result.fetchChunk()
      next.catch(() => {})
      isWhole = yield* linesOf(chunk)
    }
  } finally {
    connection.interrupt()
    await next.catch(() => {})
  }
  if (isWhole) return
  signal.throwIfAborted()
  // Without a stream it says what is wrong.
  await connection.run(`SET memory_limit = '${mostMemory}MiB'`)
  await connection.run(`SELECT max(length(line)) FROM (${select})`).catch((error: unknown) => told(error, mostMemory))
  if (floor >= mostMemory) throw tooLarge(mostMemory)
  floor = Math.min(floor * MORE, MOST_MEMORY)
  throw new MoreMemoryError('read the answer: it needed more memory in its middle; it has more when it is asked again')
}

/** Most of what a query needs, it needs before its first row, when it can still get more. */
async function begin(
  connection: DuckDBConnection,
  sql: string,
  mostMemory: number,
): Promise<{ result: DuckDBResult; first: DuckDBDataChunk | null }> {
  for (let memory = Math.min(floor, mostMemory); ; memory = Math.min(memory * MORE, mostMemory)) {
    await connection.run(`SET memory_limit = '${memory}MiB'`)
    try {
      const result = await connection.stream(sql)
      return { result, first: await result.fetchChunk() }
    } catch (error) {
      if (!isOutOfMemory(error) || memory >= mostMemory) told(error, mostMemory)
    }
  }
}

/** Throws it without its place in a statement that is ours. Memory that is missing now will be missing at the next try, unlike a load's. */
function told(error: unknown, memory: number): never {
  if (isOutOfMemory(error)) throw tooLarge(memory, error)
  throw new Error(wordsOf(error).replace(/\n\nLINE \d+: .*$/s, ''))
}

function tooLarge(memory: number, cause?: unknown): PermanentError {
  const said = `it takes more than the ${memory} MiB of memory that DuckDB may have; ask for fewer columns or rows`
  return new PermanentError(`read the answer: ${said}`, { cause })
}

/** @returns whether the last row of all is in it */
function* linesOf(chunk: DuckDBDataChunk): Generator<Lines, boolean> {
  const vector = chunk.getColumnVector(0)
  if (!(vector instanceof DuckDBBlobVector)) throw new Error(`read lines: they come as ${String(vector.type)}`)
  let lines: Uint8Array[] = []
  let length = 0
  const take = () => {
    const taken = { rows: lines.length, text: Buffer.concat(lines, length) }
    lines = []
    length = 0
    return taken
  }
  const isLast = vector.getItemBytes(chunk.rowCount - 1) === null
  const count = isLast ? chunk.rowCount - 1 : chunk.rowCount
  for (let at = 0; at < count; at += 1) {
    const line = vector.getItemBytes(at)
    if (line === null) throw new Error('read lines: one is null')
    lines.push(line)
    length += line.length
    if (length >= AT_ONCE) yield take()
  }
  if (length > 0) yield take()
  // Else its memory is freed only with garbage, of which it looks too small a piece to be collected soon.
  chunk.reset()
  return isLast
}
