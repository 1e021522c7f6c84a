import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import test, { type ExecutionContext } from 'ava'
import { firstAnswer, waitUntilLoaded } from '../../scripts/first-answer.ts'
import { formatTable } from '../../scripts/table.ts'
import { listen } from '../support/listen.ts'

/** A receiver whose statistics tell these numbers of pending events, one after the other, then the last for ever. */
async function pendings(t: ExecutionContext, pending: number[]): Promise<string> {
  const origin = await listen(t, (_, response) => {
    const now = pending.length > 1 ? pending.shift() : pending[0]
    const duckdb = { pending: now, loaded: 0, next_load_at: '2026-01-01T00:05:00.000Z' }
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ received: 9, destinations: { duckdb } }))
  })
  return `${origin}/stats`
}

test('it is waited until nothing is pending, and said for what', async (t) => {
  const said: string[] = []
  const url = await pendings(t, [7, 3, 0])
  t.true(await waitUntilLoaded('duckdb', { url, atMost: 60_000, say: (text) => said.push(text) }))
  t.regex(said.join('\n'), /^Waiting for 7 events .* next scheduled load is at 2026-01-01T00:05/)
})

test('waiting ends at the deadline, with what to look at; and at once where there is no such destination', async (t) => {
  const said: string[] = []
  const url = await pendings(t, [7])
  t.false(await waitUntilLoaded('duckdb', { url, atMost: 0, say: (text) => said.push(text) }))
  t.regex(said.at(-1) ?? '', /^Still 7 events are pending after 0 s; GET http:\S+\/health\/ready says why/)
  t.false(await waitUntilLoaded('csv', { url, atMost: 60_000, say: (text) => said.push(text) }))
  t.regex(said.at(-1) ?? '', /does not load into csv; add it to DESTINATIONS/)
})

test('the answer is the query and NPS by plan, of completed responses', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'first-answer-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'warehouse.duckdb')
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  await connection.run(`
    CREATE TABLE responses AS SELECT * FROM (VALUES ('a', 'completed'), ('b', 'completed'), ('c', 'completed'), ('d', 'partial')) v(response_uuid, status);
    CREATE TABLE respondents AS SELECT response_uuid, {plan: if(response_uuid = 'a', 'free', 'pro')}::JSON AS attributes FROM responses;
    CREATE TABLE response_answers AS SELECT * FROM (VALUES ('a', 'nps', 3.0), ('b', 'nps', 10.0), ('c', 'nps', 8.0), ('d', 'nps', 0.0)) v(response_uuid, question, value_number);
  `)
  connection.closeSync()
  instance.closeSync()
  const answer = await firstAnswer(path)
  t.regex(answer, /^SELECT/)
  t.regex(answer, /\nplan {2}responses +nps\n---- .*\npro +2 +50\nfree +1 +-100$/)
  t.regex(await firstAnswer(join(folder, 'none.duckdb')), /not on this machine/)
})

test('a table is aligned: numbers to the right, text to the left', (t) => {
  const rows = [
    ['pro', 12, null],
    [null, 3.5, 'x'],
  ]
  t.is(
    formatTable(['plan', 'n', 'note'], rows),
    ['plan    n  note', '----  ---  ----', 'pro    12  NULL', 'NULL  3.5  x'].join('\n'),
  )
})
