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

/** `instant(n, of)`: microseconds of the n-th of so many; `v1(us, n)`: its uuid; `stamp(us)`: its 20 digits in a version. */
const MACROS = `
CREATE TEMP MACRO instant(n, total) AS ${begin} + (n * ${DAYS * 86_400_000_000}::HUGEINT // total)::BIGINT;
CREATE TEMP MACRO steps(us) AS (us + 12219292800000000) * 10;
CREATE TEMP MACRO v1(us, n) AS format('{:08x}-{:04x}-1{:03x}-8000-{:012x}', steps(us) & 4294967295,
  (steps(us) >> 32) & 65535, (steps(us) >> 48) & 4095, (n * 2654435761) & 281474976710655);
CREATE TEMP MACRO stamp(us) AS strftime(make_timestamp(us), '%Y%m%d%H%M%S%f');
CREATE TEMP MACRO arrived(us, id) AS stamp(us) || '|' || stamp(us) || '|' || id;
CREATE TEMP MACRO attributes(n) AS '{"plan":"' || ['free','team','business'][n % 3 + 1] || '","role":"admin","seats":"' || n % 500
  || '","mrr":"' || n % 9999 || '","signup":"2024-05-0' || n % 9 + 1 || '","country":"' || n % 90 || '","language":"en","nps":"'
  || n % 11 || '","beta":true,"logins":"' || n % 777 || '","source":"campaign ' || n % 60 || '","browser":"Firefox"}';`

const SEGMENTS = '[{"uuid":"segment-0","name":"All Users"},{"uuid":"segment-1","name":"Free Users"}]'

/** Numbers of owners by `n`, and of their children by `k`. */
const owners = (total: number) => `(SELECT range AS n FROM range(${total}))`
const children = (total: number, each: number) =>
  `(SELECT range // ${each} AS n, range % ${each} AS k FROM range(${total * each}))`
/** Three answers and two in turn. */
const answers = (total: number) =>
  `(SELECT range // 5 * 2 + range % 5 // 3 AS n, range % 5 AS k FROM range(${Math.floor(total * 2.5)}))`

const created = (n: string, total: number) => `v1(instant(${n}, ${total}), ${n})`
const inTime = (total: number, from: string) =>
  `(SELECT *, instant(n, ${total}) AS us, ${created('n', total)} AS id, make_timestamp(us) AS t, t::DATE AS day FROM ${from})`

/** The queries that fill the tables, for so many responses. Columns are in the order of the model. */
function fillings(responses: number): Readonly<Record<string, string>> {
  const [users, accounts] = [usersOf(responses), accountsOf(responses)]
  const accountOf = (user: string) => created(`(${user} // ${USERS_PER_ACCOUNT})`, accounts)
  const response = (from: string) => `(SELECT *, (hash(n) % ${users})::BIGINT AS un, ${created('un', users)} AS user_id,
    ${accountOf('un')} AS account_id, 'form-' || n % 8 AS form, md5(n::VARCHAR) AS event,
    stamp(us) || '|3|000003|' || arrived(us, event) AS version FROM ${inTime(responses, from)})`
  const user = (from: string) => `(SELECT *, ${accountOf('n')} AS account_id, md5('u' || n) AS event,
    arrived(us, event) AS version FROM ${inTime(users, from)})`
  const account = (from: string) => `(SELECT *, md5('a' || n) AS event, arrived(us, event) AS version
    FROM ${inTime(accounts, from)})`
  return {
    responses: `SELECT id, day, 'project', form, 'Survey ' || form, user_id, account_id, 'completed', t, t, NULL, t, t, t,
      NULL, t, '{"nps":' || n % 11 || ',"comment":"words about ' || n % 5000 || '"}', 'Completed Survey', event,
      version, version, version FROM ${response(owners(responses))}`,
    response_answers: `SELECT id, 'question_' || k, '', 0, day, form, user_id, t, 'an answer ' || n % 5000, n % 11, NULL,
      NULL, event, version FROM ${response(answers(responses))}`,
    respondents: `SELECT id, day, form, user_id, 'remote-' || un, 'user' || un || '@example.com', 'User ' || un,
      attributes(un), account_id, 'account-' || un // ${USERS_PER_ACCOUNT}, 'example.com', '{"plan":"team"}', '${SEGMENTS}',
      event, version, version, version, version FROM ${response(owners(responses))}`,
    respondent_segments: `SELECT id, 'segment-' || k, day, form, 'Segment ' || k, event, version
      FROM ${response(children(responses, SEGMENTS_EACH))}`,
    users: `SELECT id, day, 'project', 'remote-' || n, 'user' || n || '@example.com', 'User ' || n, t, t, account_id,
      attributes(n), event, version, version, version FROM ${user(owners(users))}`,
    user_attributes: `SELECT id, 'attribute_' || k, day, 'value ' || hash(n, k) % 5000, n % 500, NULL, NULL, event,
      version FROM ${user(children(users, ATTRIBUTES_EACH))}`,
    user_segments: `SELECT id, 'segment-' || k, day, 'Segment ' || k, NULL, event, version
      FROM ${user(children(users, SEGMENTS_EACH))}`,
    accounts: `SELECT id, day, 'project', 'account-' || n, 'example.com', NULL, t, t, '{"plan":"team"}', event, version,
      version FROM ${account(owners(accounts))}`,
    account_attributes: `SELECT id, 'attribute_' || k, day, 'value', NULL, NULL, NULL, event, version
      FROM ${account(children(accounts, 4))}`,
    webhook_events: `SELECT event, t, 'webhook', 'Completed Survey', 'project', user_id, account_id, form, id,
      '{"left":"out"}' FROM ${response(owners(responses))}`,
  }
}

export async function buildWarehouse(path: string, responses: number): Promise<void> {
  const destination = duckdbDestination({ path })
  await destination.prepare()
  await destination.close()
  const instance = await DuckDBInstance.create(path, { threads: '2', memory_limit: '3GB' })
  const connection = await instance.connect()
  await connection.run(MACROS)
  for (const [table, query] of Object.entries(fillings(responses)))
    await connection.run(`INSERT INTO ${table} ${query}`)
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
