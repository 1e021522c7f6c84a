/**
 * A warehouse of many responses over two years, made by SQL in the tables that the product makes. Sizes, order, keys and
 * versions are as if it had been loaded over these years; texts are invented and repeat themselves.
 */
import { DuckDBInstance } from '@duckdb/node-api'
import { duckdbDestination } from '../src/destinations/duckdb/duckdb.ts'

/** The last instant of the warehouse: what comes is newer. */
export const WAREHOUSE_END = new Date('2026-01-01T00:00:00Z')
const DAYS = 730
const RESPONSES_PER_USER = 5
const USERS_PER_ACCOUNT = 4
const ATTRIBUTES_EACH = 12
const SEGMENTS_EACH = 2

/** Numbers of things of a warehouse of so many responses. */
export const usersOf = (responses: number): number => Math.floor(responses / RESPONSES_PER_USER)
export const accountsOf = (responses: number): number => Math.floor(usersOf(responses) / USERS_PER_ACCOUNT)

const begin = (WAREHOUSE_END.getTime() - DAYS * 86_400_000) * 1000

/** `instant(n, total)`: microseconds of the n-th of so many; `v1(us, n)`: its uuid; `stamp(us)`: its digits in a version. */
const MACROS = `
CREATE TEMP MACRO instant(n, total) AS ${begin} + n * (${DAYS * 86_400_000_000} // total);
CREATE TEMP MACRO steps(us) AS (us + 12219292800000000) * 10;
CREATE TEMP MACRO v1(us, n) AS format('{:08x}-{:04x}-1{:03x}-8000-{:012x}', steps(us) & 4294967295,
  (steps(us) >> 32) & 65535, (steps(us) >> 48) & 4095, (n * 2654435761) & 281474976710655);
CREATE TEMP MACRO stamp(us) AS strftime(make_timestamp(us), '%Y%m%d%H%M%S%f');
CREATE TEMP MACRO attributes(n) AS '{"plan":"' || ['free','team','business'][n % 3 + 1] || '","role":"admin","seats":"'
  || n % 500 || '","mrr":"' || n % 9999 || '","signup":"2024-05-0' || n % 9 + 1 || '","country":"' || n % 90
  || '","language":"en","nps":"' || n % 11 || '","beta":true,"logins":"' || n % 777 || '","source":"campaign ' || n % 60
  || '","browser":"Firefox"}';`

const SEGMENTS = '[{"uuid":"segment-0","name":"All Users"},{"uuid":"segment-1","name":"Free Users"}]'

const created = (n: string, total: number) => `v1(instant(${n}, ${total}), ${n})`
const inTime = (total: number) =>
  `(SELECT range AS n, instant(n, ${total}) AS us, v1(us, n) AS id, make_timestamp(us) AS t, t::DATE AS day,
    stamp(us) AS s, md5(n || '/${total}') AS event FROM range(${total}))`

/** The queries that fill the tables, for so many responses, owners first. Columns are in the order of the model. */
function fillings(responses: number): Readonly<Record<string, string>> {
  const [users, accounts] = [usersOf(responses), accountsOf(responses)]
  const accountOf = (user: string) => created(`(${user} // ${USERS_PER_ACCOUNT})`, accounts)
  return {
    accounts: `SELECT id, day, 'project', 'account-' || n, 'example.com', NULL, t, t, '{"plan":"team"}', event,
      s || '|' || s || '|' || event AS version, version FROM ${inTime(accounts)}`,
    account_attributes: `SELECT account_uuid, 'attribute_' || unnest(range(4)), created_on, 'value', NULL, NULL, NULL,
      event_id, row_version FROM accounts`,
    users: `SELECT id, day, 'project', 'remote-' || n, 'user' || n || '@example.com', 'User ' || n, t, t,
      ${accountOf('n')}, attributes(n), event, s || '|' || s || '|' || event AS version, version, version
      FROM ${inTime(users)}`,
    user_attributes: `SELECT user_uuid, 'attribute_' || unnest(range(${ATTRIBUTES_EACH})), created_on,
      'value ' || rowid % 5000, rowid % 500, NULL, NULL, event_id, row_version FROM users`,
    user_segments: `SELECT user_uuid, 'segment-' || unnest(range(${SEGMENTS_EACH})), created_on, 'Segment', NULL, event_id,
      row_version FROM users`,
    responses: `SELECT id, day, 'project', 'form-' || n % 8, 'Survey', ${created(`(hash(n) % ${users})::BIGINT`, users)},
      ${accountOf(`(hash(n) % ${users})::BIGINT`)}, 'completed', t, t, NULL, t, t, t, NULL, t,
      '{"nps":' || n % 11 || ',"comment":"words about ' || n % 5000 || '"}', 'Completed Survey', event,
      s || '|3|000003|' || s || '|' || s || '|' || event AS version, version, version FROM ${inTime(responses)}`,
    response_answers: `SELECT response_uuid, 'question_' || unnest(range(2 + rowid % 2)), '', 0, created_on, form_uuid,
      user_uuid, received_at, 'an answer ' || rowid % 5000, rowid % 11, NULL, NULL, event_id, row_version FROM responses`,
    respondents: `SELECT response_uuid, created_on, form_uuid, user_uuid, 'remote-' || rowid % ${users}, 'me@example.com',
      'User ' || rowid % ${users}, attributes(rowid), account_uuid, 'account', 'example.com', '{"plan":"team"}',
      '${SEGMENTS}', event_id, row_version, row_version, row_version, row_version FROM responses`,
    respondent_segments: `SELECT response_uuid, 'segment-' || unnest(range(${SEGMENTS_EACH})), created_on, form_uuid,
      'Segment', event_id, row_version FROM responses`,
    webhook_events: `SELECT event_id, created_on, received_at, 'webhook', 'Completed Survey', 'project', user_uuid, account_uuid,
      form_uuid, response_uuid, '{"left":"out"}' FROM responses`,
  }
}

/** When the events arrived, and cells of columns that came later: they stand last. */
const ARRIVED = "TIMESTAMP '2025-12-31 00:00:00'"
const LAST: Readonly<Record<string, string>> = {
  account_attributes: `NULL, ${ARRIVED}`,
  user_attributes: `NULL, ${ARRIVED}`,
  response_answers: `NULL, FALSE, ${ARRIVED}`,
  webhook_events: '',
}

export async function buildWarehouse(path: string, responses: number): Promise<void> {
  const destination = duckdbDestination({ path })
  await destination.prepare()
  await destination.close()
  const instance = await DuckDBInstance.create(path, { threads: '2', memory_limit: '3GB' })
  const connection = await instance.connect()
  await connection.run(MACROS)
  for (const [table, query] of Object.entries(fillings(responses)))
    await connection.run(
      `INSERT INTO ${table} SELECT ${['Q.*', LAST[table] ?? ARRIVED].filter(Boolean).join(', ')} FROM (${query}) AS Q`,
    )
  await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
}

/** The uuids of the n-th things of so many. */
export async function uuidsOf(numbers: readonly number[], total: number): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(MACROS)
  const result = await connection.runAndReadAll(
    `SELECT ${created('n', total)} FROM (SELECT unnest([${numbers.join(', ')}]::BIGINT[]) AS n)`,
  )
  connection.closeSync()
  instance.closeSync()
  return result.getRowsJS().flatMap(([uuid]) => (typeof uuid === 'string' ? uuid : []))
}
