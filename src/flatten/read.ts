/** Reads a stored event into a record. Only own keys that it names are looked up, and never on what a payload names. */
import type { AccountRecord, EventRecord, FormRecord, RejectedValue } from '../../schemas/records.ts'
import type { StoredEvent } from '../buffer/buffer.ts'
import { type Cell, identifier, isObject, object, text, time } from './fields.ts'
import { readItems, SEGMENTS } from './items.ts'
import type { FlattenOptions } from './options.ts'
import { affordsAttributes, type Budget, budgetOf } from './oversized.ts'
import { parse } from './parse.ts'
import type { Payload, SentAccount, SentItem } from './payload.ts'
import { readResponse } from './response.ts'
import { timeOfMicros } from './time.ts'

const cell = (path: string, table: string, column: string): Cell => ({ path, table, column })

const USER = {
  projectUuid: cell('project_uuid', 'webhook_events', 'project_uuid'),
  remoteId: cell('remote_id', 'users', 'remote_id'),
  email: cell('email', 'users', 'email'),
  displayName: cell('display_name', 'users', 'display_name'),
  firstSeenAt: cell('first_seen_at', 'users', 'first_seen_at'),
  lastSeenAt: cell('last_seen_at', 'users', 'last_seen_at'),
  attributes: cell('attributes', 'users', 'attributes'),
}

const ACCOUNT = {
  uuid: cell('account.uuid', 'accounts', 'account_uuid'),
  remoteId: cell('account.remote_id', 'accounts', 'remote_id'),
  domain: cell('account.domain', 'accounts', 'domain'),
  displayName: cell('account.display_name', 'accounts', 'display_name'),
  firstSeenAt: cell('account.first_seen_at', 'accounts', 'first_seen_at'),
  lastSeenAt: cell('account.last_seen_at', 'accounts', 'last_seen_at'),
  attributes: cell('account.attributes', 'accounts', 'attributes'),
}

const FORM_NAME = cell('form.name', 'forms', 'name')

/** @param event one that was accepted: `uuid`, `triggered_event` and the parts that are there have their form. */
export function read(event: StoredEvent, { isContext, maxValues }: FlattenOptions): EventRecord {
  const { value, payload, rejected } = parse(event.body)
  const sent: Payload = value
  const budget = budgetOf(maxValues, event.body)
  const attributes = object(sent.attributes, USER.attributes, rejected)
  return {
    eventId: event.id,
    arrivedAt: timeOfMicros(event.receivedAt),
    source: event.source,
    triggeredEvent: identifier(sent.triggered_event),
    projectUuid: text(sent.project_uuid, USER.projectUuid, rejected),
    userUuid: identifier(sent.uuid),
    remoteId: text(sent.remote_id, USER.remoteId, rejected),
    email: text(sent.email, USER.email, rejected),
    displayName: text(sent.display_name, USER.displayName, rejected),
    firstSeenAt: time(sent.first_seen_at, USER.firstSeenAt, rejected),
    lastSeenAt: time(sent.last_seen_at, USER.lastSeenAt, rejected),
    attributes,
    attributesInRows: affordsAttributes(budget, attributes, USER.attributes, rejected),
    segments: readItems(sent.segments, SEGMENTS, budget, rejected),
    account: isObject(sent.account) ? readAccount(sent.account, budget, rejected) : undefined,
    form: isObject(sent.form) ? readForm(sent.form, rejected) : undefined,
    response: isObject(sent.response) ? readResponse(sent.response, isContext, budget, rejected) : undefined,
    payload,
    rejected,
  }
}

function readAccount(sent: SentAccount, budget: Budget, rejected: RejectedValue[]): AccountRecord {
  const attributes = object(sent.attributes, ACCOUNT.attributes, rejected)
  return {
    // Without a text that tells accounts apart, '' would make one account of many.
    uuid: text(sent.uuid, ACCOUNT.uuid, rejected) || null,
    remoteId: text(sent.remote_id, ACCOUNT.remoteId, rejected),
    domain: text(sent.domain, ACCOUNT.domain, rejected),
    displayName: text(sent.display_name, ACCOUNT.displayName, rejected),
    firstSeenAt: time(sent.first_seen_at, ACCOUNT.firstSeenAt, rejected),
    lastSeenAt: time(sent.last_seen_at, ACCOUNT.lastSeenAt, rejected),
    attributes,
    attributesInRows: affordsAttributes(budget, attributes, ACCOUNT.attributes, rejected),
  }
}

function readForm(sent: SentItem, rejected: RejectedValue[]): FormRecord {
  return { uuid: identifier(sent.uuid), name: text(sent.name, FORM_NAME, rejected) }
}
