/** The DuckDB file, read-only. It is open from the first question until `close`; meanwhile no load can have it. */
import { existsSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { forms } from '../../../schemas/tables/catalog.ts'
import { columnNames } from '../../../schemas/tables/views.ts'
import { NotYetError, PermanentError } from '../../errors.ts'
import { formerNamesQuery, NAMED } from '../former-names.ts'
import type { Choice, FormerName, Relation, Selection, Source, Survey } from '../source.ts'
import { identifier, literal } from '../sql.ts'
import { openReader } from './client.ts'
import { isNarrow, readCsv } from './csv.ts'
import { duckdbError } from './errors.ts'
import { isUnfinished } from './file/create.ts'
import { checkQuery, readRows } from './read.ts'
import { VIEWS_TABLE } from './view-marks.ts'

/** Milliseconds. */
const INTERRUPT_EVERY = 50
const WORDS = 'the statement cannot be run; DuckDB says why'

/** @throws TransientError while a load holds the file, NotYetError when there is none */
export async function duckdbSource(path: string): Promise<Source> {
  if (!existsSync(path) || isUnfinished(path)) {
    throw new NotYetError(
      `open ${path}: there is no warehouse yet; npm start receives and loads events, npm run load loads what is pending`,
    )
  }
  const told = (error: unknown): never => {
    throw duckdbError('read', path, error, WORDS)
  }
  const { connection, close } = await openReader(path).catch(told)
  let ended: Promise<void> | undefined

  async function* reading<T>(parts: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
    const { promise, resolve } = Promise.withResolvers<void>()
    ended = promise
    const stop = interruptBy(connection, signal)
    try {
      signal.throwIfAborted()
      yield* parts
    } catch (error) {
      signal.throwIfAborted()
      told(error)
    } finally {
      stop()
      resolve()
    }
  }

  return {
    relations: () => relationsOf(connection).catch(told),
    surveys: () => surveysOf(connection).catch(told),
    async formerNames(signal) {
      const stop = interruptBy(connection, signal)
      try {
        return await formerNamesOf(connection).catch(told)
      } finally {
        stop()
      }
    },
    count: (selection) => countOf(connection, selection).catch(told),
    async counts(signal) {
      const counted = new Map<string, number | null>()
      const stop = interruptBy(connection, signal)
      try {
        for (const { name, columns } of await relationsOf(connection).catch(told)) {
          const rows = countOf(connection, { relation: name, columns }).catch(told).catch(noneIfPermanent)
          counted.set(name, await rows)
          signal.throwIfAborted()
        }
      } finally {
        stop()
      }
      return counted
    },
    async read(selection, signal) {
      signal.throwIfAborted()
      const query = await checkQuery(connection, statementOf(selection)).catch(told)
      return {
        columns: query.columns,
        rows: reading(readRows(connection, query, signal), signal),
        ...(isNarrow(query) && { csv: (format) => reading(readCsv(connection, query, format, signal), signal) }),
      }
    },
    async close() {
      // Whoever left it early does not wait for what DuckDB is in the middle of.
      await ended
      close()
    },
  }
}

/** An aborted signal ends what is running. @returns what ends that */
function interruptBy(connection: DuckDBConnection, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  // Again and again: before a statement has begun, it does not hear of it.
  const interrupt = () => {
    connection.interrupt()
    timer ??= setInterval(() => connection.interrupt(), INTERRUPT_EVERY)
  }
  signal.addEventListener('abort', interrupt)
  return () => {
    signal.removeEventListener('abort', interrupt)
    clearInterval(timer)
  }
}

async function relationsOf(connection: DuckDBConnection): Promise<Relation[]> {
  const here = 'database_name = current_database() AND schema_name = current_schema() AND NOT internal'
  const reader = await connection.runAndReadAll(
    `SELECT name, kind, CAST(to_json(list(column_name ORDER BY column_index)) AS VARCHAR),
      CAST(to_json(coalesce(list(column_name ORDER BY column_index) FILTER (data_type = 'DATE'), [])) AS VARCHAR)
    FROM (SELECT table_name AS name, 'table' AS kind, database_name, schema_name, internal FROM duckdb_tables()
      UNION ALL SELECT view_name, 'view', database_name, schema_name, internal FROM duckdb_views())
    JOIN (SELECT table_name AS name, column_name, column_index, data_type FROM duckdb_columns() WHERE ${here}) USING (name)
    WHERE ${here} AND name <> ${literal(VIEWS_TABLE)} GROUP BY ALL ORDER BY ALL`,
  )
  return reader.getRowsJS().map(([name, kind, columns, days]) => ({
    name: textOf(name),
    kind: kind === 'table' ? 'table' : 'view',
    columns: JSON.parse(textOf(columns)),
    days: JSON.parse(textOf(days)),
  }))
}

/** Those that have a view; none in a warehouse that no load of this version has written. */
async function surveysOf(connection: DuckDBConnection): Promise<Survey[]> {
  const known = (await relationsOf(connection)).map(({ name }) => name)
  if (!known.includes(columnNames.name)) return []
  const reader = await connection.runAndReadAll(
    `SELECT form_uuid, ${forms.name}.name, column_name FROM ${columnNames.name} LEFT JOIN ${forms.name} USING (form_uuid)
    WHERE scope = 'survey' ORDER BY column_name`,
  )
  return reader
    .getRowsJS()
    .map(([formUuid, name, view]) => ({
      formUuid: textOf(formUuid),
      name: name === null ? null : textOf(name),
      view: textOf(view),
    }))
    .filter(({ view }) => known.includes(view))
}

async function formerNamesOf(connection: DuckDBConnection): Promise<FormerName[]> {
  const known = (await relationsOf(connection)).map(({ name }) => name)
  if (NAMED.some((name) => !known.includes(name))) return []
  const reader = await connection.runAndReadAll(formerNamesQuery(identifier))
  return reader.getRowsJS().map(([formUuid, name, lastOn]) => ({
    formUuid: textOf(formUuid),
    name: textOf(name),
    lastOn: lastOn === null ? null : textOf(lastOn),
  }))
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

async function countOf(connection: DuckDBConnection, selection: Selection): Promise<number> {
  const { relation } = await checkQuery(connection, statementOf(selection))
  const reader = await connection.runAndReadAll(`SELECT CAST(count(*) AS DOUBLE) FROM ${relation}`)
  return Number(reader.getRowsJS()[0]?.[0])
}

function noneIfPermanent(error: unknown): null {
  if (error instanceof PermanentError) return null
  throw error
}

function statementOf(selection: Selection): string {
  if ('sql' in selection) return selection.sql
  const conditions = conditionsOf(selection)
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return `SELECT ${selection.columns.map(identifier).join(', ')} FROM ${identifier(selection.relation)}${where}`
}

function conditionsOf({ period, only }: Choice): string[] {
  const type = period?.by === 'day' ? 'DATE' : 'TIMESTAMP'
  const time = period && `CAST(${identifier(period.column)} AS ${type})`
  const limit = (iso: string) => `CAST(${literal(iso.replace('Z', ''))} AS ${type})`
  return [
    ...(period?.from === undefined ? [] : [`${time} >= ${limit(period.from)}`]),
    ...(period?.to === undefined ? [] : [`${time} < ${limit(period.to)}`]),
    ...(only === undefined ? [] : [`${identifier(only.column)} IN (${only.values.map(literal).join(', ')})`]),
  ]
}
