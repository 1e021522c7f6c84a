/** Batches that take a while to load: some megabytes each, with users who come again in every batch. */
import { webhookEvents } from '../../schemas/tables/log.ts'
import { userAttributes, users } from '../../schemas/tables/people.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { batchOf, row } from './rows.ts'

const USERS = 300
const EVENTS = 1000

/** @param number from 0 to 99; the same number gives the same batch */
export function bigBatch(number: number): RowBatch {
  const version = String(number).padStart(2, '0')
  const event = (at: number) => `${version}-${String(at).padStart(4, '0')}`
  const noise = Array.from({ length: 200 }, (_, at) => (at * 7919 + number * 104_729).toString(36)).join(' ')
  return batchOf(`big-${version}`, {
    users: list(USERS, (at) =>
      row(users, { user_uuid: `u${at}`, event_id: event(at), row_version: version, attributes_version: version }),
    ),
    user_attributes: list(USERS * 3, (at) =>
      row(userAttributes, { user_uuid: `u${at % USERS}`, name: `n${at}`, value: version, row_version: version }),
    ),
    webhook_events: list(EVENTS, (at) =>
      row(webhookEvents, { event_id: event(at), payload: JSON.stringify({ at, number, noise }) }),
    ),
  })
}

function list<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}
