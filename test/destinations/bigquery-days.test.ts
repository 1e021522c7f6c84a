/** Batches of more days than BigQuery lets a statement, a transaction or a table have. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { Cell, Row } from '../../schemas/spec.ts'
import { responseAnswers } from '../../schemas/tables/answers.ts'
import { rejectedValues, webhookEvents } from '../../schemas/tables/log.ts'
import { accountAttributes, accounts, userAttributes, userSegments, users } from '../../schemas/tables/people.ts'
import { respondentSegments, respondents, responses, responseTags } from '../../schemas/tables/responses.ts'
import { batchTables } from '../../src/destinations/batch.ts'
import { storedRows } from '../../src/destinations/bigquery/days.ts'
import { mergeTransactions } from '../../src/destinations/bigquery/merge.ts'
import { memoryDestination } from '../../src/destinations/memory.ts'
import { cellOf } from '../../src/destinations/merge.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import { mergeEngine } from '../support/bigquery/engine.ts'
import { asked, destinationOn, fakeFor, idOf, unstopped } from '../support/bigquery/loading.ts'
import { daysIn, parsed, stagedOf } from '../support/bigquery/statements.ts'
import { batchOf, row, sorted, type Tables } from '../support/rows.ts'

const dayAfter = (at: number) => new Date(Date.UTC(2012, 0, 1 + at)).toISOString().slice(0, 10)
/** From the first day to the last. */
const STORED = 9_862
const OUTSIDE = ['0001-01-01', '2011-12-31', '2039-01-01', '9999-12-31']

/** A response with tags, another state of it, and an event on each day; some of them have no day. */
function onDays(days: readonly (string | null)[], version: number): RowBatch['rows'] {
  const row_version = String(version)
  const all = days.map((created_on) => ({ response_uuid: `r${created_on}`, created_on, row_version }))
  return batchOf('', {
    responses: all.map((one, at) =>
      row(responses, { ...one, status: row_version, tags_version: at % 3 === version % 3 ? '' : row_version }),
    ),
    response_tags: all.flatMap((one, at) =>
      at % 3 === version % 3 ? [] : [row(responseTags, { ...one, tag_uuid: `t${row_version}` })],
    ),
    webhook_events: all.map(({ created_on }) =>
      row(webhookEvents, { event_id: `e${created_on}`, created_on, triggered_event: row_version }),
    ),
  }).rows
}

const DAYS = [...Array.from({ length: 4_500 }, (_, at) => dayAfter(2 * at)), null, ...OUTSIDE]

/** Every partitioned table, on every day that is stored, and rows without a day. */
function onAllDays(): RowBatch['rows'] {
  const versions = {
    row_version: '1',
    answers_version: '1',
    tags_version: '1',
    segments_version: '1',
    attributes_version: '1',
  }
  const partitioned = [
    responses,
    responseAnswers,
    responseTags,
    respondents,
    respondentSegments,
    users,
    userAttributes,
    userSegments,
    accounts,
    accountAttributes,
    webhookEvents,
    rejectedValues,
  ]
  const days = [...Array.from({ length: STORED }, (_, at) => dayAfter(at)), null]
  const rows = partitioned.map((table) => {
    const fixed = Object.fromEntries(Object.entries(versions).filter(([name]) => name in table.columns))
    const first = table.key[0] ?? ''
    return [table.name, days.map((created_on) => row(table, { ...fixed, [first]: `k${created_on}`, created_on }))]
  })
  return batchOf('', Object.fromEntries(rows)).rows
}

async function reference(...batches: readonly RowBatch[]): Promise<Tables> {
  const memory = memoryDestination()
  for (const batch of batches) await memory.load(batch, unstopped())
  const tables = memory.tables()
  return sorted(
    Object.fromEntries(batchTables.map((table) => [table.name, storedRows(table, tables[table.name] ?? [])])),
  )
}

/** The first rows that differ, by table: of all of them a report would have no end. */
function difference(found: Tables, wanted: Tables): string[] {
  return batchTables.flatMap(({ name }) => {
    const [left, right] = [found, wanted].map((tables) => (tables[name] ?? []).map((one) => JSON.stringify(one)))
    const at = right?.findIndex((one, place) => one !== left?.[place]) ?? -1
    const alike = at === -1 && left?.length === right?.length
    return alike ? [] : [`${name} (${left?.length} of ${right?.length}): ${left?.[at]} is not ${right?.[at]}`]
  })
}

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'bigquery-days-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('days are stored from 2012 to 2038, which is fewer than a table may have partitions, and other rows have none', (t) => {
  const days = [...OUTSIDE, dayAfter(0), dayAfter(STORED - 1), null]
  const rows = days.map((created_on, at) => row(users, { user_uuid: String(at), created_on }))
  const stored = storedRows(users, rows)
  t.deepEqual(
    stored.map((one) => cellOf(users, one, 'created_on')),
    [null, null, null, null, '2012-01-01', '2038-12-31', null],
  )
  t.deepEqual(
    stored.map((one) => cellOf(users, one, 'user_uuid')),
    rows.map((one) => cellOf(users, one, 'user_uuid')),
  )
  t.true(STORED + 1 < 10_000)
  const inside = rows.slice(4)
  t.is(storedRows(users, inside), inside)
})

