/** Users and accounts as they are now, and what is known of them. */
import type { AccountState, Attribute, Membership, UserState } from '../records.ts'
import {
  boolean,
  date,
  eventReceivedAt,
  json,
  merged,
  number,
  receivedAt,
  required,
  type Table,
  tableOf,
  text,
  timestamp,
} from '../spec.ts'
import { createdOn } from '../uuid.ts'

export const users: Table<UserState> = tableOf<UserState>()({
  name: 'users',
  description: 'Users as they are now; respondents has them as they were when they answered',
  key: ['user_uuid'],
  partition: 'created_on',
  columns: {
    user_uuid: required.text('The user', (s) => s.event.userUuid),
    created_on: date('UTC date inside user_uuid; partition column', (s) => createdOn(s.event.userUuid)),
    project_uuid: text("Refiner's environment", (s) => s.event.projectUuid),
    remote_id: text('Your id of the user; null for anonymous users', (s) => s.event.remoteId),
    email: text('E-mail address', (s) => s.event.email),
    display_name: text('Display name', (s) => s.event.displayName),
    first_seen_at: timestamp('When Refiner first saw the user', (s) => s.event.firstSeenAt),
    last_seen_at: timestamp('When Refiner last saw the user', (s) => s.event.lastSeenAt),
    account_uuid: text("The user's account", (s) => s.event.account?.uuid ?? null),
    attributes: merged(
      'attributes_version',
      json('Attributes as sent; user_attributes has them row by row', (s) =>
        s.attributes.value === undefined ? null : JSON.stringify(s.attributes.value),
      ),
    ),
    event_id: required.text('The event that last wrote the row', (s) => s.event.eventId),
    row_version: required.text("Orders the states of this user by the event's newest time", (s) => s.version),
    attributes_version: merged(
      'attributes_version',
      required.text(
        'Version of the newest event that carried attributes; empty if none did',
        (s) => s.attributes.version,
      ),
    ),
    segments_version: merged(
      'segments_version',
      required.text('Version of the newest event that carried segments; empty if none did', (s) => s.segments.version),
    ),
    ...eventReceivedAt,
  },
})

export const userAttributes: Table<Attribute> = tableOf<Attribute>()({
  name: 'user_attributes',
  description: 'Attributes of users now, one row each; unset ones have no row',
  key: ['user_uuid', 'name'],
  partition: 'created_on',
  owner: { table: 'users', key: 'user_uuid', version: 'attributes_version' },
  columns: {
    user_uuid: required.text('The user', (s) => s.ownerUuid),
    name: required.text('Name of the attribute', (s) => s.name),
    created_on: date('UTC date inside user_uuid; partition column', (s) => createdOn(s.ownerUuid)),
    value: required.text('The value as sent; a list or an object as JSON text', (s) => s.value),
    value_number: number('The value as a number, if it is one', (s) => s.number),
    value_boolean: boolean('The value as a boolean, if it is one', (s) => s.boolean),
    value_timestamp: timestamp('The value as an instant, if it is an ISO 8601 time with a day', (s) => s.timestamp),
    event_id: required.text('The event that wrote the row', (s) => s.eventId),
    row_version: required.text("The user's attributes_version that this row came with", (s) => s.version),
    value_date: date('The value as a day, if it is one', (s) => s.date),
    ...receivedAt,
  },
})

export const userSegments: Table<Membership> = tableOf<Membership>()({
  name: 'user_segments',
  description: 'Segments that users are in now; a segment that was left is gone',
  key: ['user_uuid', 'segment_uuid'],
  partition: 'created_on',
  owner: { table: 'users', key: 'user_uuid', version: 'segments_version' },
  columns: {
    user_uuid: required.text('The user', (s) => s.ownerUuid),
    segment_uuid: required.text('The segment', (s) => s.item.uuid),
    created_on: date('UTC date inside user_uuid; partition column', (s) => createdOn(s.ownerUuid)),
    segment_name: text("The segment's name when it was sent", (s) => s.item.name),
    entered_at: timestamp('When the user entered the segment, where Refiner tells it', (s) => s.item.createdAt),
    event_id: required.text('The event that wrote the row', (s) => s.eventId),
    row_version: required.text("The user's segments_version that this row came with", (s) => s.version),
    ...receivedAt,
  },
})

export const accounts: Table<AccountState> = tableOf<AccountState>()({
  name: 'accounts',
  description: 'Accounts as they are now; empty where users are not grouped',
  key: ['account_uuid'],
  partition: 'created_on',
  columns: {
    account_uuid: required.text('The account', (s) => s.account.uuid),
    created_on: date('UTC date inside account_uuid; partition column', (s) => createdOn(s.account.uuid)),
    project_uuid: text("Refiner's environment", (s) => s.event.projectUuid),
    remote_id: text('Your id of the account', (s) => s.account.remoteId),
    domain: text('Domain', (s) => s.account.domain),
    display_name: text('Display name', (s) => s.account.displayName),
    first_seen_at: timestamp('When Refiner first saw the account', (s) => s.account.firstSeenAt),
    last_seen_at: timestamp('When Refiner last saw the account', (s) => s.account.lastSeenAt),
    attributes: merged(
      'attributes_version',
      json('Attributes as sent; account_attributes has them row by row', (s) =>
        s.attributes.value === undefined ? null : JSON.stringify(s.attributes.value),
      ),
    ),
    event_id: required.text('The event that last wrote the row', (s) => s.event.eventId),
    row_version: required.text("Orders the states of this account by the event's newest time", (s) => s.version),
    attributes_version: merged(
      'attributes_version',
      required.text(
        'Version of the newest event that carried attributes; empty if none did',
        (s) => s.attributes.version,
      ),
    ),
    ...eventReceivedAt,
  },
})

export const accountAttributes: Table<Attribute> = tableOf<Attribute>()({
  name: 'account_attributes',
  description: 'Attributes of accounts now, one row each; unset ones have no row',
  key: ['account_uuid', 'name'],
  partition: 'created_on',
  owner: { table: 'accounts', key: 'account_uuid', version: 'attributes_version' },
  columns: {
    account_uuid: required.text('The account', (s) => s.ownerUuid),
    name: required.text('Name of the attribute', (s) => s.name),
    created_on: date('UTC date inside account_uuid; partition column', (s) => createdOn(s.ownerUuid)),
    value: required.text('The value as sent; a list or an object as JSON text', (s) => s.value),
    value_number: number('The value as a number, if it is one', (s) => s.number),
    value_boolean: boolean('The value as a boolean, if it is one', (s) => s.boolean),
    value_timestamp: timestamp('The value as an instant, if it is an ISO 8601 time with a day', (s) => s.timestamp),
    event_id: required.text('The event that wrote the row', (s) => s.eventId),
    row_version: required.text("The account's attributes_version that this row came with", (s) => s.version),
    value_date: date('The value as a day, if it is one', (s) => s.date),
    ...receivedAt,
  },
})
