/**
 * A consumer's batches. An open batch is the positions (position, open_last], stored before its events are handed out:
 * so its id names the same events after a restart, and under other limits.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { LoadRecord } from '../../../schemas/records.ts'
import { PermanentError } from '../../errors.ts'
import { batchOf, middleOf, rangeId, type Size, taker } from '../batch.ts'
import type { Batch, BatchLimits, StoredEvent } from '../buffer.ts'
import { stateReader } from './state.ts'
import { query, writing } from './transaction.ts'

/** The columns of a stored event. As text, a body is exact: it is UTF-8, and SQLite knows its length. */
export const EVENT_COLUMNS = `
  lower(hex(coalesce(event_id, id))) AS id, seq, received_at AS receivedAt, source, CAST(body AS TEXT) AS body`

/** Where they stand, in whichever order is asked for. */
export const EVENTS = 'events LEFT JOIN taken_out USING (seq)'

/** The columns of its size. */
export const SIZE_COLUMNS =
  "length(body) AS bytes, length(CAST(body AS TEXT)) - length(replace(CAST(body AS TEXT), ',', '')) AS commas"

export interface Batches {
  next(consumer: string, limits: BatchLimits): Batch | undefined
  commit(consumer: string, batch: Batch, load: LoadRecord): void
  divide(consumer: string, batch: Batch): void
}

/** @param buffer the first part of every batch's id */
export function createBatches(db: DatabaseSync, buffer: string): Batches {
  const state = stateReader(db)
  const selectSizes = query<Size & { seq: number }>(
    db,
    `SELECT seq, ${SIZE_COLUMNS} FROM events WHERE seq > ? ORDER BY seq`,
  )
  const selectEvents = query<StoredEvent>(
    db,
    `SELECT ${EVENT_COLUMNS} FROM ${EVENTS} WHERE seq > ? AND seq <= ? ORDER BY seq`,
  )
  const open = db.prepare(`
    INSERT INTO consumers (name, position, open_last, missed) VALUES (:name, :position, :last, :missed)
    ON CONFLICT (name) DO UPDATE SET position = :position, open_last = :last, missed = :missed
    WHERE position = :seenPosition AND open_last = :seenLast`)
  const shorten = db.prepare('UPDATE consumers SET open_last = ? WHERE name = ?')
  const advance = db.prepare('UPDATE consumers SET position = open_last, last_load = ? WHERE name = ?')

  /** The batch that the consumer committed last. */
  function follows(name: string): string | null {
    const { lastLoad } = state.consumer(name)
    if (lastLoad === null) return null
    const { batchId }: LoadRecord = JSON.parse(lastLoad)
    return batchId
  }

  function cutAfter(position: number, limits: BatchLimits): number {
    const takes = taker(limits)
    let last = position
    for (const { seq, ...size } of selectSizes.each(position)) {
      if (!takes(size)) break
      last = seq
    }
    return last
  }

  /** The open batch's positions, after opening one if need be; the write transaction holds no reading of events. */
  function openBatch(name: string, limits: BatchLimits): { after: number; last: number } | undefined {
    for (;;) {
      const seen = state.consumer(name)
      const after = Math.max(seen.position, state.buffer().dropped)
      if (after === seen.position && seen.openLast > after) return { after, last: seen.openLast }
      const last = cutAfter(after, limits)
      if (last === after) return undefined
      const missed = seen.missed + after - seen.position
      const values = { name, position: after, last, missed, seenPosition: seen.position, seenLast: seen.openLast }
      if (writing(db, () => open.run(values).changes) === 1) return { after, last }
    }
  }

  function next(name: string, limits: BatchLimits): Batch | undefined {
    for (;;) {
      const range = openBatch(name, limits)
      if (range === undefined) return undefined
      const events = [...selectEvents.each(range.after, range.last)]
      if (events.length === range.last - range.after) return batchOf(buffer, follows(name), events)
      // Only what no destination is waiting for can have gone meanwhile: then the batch is cut again.
      if (state.buffer().dropped <= range.after) {
        const id = rangeId(buffer, range.after + 1, range.last)
        throw new PermanentError(`read batch ${id}: events are missing; the file is damaged, restore a copy`)
      }
    }
  }

  function commit(name: string, batch: Batch, load: LoadRecord): void {
    writing(db, () => {
      const { position, openLast } = state.consumer(name)
      const opened = openLast > position ? rangeId(buffer, position + 1, openLast) : undefined
      if (opened !== undefined && batch.id.startsWith(opened)) {
        advance.run(JSON.stringify(load), name)
        return
      }
      const own = batch.id.startsWith(rangeId(buffer, batch.firstSeq, batch.lastSeq))
      if (own && batch.lastSeq <= position) return
      const found = opened === undefined ? `none is open after position ${position}` : `${opened} is open`
      throw new PermanentError(`commit batch ${batch.id} of ${name}: ${found}; only one process may load for it`)
    })
  }

  function divide(name: string, batch: Batch): void {
    writing(db, () => {
      const { position, openLast } = state.consumer(name)
      if (batch.id.startsWith(rangeId(buffer, position + 1, openLast))) shorten.run(middleOf(position, openLast), name)
    })
  }

  return { next, commit, divide }
}
