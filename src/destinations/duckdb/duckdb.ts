/**
 * The warehouse in one DuckDB file: one transaction per batch over all tables, its row in `loads` included. Times are TIMESTAMP, in UTC
 * and without a zone, so that whatever zone a session is in, the same question has the same answer.
 *
 * After any failure the file is closed, and nothing of the batch is there unless all of it is; the next `prepare` starts afresh.
 */
import type { LoadRecord } from '../../../schemas/records.ts'
import { rowOf } from '../../../schemas/spec.ts'
import { loads } from '../../../schemas/tables/log.ts'
import { type ModelOptions, UNSET_MODELS, type View } from '../../../schemas/views/spec.ts'
import { grant } from '../../files/mode.ts'
import { requireOpened } from '../../files/opened.ts'
import type { RowBatch } from '../../flatten/rows.ts'
import { loadRecord, now, readLoadRecord } from '../batch.ts'
import type { Destination } from '../destination.ts'
import { createNovelty } from '../novelty.ts'
import type { Trial } from '../refresh/unmade.ts'
import { identifier } from '../sql.ts'
import { type Appender, createAppender } from './append.ts'
import { cellExpression, cellFrom, columnsOf } from './cells.ts'
import type { Client } from './client.ts'
import { duckdbError, isOutOfMemory } from './errors.ts'
import { openWhole, TABLES } from './file/open.ts'
import { type Room, requireRoom, withRoom, withRoomToOpen } from './file/room.ts'
import { ensureSchema } from './schema.ts'
import { ensureViews } from './views.ts'
import { writeBatch } from './write.ts'

export interface DuckdbOptions {
  /** The file; it and its folder are made if missing. */
  readonly path: string
  /** What the views are made by; no setting is set if not given. */
  readonly models?: ModelOptions
  /** Who may read the file, as a mode such as 0o640: what it lacks of that is added. Left out: whoever the process lets. */
  readonly mode?: number
  /** Told what an unfinished creation left, and what was done about it. */
  readonly onNotice?: (text: string) => void
  /** Milliseconds: how long views are made at a time, 10,000 if not given. The rest is made after the next load. */
  readonly longestViews?: number
}

/** How many times the usual memory a batch may get that did not fit into less. */
const MOST_MEMORY = 32

interface Open {
  readonly client: Client
  readonly appender: Appender
}

/** Errors are Transient where it may pass (a locked file, a full disk) and Permanent where a person has to act. */
export function duckdbDestination(options: DuckdbOptions): Destination {
  const { path, models = UNSET_MODELS, longestViews = 10_000 } = options
  const name = 'duckdb'
  let open: Open | undefined
  let memory = 1
  const novelty = createNovelty()
  let unmade: readonly Trial<View>[] = []

  const openIfClosed = async () => {
    try {
      open ??= await openWarehouse(options, memory)
      return open
    } catch (error) {
      takeMoreAfter(error)
      throw error
    }
  }

  const takeMoreAfter = (error: unknown) => {
    if (isOutOfMemory(error)) memory = Math.min(memory * 2, MOST_MEMORY)
  }

  const close = () => {
    const { client } = open ?? {}
    open = undefined
    client?.close()
  }

  return {
    name,
    needsFile: (pending) => pending > 0 || novelty.surveys() !== undefined,
    async prepare() {
      await openIfClosed()
    },
    async load(batch, { signal }) {
      signal.throwIfAborted()
      const opened = await openIfClosed()
      let room: Room | undefined
      try {
        room = await requireRoom(opened.client, path, batch)
        const record = await loadOnce(name, opened, batch, signal)
        // Only after it is it certain where it went.
        requireOpened(opened.client.files, 'load')
        novelty.notice(batch)
        return record
      } catch (error) {
        close()
        signal.throwIfAborted()
        takeMoreAfter(error)
        throw duckdbError('load into', path, withRoom(path, error, room))
      }
    },
    async withdraw(batch) {
      const { client } = await openIfClosed()
      try {
        return await findLoad(client, name, batch)
      } catch (error) {
        close()
        throw duckdbError('read', path, error)
      }
    },
    async refreshViews({ signal }) {
      const surveys = novelty.surveys()
      if (surveys === undefined && unmade.length === 0) {
        memory = 1
        return { reasons: [], changes: [] }
      }
      const { client, appender } = await openIfClosed()
      const interrupt = () => client.connection.interrupt()
      signal.addEventListener('abort', interrupt)
      try {
        const session = { connection: client.connection, appender, signal }
        const made = await ensureViews(session, { models, surveys, unmade }, longestViews)
        memory = 1
        ;({ unmade } = made)
        if (made.settled !== undefined && !made.isPart) novelty.settle(made.settled)
        return { reasons: made.reasons, changes: made.changes }
      } catch (error) {
        close()
        signal.throwIfAborted()
        takeMoreAfter(error)
        throw duckdbError('make views in', path, error)
      } finally {
        signal.removeEventListener('abort', interrupt)
      }
    },
    async close() {
      close()
    },
  }
}

async function openWarehouse(options: DuckdbOptions, memory: number): Promise<Open> {
  const { path, mode } = options
  let client: Client | undefined
  try {
    client = await openWhole(path, memory, options.onNotice)
    if (mode !== undefined) grant(path, mode)
    const exact = await ensureSchema(client.connection, path, TABLES)
    return { client, appender: createAppender(client.connection, exact) }
  } catch (error) {
    client?.close()
    throw duckdbError('open', path, withRoomToOpen(path, error))
  }
}

async function loadOnce(name: string, open: Open, batch: RowBatch, signal: AbortSignal): Promise<LoadRecord> {
  const { client, appender } = open
  const { connection } = client
  const interrupt = () => connection.interrupt()
  signal.addEventListener('abort', interrupt)
  try {
    await connection.run('BEGIN')
    const known = await findLoad(client, name, batch.id)
    if (known !== undefined) {
      await connection.run('ROLLBACK')
      return known
    }
    const startedAt = now()
    await writeBatch({ connection, appender, signal }, batch)
    const record = loadRecord(name, batch, startedAt)
    await appender.append(loads, [rowOf(loads, record)])
    signal.throwIfAborted()
    // From here on the batch is durable or it is not; a signal would only blur which.
    signal.removeEventListener('abort', interrupt)
    await connection.run('COMMIT')
    return record
  } finally {
    signal.removeEventListener('abort', interrupt)
  }
}

async function findLoad({ connection }: Client, name: string, batch: string): Promise<LoadRecord | undefined> {
  const columns = columnsOf(loads)
  const cells = columns.map(([column, definition]) => cellExpression(column, definition)).join(', ')
  const where = loads.key.map((column, at) => `${identifier(column)} = $${at + 1}`).join(' AND ')
  const result = await connection.runAndReadAll(`SELECT ${cells} FROM ${identifier(loads.name)} WHERE ${where}`, [
    name,
    batch,
  ])
  const [row] = result.getRowsJS()
  return (
    row &&
    readLoadRecord(
      Object.fromEntries(columns.map(([column, definition], at) => [column, cellFrom(row[at], definition)])),
    )
  )
}
