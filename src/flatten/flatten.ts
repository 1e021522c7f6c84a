/**
 * A batch of events as rows of every table. Pure: the same events always give the same rows. Each event is read once;
 * only what is newest goes on and becomes rows, so that a key has one row however often its state was sent.
 */
import type { EventRecord } from '../../schemas/records.ts'
import * as named from '../../schemas/tables/catalog.ts'
import type { Batch } from '../buffer/buffer.ts'
import { attributeRows } from './attributes.ts'
import type { IsContext } from './context.ts'
import { logRows } from './log.ts'
import { namedRows } from './names.ts'
import { type FlattenOptions, UNSET } from './options.ts'
import { accountRows, userRows } from './people.ts'
import { questionRows } from './questions.ts'
import { read } from './read.ts'
import { responseRows } from './responses.ts'
import type { RowBatch } from './rows.ts'
import { eventVersion, type ResponseEvent, type Version } from './version.ts'

/**
 * @throws SyntaxError when a body is not JSON; the buffer holds checked ones only.
 */
export function flatten(batch: Batch, options: FlattenOptions = UNSET): RowBatch {
  const collected = collectors(options.isContext)
  const ids = new Set<string>()
  for (const stored of batch.events) {
    if (ids.has(stored.id)) continue
    ids.add(stored.id)
    add(collected, read(stored, options))
  }
  const { id, follows, firstSeq, lastSeq, events } = batch
  return { id, follows, firstSeq, lastSeq, events: events.length, rows: rowsOf(collected) }
}

type Collectors = ReturnType<typeof collectors>

function collectors(isContext: IsContext) {
  return {
    responses: responseRows(isContext),
    users: userRows(),
    accounts: accountRows(),
    forms: namedRows('form', named.forms),
    questions: questionRows(isContext),
    attributes: attributeRows(),
    segments: namedRows('segment', named.segments),
    tags: namedRows('tag', named.tags),
    log: logRows(),
  }
}

function add(to: Collectors, event: EventRecord): void {
  const version = eventVersion(event)
  to.log.add(event, version.time)
  to.users.add(version)
  to.accounts.add(version)
  const form = event.response && event.form?.uuid
  if (event.attributes !== undefined && event.attributesInRows)
    to.attributes.add('user', event.attributes, form, version)
  const { attributes, attributesInRows } = event.account ?? {}
  if (attributes !== undefined && attributesInRows) to.attributes.add('account', attributes, form, version)
  if (event.form !== undefined) to.forms.add(event.form.uuid, event.form.name, version)
  for (const { uuid, name } of event.segments ?? []) to.segments.add(uuid, name, version)
  if (hasResponse(event)) addResponse(to, event, version)
}

function addResponse(to: Collectors, event: ResponseEvent, version: Version): void {
  const { data, dataInRows, tags = [] } = event.response
  to.responses.add(event)
  if (event.form !== undefined && data !== undefined && dataInRows)
    to.questions.add(event, event.form.uuid, data, version)
  for (const { uuid, name } of tags) to.tags.add(uuid, name, version)
}

function hasResponse(event: EventRecord): event is ResponseEvent {
  return event.response !== undefined
}

function rowsOf(from: Collectors): RowBatch['rows'] {
  const forms = from.forms.rows()
  const segments = from.segments.rows()
  const tags = from.tags.rows()
  return {
    ...from.responses.rows(),
    ...from.users.rows(),
    ...from.accounts.rows(),
    forms: forms.newest,
    ...from.questions.rows(),
    ...from.attributes.rows(),
    segments: segments.newest,
    tags: tags.newest,
    names: [...forms.ever, ...segments.ever, ...tags.ever],
    ...from.log.rows(),
  }
}
