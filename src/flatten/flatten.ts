/**
 * A batch of events as rows of every table. Pure: the same events always give the same rows. Each event is read once;
 * only what is newest goes on and becomes rows, so that a key has one row however often its state was sent.
 */
import type { EventRecord } from '../../schemas/records.ts'
import * as named from '../../schemas/tables/catalog.ts'
import type { Batch } from '../buffer/buffer.ts'
import { attributeRows, namedRows, questionRows } from './catalog.ts'
import { logRows } from './log.ts'
import { accountRows, userRows } from './people.ts'
import { read } from './read.ts'
import { responseRows } from './responses.ts'
import type { RowBatch } from './rows.ts'
import { eventVersion, type ResponseEvent, type Version } from './version.ts'

/** @throws SyntaxError when a body is not JSON; the buffer holds checked ones only. */
export function flatten(batch: Batch): RowBatch {
  const collected = collectors()
  const ids = new Set<string>()
  for (const stored of batch.events) {
    if (ids.has(stored.id)) continue
    ids.add(stored.id)
    add(collected, read(stored))
  }
  const { id, follows, firstSeq, lastSeq, events } = batch
  return { id, follows, firstSeq, lastSeq, events: events.length, rows: rowsOf(collected) }
}

type Collectors = ReturnType<typeof collectors>

function collectors() {
  return {
    responses: responseRows(),
    users: userRows(),
    accounts: accountRows(),
    forms: namedRows(named.forms),
    questions: questionRows(),
    attributes: attributeRows(),
    segments: namedRows(named.segments),
    tags: namedRows(named.tags),
    log: logRows(),
  }
}

function add(to: Collectors, event: EventRecord): void {
  const version = eventVersion(event)
  to.log.add(event, version.time)
  to.users.add(version)
  to.accounts.add(version)
  if (event.attributes !== undefined) to.attributes.add('user', event.attributes, version)
  if (event.account?.attributes !== undefined) to.attributes.add('account', event.account.attributes, version)
  if (event.form !== undefined) to.forms.add(event.form.uuid, event.form.name, version)
  for (const { uuid, name } of event.segments ?? []) to.segments.add(uuid, name, version)
  if (hasResponse(event)) addResponse(to, event, version)
}

function addResponse(to: Collectors, event: ResponseEvent, version: Version): void {
  const { data, tags = [] } = event.response
  to.responses.add(event)
  if (event.form !== undefined && data !== undefined) to.questions.add(event.form.uuid, data, version)
  for (const { uuid, name } of tags) to.tags.add(uuid, name, version)
}

function hasResponse(event: EventRecord): event is ResponseEvent {
  return event.response !== undefined
}

function rowsOf(from: Collectors): RowBatch['rows'] {
  return {
    ...from.responses.rows(),
    ...from.users.rows(),
    ...from.accounts.rows(),
    forms: from.forms.rows(),
    ...from.questions.rows(),
    attributes: from.attributes.rows(),
    segments: from.segments.rows(),
    tags: from.tags.rows(),
    ...from.log.rows(),
  }
}
