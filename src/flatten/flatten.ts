/**
 * A batch of events as rows of every table. Pure: the same events always give the same rows. Each event is read once;
 * only what is newest goes on and becomes rows, so that a key has one row however often its state was sent.
 */
import type { EventRecord, NamedItem } from '../../schemas/records.ts'
import * as named from '../../schemas/tables/catalog.ts'
import type { Batch } from '../buffer/buffer.ts'
import { attributeRows } from './attributes.ts'
import { contextKeys, type IsContext } from './context.ts'
import { logRows } from './log.ts'
import { namedRows, namesRows } from './names.ts'
import { accountRows, userRows } from './people.ts'
import { questionRows } from './questions.ts'
import { read } from './read.ts'
import { responseRows } from './responses.ts'
import type { RowBatch } from './rows.ts'
import { eventVersion, type ResponseEvent, type Version } from './version.ts'

/**
 * @param isContext which keys of a response's data are no questions; if not given, none is
 * @throws SyntaxError when a body is not JSON; the buffer holds checked ones only.
 */
export function flatten(batch: Batch, isContext: IsContext = contextKeys([])): RowBatch {
  const collected = collectors(isContext)
  const ids = new Set<string>()
  for (const stored of batch.events) {
    if (ids.has(stored.id)) continue
    ids.add(stored.id)
    add(collected, read(stored, isContext))
  }
  const { id, follows, firstSeq, lastSeq, events } = batch
  return { id, follows, firstSeq, lastSeq, events: events.length, rows: rowsOf(collected) }
}

type Collectors = ReturnType<typeof collectors>
type Named = Pick<NamedItem, 'uuid' | 'name'>

function collectors(isContext: IsContext) {
  return {
    responses: responseRows(isContext),
    users: userRows(),
    accounts: accountRows(),
    forms: namedRows(named.forms),
    questions: questionRows(isContext),
    attributes: attributeRows(),
    segments: namedRows(named.segments),
    tags: namedRows(named.tags),
    names: namesRows(),
    log: logRows(),
  }
}

function add(to: Collectors, event: EventRecord): void {
  const version = eventVersion(event)
  to.log.add(event, version.time)
  to.users.add(version)
  to.accounts.add(version)
  const form = event.response && event.form?.uuid
  if (event.attributes !== undefined) to.attributes.add('user', event.attributes, form, version)
  if (event.account?.attributes !== undefined) to.attributes.add('account', event.account.attributes, form, version)
  if (event.form !== undefined) addNamed(to, 'form', event.form, version)
  for (const segment of event.segments ?? []) addNamed(to, 'segment', segment, version)
  if (hasResponse(event)) addResponse(to, event, version)
}

function addResponse(to: Collectors, event: ResponseEvent, version: Version): void {
  const { data, tags = [] } = event.response
  to.responses.add(event)
  if (event.form !== undefined && data !== undefined) to.questions.add(event, event.form.uuid, data, version)
  for (const tag of tags) addNamed(to, 'tag', tag, version)
}

const LISTS = { form: 'forms', segment: 'segments', tag: 'tags' } as const

function addNamed(to: Collectors, kind: keyof typeof LISTS, { uuid, name }: Named, version: Version): void {
  to[LISTS[kind]].add(uuid, name, version)
  if (name !== null) to.names.add(kind, uuid, name, version)
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
    ...from.attributes.rows(),
    segments: from.segments.rows(),
    tags: from.tags.rows(),
    names: from.names.rows(),
    ...from.log.rows(),
  }
}
