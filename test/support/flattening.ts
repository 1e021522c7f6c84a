/** Batches of payloads, and rows read by column. */
import type { Cell } from '../../schemas/spec.ts'
import { type EventTable, eventTables } from '../../schemas/tables.ts'
import type { StoredEvent } from '../../src/buffer/buffer.ts'
import { flatten } from '../../src/flatten/flatten.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'

export const USER = '9205e5d0-f728-11ea-95d6-25411f8367ca'
export const FORM = '34780fd0-2c11-11ec-8f58-7bd83b655011'
export const RESPONSE = '18de5430-c64c-11ec-aa71-e1784a46b058'
/** 2025-01-01T00:00:00Z in microseconds. */
export const ARRIVAL = 1_735_689_600_000_000

/** The n-th event of a batch: text is the body as it stands, anything else becomes JSON. */
export function stored(body: unknown, seq = 1): StoredEvent {
  const id = seq.toString(16).padStart(32, '0')
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { id, seq, receivedAt: ARRIVAL + seq, source: 'webhook', body: text }
}

export function flattened(...bodies: readonly unknown[]): RowBatch {
  return flattenEvents(bodies.map((body, at) => stored(body, at + 1)))
}

export function flattenEvents(events: readonly StoredEvent[]): RowBatch {
  return flatten({ id: 'test-1-1', follows: null, firstSeq: 1, lastSeq: events.length, events })
}

/** The rows of a table as objects. */
export function cells(batch: RowBatch, name: EventTable): Readonly<Record<string, Cell>>[] {
  const columns = Object.keys(eventTables[name].columns)
  return batch.rows[name].map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null])))
}

/** The named columns of every row of a table. */
export function columns(batch: RowBatch, name: EventTable, ...wanted: readonly string[]): Cell[][] {
  return cells(batch, name).map((row) => wanted.map((column) => row[column] ?? null))
}

/** As columns, in an order that does not depend on that of the rows. */
export function sortedColumns(batch: RowBatch, name: EventTable, ...wanted: readonly string[]): Cell[][] {
  return columns(batch, name, ...wanted).toSorted((one, other) =>
    JSON.stringify(one) < JSON.stringify(other) ? -1 : 1,
  )
}

/** An event about a user; a response comes with a form. */
export function event(fields: object = {}, response?: object): object {
  const survey = response && { form: { uuid: FORM, name: 'NPS' }, response: { uuid: RESPONSE, ...response } }
  return { uuid: USER, triggered_event: 'Completed Survey', ...survey, ...fields }
}

/** The body of the n-th response to a survey, answered on the n-th day. */
export const answerAt = (data: object, at: number) => ({
  uuid: USER,
  triggered_event: 'Completed Survey',
  form: { uuid: FORM, name: 'S' },
  response: {
    uuid: `${RESPONSE.slice(0, -2)}${(at + 10).toString(16)}`,
    last_data_reception_at: new Date(Date.UTC(2024, 0, at + 1, 10)).toISOString().slice(0, 19).replace('T', ' '),
    data,
  },
})
