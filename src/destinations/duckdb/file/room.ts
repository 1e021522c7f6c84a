/**
 * How much of a disk a load takes, known before it begins: one that fails in its middle leaves a log that cannot be stored either, and takes
 * the room that acknowledging webhooks needs.
 *
 * A batch is first written to the log, where it takes up to three times the bytes of its payloads, and then to the file, beside the log:
 * up to 2.4 times, where nothing can be compressed. With it the last rows of each table, up to a row group, are written again, before the
 * room that they had is free. Columns take 256 KB each at first, together up to 8 MB. (Measured with payloads of 2 KB and 100 KB.)
 */
import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Table } from '../../../../schemas/spec.ts'
import { webhookEvents } from '../../../../schemas/tables/log.ts'
import { NoRoomError, TransientError } from '../../../errors.ts'
import type { RowBatch } from '../../../flatten/rows.ts'
import { rowsOf } from '../../batch.ts'
import { cellOf } from '../../merge.ts'
import { identifier } from '../../sql.ts'
import { type Client, ROW_GROUP_SIZE } from '../client.ts'
import { isFull } from '../errors.ts'

const MEGABYTE = 1024 ** 2
const LEAST = 8 * MEGABYTE
/** Times the bytes of the payloads. */
const LOGGED = 3
const STORED = 2.4
/** Times the bytes of the log, when it is stored. */
const STORED_OF_LOG = 0.8

/** Bytes. */
export interface Room {
  readonly free: number
  readonly needed: number
}

/**
 * Stores the log first where the disk is short of room, which frees it.
 * @throws NoRoomError when the batch would not fit
 */
export async function requireRoom({ connection }: Client, path: string, batch: RowBatch): Promise<Room> {
  const bytes = payloadBytes(batch)
  const log = sizeOf(`${path}.wal`)
  const before = { free: freeAt(path), needed: LEAST + (LOGGED + STORED) * bytes }
  // As a rule there is more than enough, and then nothing is asked.
  if (before.free > before.needed + STORED_OF_LOG * log + sizeOf(path)) return before
  const whole = async (logged: number): Promise<Room> => {
    const { again, reusable } = await rewritten(connection)
    const stored = STORED * bytes + STORED_OF_LOG * logged + again - reusable
    return { free: freeAt(path), needed: LEAST + LOGGED * bytes + Math.max(0, stored) }
  }
  let room = await whole(log)
  if (log > 0 && room.free < room.needed) {
    await connection.run('CHECKPOINT')
    room = await whole(0)
  }
  if (room.free < room.needed) throw noRoom('load into', path, room)
  return room
}

/** Bytes of the file that a checkpoint writes again, and those in it that may be written to. */
async function rewritten(connection: DuckDBConnection): Promise<{ again: number; reusable: number }> {
  const reader = await connection.runAndReadAll(`
    SELECT CAST(block_size * used_blocks AS DOUBLE), CAST(block_size * free_blocks AS DOUBLE), CAST(
      (SELECT count(*) FROM ${identifier(webhookEvents.name)}) AS DOUBLE)
    FROM pragma_database_size() WHERE database_name = current_database()`)
  const [used = 0, reusable = 0, rows = 0] = (reader.getRowsJS()[0] ?? []).map(Number)
  return { again: used * Math.min(1, ROW_GROUP_SIZE / Math.max(1, rows)), reusable }
}

/** Of what DuckDB threw: with figures, if it is that the disk is full. Other errors pass unchanged. */
export function withRoom(path: string, error: unknown, room: Room | undefined): unknown {
  // By a quota it may be full before the disk is.
  return room !== undefined && room.free < 2 * room.needed && isFull(error)
    ? noRoom('load into', path, room, error)
    : error
}

/** As `withRoom`, of opening the file, when what was loaded last is stored. */
export function withRoomToOpen(path: string, error: unknown): unknown {
  const log = sizeOf(`${path}.wal`)
  if (log === 0 || !isFull(error)) return error
  const { message } = noRoom('open', path, { free: freeAt(path), needed: LEAST + STORED_OF_LOG * log + sizeOf(path) })
  return new TransientError(message, { cause: error })
}

function noRoom(action: string, path: string, { free, needed }: Room, cause?: unknown): NoRoomError {
  const [has, needs] = [Math.floor(free / MEGABYTE), Math.ceil(needed / MEGABYTE)]
  const said = `it takes up to ${needs} MB, and the disk has ${has} MB free; make room there, loading goes on by itself`
  return new NoRoomError(`${action} ${path}: ${said}`, { cause })
}

function payloadBytes(batch: RowBatch): number {
  const table: Table = webhookEvents
  return rowsOf(batch, table).reduce((sum, row) => sum + String(cellOf(table, row, 'payload') ?? '').length, 0)
}

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** For this user. Some file systems do not tell; and whatever else is wrong there, the load itself says. */
function freeAt(path: string): number {
  try {
    const { blocks, bavail, bsize } = statfsSync(dirname(path))
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
