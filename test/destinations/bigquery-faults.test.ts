/** Every step of a load under every fault: told right, and afterwards the tables are exact and each batch is there once. */
import { randomBytes } from 'node:crypto'
import test from 'ava'
import { webhookEvents } from '../../schemas/tables/log.ts'
import { memoryDestination } from '../../src/destinations/memory.ts'
import { retry } from '../../src/load/retry.ts'
import { asked, destinationOn, fakeFor, idOf, unstopped } from '../support/bigquery/loading.ts'
import { NO_PAUSE } from '../support/loading.ts'
import { batchOf, row, sorted, withoutLoads } from '../support/rows.ts'
import {
  ANYWHERE,
  BUG,
  but,
  type Case,
  JOB,
  LOOKUP,
  metEverywhere,
  PLACE,
  type Rows,
  suffers,
} from './bigquery-fault-cases.ts'

const QUERY: Rows = [...JOB, ['done with a conflict', 'again'], ['not found', PLACE]]
const CASES: readonly Case[] = [
  { step: 'dataset get', load: 'first', rows: LOOKUP },
  { step: 'dataset get', load: 'later', after: 1, rows: LOOKUP },
  { step: 'dataset insert', load: 'first', rows: [...ANYWHERE, ['known id', 'through'], ['not found', PLACE]] },
  { step: 'table get', load: 'first', after: 5, rows: LOOKUP },
  { step: 'table get', load: 'later', rows: LOOKUP },
  { step: 'table insert', load: 'first', rows: [...ANYWHERE, ['known id', 'through'], ['not found', 'again']] },
  { step: 'table patch', load: 'later', rows: [...ANYWHERE, ['another change', 'again'], ['not found', 'again']] },
  { step: 'rows list', load: 'later', rows: [...ANYWHERE, ['not found', 'again']] },
  { step: 'state insert', load: 'first', rows: QUERY },
  { step: 'upload', load: 'later', rows: [...JOB, ['done with invalid', BUG], ['not found', 'again']] },
  { step: 'upload', load: 'later', after: 2, rows: JOB },
  // For what the batch before was billed; whoever may not look goes on without.
  { step: 'job get', load: 'later', rows: but(LOOKUP, [['reject', 'through']]) },
  { step: 'job get', load: 'later', after: 1, rows: LOOKUP },
  { step: 'job get', load: 'later', after: 6, rows: [...ANYWHERE, ['not found', 'again']] },
  // What is in the tables counts, not what the job says.
  { step: 'merge insert', load: 'later', rows: but(QUERY, [['done, but told as backendError', 'through']]) },
  // Behind the merge only its record is read back.
  { step: 'rows list', load: 'later', after: 1, rows: ANYWHERE },
  // The rest is left to expire.
  { step: 'table delete', load: 'later', rows: LOOKUP.map(([fault]) => [fault, 'through']) },
]

suffers('merge', CASES)

test('every step of a load is in the table, in each way that it can fail', (t) => {
  metEverywhere(t, CASES, ['query'])
})

/** Bytes, beyond what sockets on the way take in without being read. */
const MANY = 8 * 1024 ** 2

test.serial('an upload whose connection breaks in the middle is sent again, and the rows are there once', async (t) => {
  const fake = await fakeFor(t)
  // Rows that compressing does not shorten much.
  const payload = JSON.stringify(randomBytes(MANY).toString('base64'))
  const batch = batchOf(idOf(1), { webhook_events: [row(webhookEvents, { event_id: 'large', payload })] })
  for (const _ of [1, 2]) fake.inject('upload', 'reset in the middle')
  const told: string[] = []
  const record = await retry(() => destinationOn(fake).load(batch, unstopped()), {
    ...unstopped(),
    backoff: NO_PAUSE,
    onRetry: ({ message }) => told.push(message),
  })
  t.is(told.length, 2)
  for (const message of told)
    t.regex(message, /^upload rows of \w+: BigQuery cannot be reached; check the network, loading goes on by itself/)
  t.is(fake.pending(), 0)
  // What was broken off was never read to its end.
  t.is(asked(fake, 'upload').length, 1)
  const memory = memoryDestination()
  await memory.load(batch, unstopped())
  t.deepEqual(withoutLoads(fake.tables()), withoutLoads(sorted(memory.tables())))
  t.deepEqual(fake.commits(), [{ ...record, bytesBilled: null }])
})
