/**
 * A DuckDB warehouse of any size, made by SQL in seconds, and batches that load into it: responses spread evenly over
 * three years, one user for five of them, two answers each, twelve attributes and three segments per user.
 */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Cell, Column, ColumnType, Row, Table } from '../schemas/spec.ts'
import { eventTables, tables } from '../schemas/tables.ts'
import { createdOn } from '../schemas/uuid.ts'
import { duckdbDestination } from '../src/destinations/duckdb/duckdb.ts'
import { identifier } from '../src/destinations/sql.ts'
import type { RowBatch } from '../src/flatten/rows.ts'

const USERS_PER_RESPONSE = 1 / 5
const ATTRIBUTES = 12
const SEGMENTS = 3
const ANSWERS = 2
const START = Date.UTC(2022, 0, 1)
const SPAN = 3 * 365 * 86_400_000
/** From 1582-10-15, where UUIDs of version 1 begin, to 1970, in steps of 100 ns. */
const GREGORIAN = 122_192_928_000_000_000n

const SQL_BLANK: Readonly<Record<ColumnType, string>> = {
  text: "'some text'",
  integer: '0',
  number: '0',
  boolean: 'false',
  timestamp: "TIMESTAMP '2024-01-01'",
  date: "DATE '2024-01-01'",
  json: `'{"plan":"pro","seats":12,"note":"' || repeat('some words ', 20) || '"}'`,
}
const BLANK: Readonly<Record<ColumnType, Cell>> = {
  text: 'some text',
  integer: 0,
  number: 0,
  boolean: false,
  timestamp: '2024-01-01T00:00:00.000000Z',
  date: '2024-01-01',
  json: JSON.stringify({ plan: 'pro', seats: 12, note: 'some words '.repeat(20) }),
}

const usersOf = (responses: number) => Math.ceil(responses * USERS_PER_RESPONSE)

/** The uuid of thing `at` of `count`, of which the first is made at the start and the last at the end. */
function uuid(at: number, count: number): string {
  const steps = (BigInt(START + Math.floor((at * SPAN) / count)) * 10_000n + GREGORIAN).toString(16).padStart(15, '0')
  return `${steps.slice(7)}-${steps.slice(3, 7)}-1${steps.slice(0, 3)}-8000-${String(at).padStart(12, '0')}`
}

/** The same in SQL. */
function uuidSql(at: string, count: number): string {
  const steps = `format('{:015x}', (${START} + (${at}) * ${SPAN} // ${count}) * 10000 + ${GREGORIAN})`
  return `substr(${steps}, 8) || '-' || substr(${steps}, 4, 4) || '-1' || substr(${steps}, 1, 3) || '-8000-' || format('{:012d}', ${at})`
}

const daySql = (at: string, count: number) =>
  `CAST(make_timestamp_ms(${START} + (${at}) * ${SPAN} // ${count}) AS DATE)`

/** Makes the file, which must not be there. Its tables are those that the connector makes. */
export async function buildWarehouse(path: string, responses: number): Promise<void> {
  const destination = duckdbDestination({ path })
  await destination.prepare()
  await destination.close()
  const instance = await DuckDBInstance.create(path, { memory_limit: '2GB' })
  const connection = await instance.connect()
  const users = usersOf(responses)
  const response = { response_uuid: uuidSql('i', responses), created_on: daySql('i', responses) }
  const user = { user_uuid: uuidSql('i', users), created_on: daySql('i', users) }
  const asked = { user_uuid: uuidSql(`i % ${users}`, users) }
  const versions = { row_version: "'1'", attributes_version: "'1'", segments_version: "'1'", answers_version: "'1'" }
  const fill = (table: Table, count: number, each: number, cells: Readonly<Record<string, string>>) =>
    insert(connection, table, count, each, { ...versions, ...cells })
  await fill(eventTables.responses, responses, 1, { ...response, ...asked })
  await fill(eventTables.response_answers, responses, ANSWERS, { ...response, ...asked, question: "'question ' || k" })
  await fill(eventTables.respondents, responses, 1, { ...response, ...asked })
  await fill(eventTables.users, users, 1, user)
  await fill(eventTables.user_attributes, users, ATTRIBUTES, { ...user, name: "'attribute ' || k" })
  await fill(eventTables.user_segments, users, SEGMENTS, { ...user, segment_uuid: "'segment ' || k" })
  connection.closeSync()
  instance.closeSync()
}