/** What a statement changes, by its table, and the days that it names. */
function changes(statement: string): { changed: string; names: (day: Cell) => boolean } {
  const [, verb, table] = /^(\w+) .*?`refiner`\.`(\w+)`/.exec(statement) ?? []
  const days = daysIn(statement)
  const named = new Set(days)
  const [first = null] = days
  const last = days.findLast((day) => day !== null) ?? null
  const isRange = statement.includes(' BETWEEN ')
  return {
    changed: `${verb} ${table}`,
    names: (day) =>
      day === null || !isRange || first === null || last === null ? named.has(day) : day >= first && day <= last,
  }
}

test('no statement changes more than 2,000 days, no transaction too many partitions, and each day is changed once', (t) => {
  for (const rows of [onDays(DAYS, 1), onAllDays()]) {
    const staged = stagedOf(batchOf('a', rows))
    const transactions = mergeTransactions(staged)
    const counts = new Map<string, Map<Cell, number>>()
    for (const statements of transactions) {
      let modified = 0
      for (const statement of statements) {
        parsed(statement)
        // The conditions on the table itself and on the staged rows name the same days.
        const { changed, names } = changes(statement)
        const table = changed.split(' ')[1]
        const owner = batchTables.find(({ name }) => name === table)?.owner
        const source = staged.find((one) => one.table.name === (owner?.table ?? table))
        const days = new Set(
          (source?.rows ?? []).map((one) => (source ? cellOf(source.table, one, 'created_on') : null)),
        )
        const own = [...days].filter(names)
        t.true(own.length <= 2_001, `${changed}: ${own.length}`)
        modified += own.length
        const seen = counts.get(changed) ?? new Map<Cell, number>()
        counts.set(changed, seen)
        for (const day of own) seen.set(day, (seen.get(day) ?? 0) + 1)
      }
      t.true(modified < 100_000, String(modified))
    }
    const distinct = new Set(
      (rows.responses ?? []).map((one) => cellOf(responses, storedRows(responses, [one])[0] ?? one, 'created_on')),
    )
    t.true(distinct.size > 4_000)
    for (const [changed, seen] of counts) {
      t.deepEqual(
        [...seen.values()].filter((times) => times !== 1),
        [],
        changed,
      )
      t.is(seen.size, distinct.size, changed)
    }
  }
  t.is(mergeTransactions(stagedOf(batchOf('a', onDays(DAYS, 1)))).length, 1)
  t.is(mergeTransactions(stagedOf(batchOf('a', onAllDays()))).length, 3)
})

test('batches of very many days end in the tables of the reference', async (t) => {
  const engine = await mergeEngine(folder(t))
  const batches = [2, 3, 1, 3].map((version, at) => {
    const days = version === 1 ? DAYS.slice(0, 4_400) : DAYS
    return batchOf(`b${at}`, onDays(days, version))
  })
  for (const batch of batches) await engine.load(batch)
  t.deepEqual(difference(await engine.tables(), await reference(...batches)), [])
})

test('a batch that takes several transactions ends in the same tables, also when it is repeated after the first', async (t) => {
  const engine = await mergeEngine(folder(t))
  const batch = batchOf('a', onAllDays())
  await engine.load(batch)
  await engine.load(batch)
  t.deepEqual(difference(await engine.tables(), await reference(batch)), [])
})

test('a row that a version before stored under a day that has no partition now stays one row', async (t) => {
  const engine = await mergeEngine(folder(t))
  const [day = ''] = OUTSIDE
  await engine.load(batchOf('a', onDays([null], 1)))
  await engine.connection.run(
    `UPDATE responses SET created_on = DATE '${day}', response_uuid = 'r${day}';
    UPDATE response_tags SET created_on = DATE '${day}', response_uuid = 'r${day}';
    UPDATE webhook_events SET created_on = DATE '${day}', event_id = 'e${day}'`,
  )
  await engine.load(batchOf('b', onDays([day], 2)))
  const tables = await engine.tables()
  const cells = (table: typeof responses | typeof responseTags, name: string) =>
    (tables[table.name] ?? []).map((one: Row) => cellOf(table, one, name))
  t.deepEqual(cells(responses, 'status'), ['2'])
  t.deepEqual(cells(responseTags, 'tag_uuid'), ['t2'])
  t.is(tables['webhook_events']?.length, 1)
})

test('the loader loads batches of very many days, in one transaction or in several, once', async (t) => {
  const fake = await fakeFor(t)
  const first = { ...batchOf(idOf(1), onDays(DAYS, 1)) }
  const second = { ...batchOf(idOf(2), onAllDays()), follows: idOf(1) }
  for (const batch of [first, second]) {
    const record = await destinationOn(fake).load(batch, unstopped())
    t.deepEqual(await destinationOn(fake).load(batch, unstopped()), record)
  }
  t.deepEqual(difference(fake.tables(), await reference(first, second)), [])
  t.deepEqual(
    asked(fake, 'merge insert').map(({ body }) => body.toString().split('COMMIT TRANSACTION').length - 1),
    [1, 3],
  )
})
