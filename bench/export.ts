/** How fast a table becomes a CSV file, against csv-stringify alone, and in how much memory a large one does. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { stringify } from 'csv-stringify'
import type { Row } from '../schemas/spec.ts'
import { exportSchema } from '../src/config/exports.ts'
import { csvOptions } from '../src/destinations/csv/encode.ts'
import { openClient } from '../src/destinations/duckdb/client.ts'
import { duckdbDestination } from '../src/destinations/duckdb/duckdb.ts'
import { duckdbSource } from '../src/destinations/duckdb/source.ts'
import { exportCsv } from '../src/exports/export.ts'
import { writeFile } from '../src/exports/write.ts'
import { warehousePath } from '../src/stores.ts'
import { argumentsOf, configOf, environment, peakMemory } from './product.ts'
import { type Measure, median, round } from './result.ts'

/** Times the usual: rows of many days are written at once. */
const MEMORY = 10
const TABLE = 'responses'
const never = new AbortController().signal
/** Milliseconds between two looks at the memory. */
const LOOK = 20

export const exporting: Measure = async ({ quick, directory }) => {
  const [few, many, turns] = quick ? [20_000, 50_000, 3] : [100_000, 1_000_000, 15]
  const small = join(directory, 'small.duckdb')
  await fill(small, few)
  const rows = await readAll(small)
  const [plain, ours]: [number[], number[]] = [[], []]
  for (let turn = 0; turn < turns; turn++) {
    plain.push(await timed(() => stringifyAlone(rows)))
    ours.push(await timed(() => exportTo(small, join(directory, 'out.csv'))))
  }
  await fill(warehousePath(configOf(directory)), many)
  const large = await exportInChild(directory)
  return [
    {
      name: 'export',
      what: 'Rows per second from a table of DuckDB into a CSV file, against csv-stringify alone fed from memory with the same rows',
      how: `${few} responses, in turn; opening the file, reading, encoding, writing and syncing included, while csv-stringify writes nowhere; the median of the ratios`,
      value: round(median(ours.map((seconds, turn) => (plain[turn] ?? Number.NaN) / seconds))),
      unit: 'of csv-stringify',
      goal: { bound: 'at least', value: 0.9 },
      limit: 'DuckDB, which makes the lines; one thread of it, so that others get their share',
      seen: {
        rows_per_second: round(few / median(ours), 0),
        plain_rows_per_second: round(few / median(plain), 0),
      },
    },
    {
      name: 'export memory',
      what: `The most memory that an export of ${many} responses takes`,
      how: 'VmHWM of the process of npm run export-csv',
      value: round(large.peak, 0),
      unit: 'MB',
      goal: { bound: 'at most', value: 200 },
      limit: 'Node and its libraries, the code of DuckDB and the 24 MiB that it may use of the file',
      seen: { seconds: round(large.seconds), megabytes_of_csv: round(large.bytes / 1e6, 0) },
    },
  ]
}

/** Responses of invented people, in the table that the product makes. */
async function fill(path: string, count: number): Promise<void> {
  const destination = duckdbDestination({ path })
  await destination.prepare()
  await destination.close()
  const { connection, close } = await openClient(path, MEMORY)
  await connection.run(`INSERT INTO ${TABLE} BY NAME
    SELECT uuid()::VARCHAR AS response_uuid, t::DATE AS created_on, 'project' AS project_uuid, 'form-' || n % 8 AS form_uuid,
      'NPS Survey' AS form_name, uuid()::VARCHAR AS user_uuid, uuid()::VARCHAR AS account_uuid,
      ['completed', 'dismissed', 'partial'][n % 3 + 1] AS status, t AS first_shown_at, t AS last_shown_at, n % 4 AS show_counter,
      t AS first_data_reception_at, t AS last_data_reception_at, if(n % 3 = 0, t, NULL) AS completed_at,
      if(n % 3 = 1, t, NULL) AS dismissed_at, t AS received_at,
      '{"nps":' || n % 11 || ',"reason":"words, about ' || n % 5000 || '"}' AS answers, 'Completed Survey' AS last_triggered_event,
      md5(n::VARCHAR) AS event_id, v AS row_version, v AS answers_version, '' AS tags_version, t AS event_received_at
    FROM (SELECT n, TIMESTAMP '2025-01-01' + n * INTERVAL 30 SECOND AS t, '20250101|3|' || md5(n || 'v') AS v
      FROM range(${count}) AS r(n))`)
  await connection.run('CHECKPOINT')
  close()
}

async function readAll(path: string): Promise<Row[]> {
  const source = await duckdbSource(path)
  const all: Row[] = []
  const { rows } = await source.read({ sql: `SELECT * FROM ${TABLE}` }, never)
  for await (const some of rows) all.push(...some)
  await source.close()
  return all
}

function stringifyAlone(rows: readonly Row[]): Promise<void> {
  const columns = (rows[0] ?? []).map((_, at) => `column_${at}`)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  return pipeline(Readable.from(rows), stringify(csvOptions(columns, { delimiter: ',', formulaGuard: false })), nowhere)
}

async function exportTo(path: string, file: string): Promise<void> {
  const source = await duckdbSource(path)
  const options = exportSchema('UTC').parse({ table: TABLE })
  await exportCsv(source, { options, signal: never, write: (_, text) => writeFile(file, text, never) })
  await source.close()
}

/** Seconds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

async function exportInChild(directory: string) {
  const out = join(directory, 'exports', 'large.csv')
  const env = environment(directory)
  const began = performance.now()
  const args = [...argumentsOf('export-csv'), '--table', TABLE, '--out', out]
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' })
  const ended = once(child, 'exit')
  let peak = 0
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, memoryOf(child.pid ?? 0))
    await pause(LOOK)
  }
  await ended
  if (child.exitCode !== 0) throw new Error(`export: npm run export-csv ended with ${child.exitCode}`)
  return { peak, seconds: (performance.now() - began) / 1000, bytes: statSync(out).size }
}

/** MB; 0 of a process that is just ending. */
function memoryOf(pid: number): number {
  try {
    return peakMemory(pid) || 0
  } catch {
    return 0
  }
}
