/** What happened: every event, every value that did not fit, every batch. Rows are written once and never change. */
import type { EventRecord, LoadRecord, Rejection } from '../records.ts'
import { required, type Table, tableOf, text } from '../spec.ts'

export const webhookEvents: Table<EventRecord> = tableOf<EventRecord>()({
  name: 'webhook_events',
  description: 'Every event received, whole; a redelivery is the same event',
  key: ['event_id'],
  partition: 'received_at',
  columns: {
    event_id: required.text("Derived from the body's content", (s) => s.eventId),
    received_at: required.timestamp('When the connector received it', (s) => s.arrivedAt),
    source: required.text('webhook or backfill', (s) => s.source),
    triggered_event: required.text('The trigger in Refiner, such as Saw Survey', (s) => s.triggeredEvent),
    project_uuid: text("Refiner's environment", (s) => s.projectUuid),
    user_uuid: required.text('The user', (s) => s.userUuid),
    account_uuid: text("The user's account", (s) => s.account?.uuid ?? null),
    form_uuid: text('The survey; null when no survey triggered the event', (s) => s.form?.uuid ?? null),
    response_uuid: text('The response; null when no survey triggered the event', (s) => s.response?.uuid ?? null),
    payload: required.json('The body as sent', (s) => s.payload),
  },
})

export const rejectedValues: Table<Rejection> = tableOf<Rejection>()({
  name: 'rejected_values',
  description: 'Values that did not fit their cell, which is null; the event itself was kept',
  key: ['event_id', 'path'],
  columns: {
    event_id: required.text('The event that held the value', (s) => s.event.eventId),
    path: required.text('Where in the payload', (s) => s.value.path),
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
  },
})