async function insert(
  connection: DuckDBConnection,
  table: Table,
  count: number,
  each: number,
  cells: Readonly<Record<string, string>>,
): Promise<void> {
  const columns = Object.entries<Column<never>>(table.columns)
  const values = columns.map(([name, { type, required }]) => cells[name] ?? (required ? SQL_BLANK[type] : json(type)))
  await connection.run(
    `INSERT INTO ${identifier(table.name)} SELECT ${values.join(', ')} FROM range(${count}) AS t(i), range(${each}) AS u(k)`,
  )
}

const json = (type: ColumnType) => (type === 'json' ? SQL_BLANK.json : 'NULL')

/** What 1,000 events bring to such a warehouse: 700 of the newest responses and 300 users of any age, in a new state. */
export function batchInto(responses: number, number: number): RowBatch {
  const version = `2 ${String(number).padStart(6, '0')}`
  const users = usersOf(responses)
  const event = (at: number) => `${version} ${at}`
  const versions = { row_version: version, attributes_version: version, segments_version: version }
  const newest = Array.from({ length: 700 }, (_, at) => uuid(responses - 1 - at, responses))
  const some = Array.from({ length: 300 }, (_, at) => uuid((at * 7919 + number * 104_729) % users, users))
  const ofResponse = (response_uuid: string, more: Cells) => ({
    ...{ response_uuid, created_on: createdOn(response_uuid), answers_version: version, tags_version: '' },
    ...versions,
    ...more,
  })
  const ofUser = (user_uuid: string, more: Cells) => ({
    ...{ user_uuid, created_on: createdOn(user_uuid) },
    ...versions,
    ...more,
  })
  const each = (list: readonly string[], count: number, make: (one: string, at: number) => Cells) =>
    list.flatMap((one) => Array.from({ length: count }, (_, at) => make(one, at)))
  const rows: Readonly<Record<string, readonly Cells[]>> = {
    responses: each(newest, 1, (one) => ofResponse(one, {})),
    response_answers: each(newest, ANSWERS, (one, at) => ofResponse(one, { question: `question ${at}` })),
    respondents: each(newest, 1, (one) => ofResponse(one, {})),
    users: each(some, 1, (one) => ofUser(one, {})),
    user_attributes: each(some, ATTRIBUTES, (one, at) => ofUser(one, { name: `attribute ${at}` })),
    user_segments: each(some, SEGMENTS, (one, at) => ofUser(one, { segment_uuid: `segment ${at}` })),
    webhook_events: Array.from({ length: 1000 }, (_, at) => ({ event_id: event(at) })),
  }
  const batch = Object.fromEntries(tables.map((table) => [table.name, (rows[table.name] ?? []).map(rowOf(table))]))
  const firstSeq = number * 1000 + 1
  return {
    ...{ id: `bench-${number}`, firstSeq, lastSeq: firstSeq + 999, events: 1000 },
    rows: Object.assign(noRows(), batch),
  }
}

type Cells = Readonly<Record<string, Cell>>

const rowOf =
  (table: Table) =>
  (cells: Cells): Row =>
    Object.entries<Column<never>>(table.columns).map(([name, { type, required }]) => {
      const given = cells[name]
      return given === undefined ? (required || type === 'json' ? BLANK[type] : null) : given
    })

function noRows(): RowBatch['rows'] {
  const none: readonly Row[] = []
  return {
    ...{ responses: none, response_answers: none, response_tags: none, respondents: none, respondent_segments: none },
    ...{ users: none, user_attributes: none, user_segments: none, accounts: none, account_attributes: none },
    ...{ forms: none, questions: none, attributes: none, segments: none, tags: none },
    ...{ webhook_events: none, rejected_values: none },
  }
}
