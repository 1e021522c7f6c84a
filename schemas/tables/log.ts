/** What happened: every event, every value that did not fit, every batch. Rows are written once and never change. */
import type { LoadRecord, LoggedEvent, Rejection } from '../records.ts'
import { date, integer, required, type Table, tableOf, text } from '../spec.ts'

/** The same event always has the same, whenever it arrives: so a redelivery is looked for on one day only. */
const createdOn = <Source extends { readonly newestTime: string }>() =>
  date<Source>(
    "UTC date of the event's newest time; partition column",
    ({ newestTime }) => newestTime.slice(0, 10) || null,
  )

export const webhookEvents: Table<LoggedEvent> = tableOf<LoggedEvent>()({
  name: 'webhook_events',
  description: 'Every event received, whole; a redelivery is the same event',
  key: ['event_id'],
  partition: 'created_on',
  columns: {
    event_id: required.text("Derived from the body's content", (s) => s.event.eventId),
    created_on: createdOn(),
    received_at: required.timestamp('When the connector received it', (s) => s.event.arrivedAt),
    source: required.text('webhook or backfill', (s) => s.event.source),
    triggered_event: required.text('The trigger in Refiner, such as Saw Survey', (s) => s.event.triggeredEvent),
    project_uuid: text("Refiner's environment", (s) => s.event.projectUuid),
    user_uuid: required.text('The user', (s) => s.event.userUuid),
    account_uuid: text("The user's account", (s) => s.event.account?.uuid ?? null),
    form_uuid: text('The survey; null when no survey triggered the event', (s) => s.event.form?.uuid ?? null),
    response_uuid: text('The response; null when no survey triggered the event', (s) => s.event.response?.uuid ?? null),
    payload: required.json('The body as sent', (s) => s.event.payload),
  },
})

export const rejectedValues: Table<Rejection> = tableOf<Rejection>()({
  name: 'rejected_values',
  description: 'Values that did not fit their cell, which is null; the event itself was kept',
  key: ['event_id', 'path'],
  partition: 'created_on',
  columns: {
    event_id: required.text('The event that held the value', (s) => s.event.eventId),
    path: required.text('Where in the payload', (s) => s.value.path),
    created_on: createdOn(),
    table_name: required.text('The table of the cell', (s) => s.value.table),
    column_name: text('The column of the cell; null when a whole row could not be made', (s) => s.value.column),
    value: required.text('The value, as JSON text', (s) => s.value.value),
    reason: required.text('Why it did not fit', (s) => s.value.reason),
  },
})

export const loads: Table<LoadRecord> = tableOf<LoadRecord>()({
  name: 'loads',
  description: 'Batches loaded: a batch and its row here become visible together',
  key: ['destination', 'batch_id'],
  columns: {
    destination: required.text('The destination that this is', (s) => s.destination),
    batch_id: required.text('Names the buffer and the events that the batch holds', (s) => s.batchId),
    first_seq: required.integer('Position of its first event in the buffer', (s) => s.firstSeq),
    last_seq: required.integer('Position of its last event in the buffer', (s) => s.lastSeq),
    events: required.integer('How many events', (s) => s.events),
    rows: required.json('How many rows the batch held, by table', (s) => JSON.stringify(s.rows)),
    started_at: required.timestamp('When loading began', (s) => s.startedAt),
    finished_at: required.timestamp('When the rows were written, just before the commit', (s) => s.finishedAt),
    bytes_billed: integer(
      'Bytes that BigQuery billed for the batch, written with the next one; null where loading is free, and in other destinations',
      (s) => s.bytesBilled,
    ),
  },
})
