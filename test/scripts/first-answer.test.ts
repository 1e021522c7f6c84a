import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { firstAnswer, waitUntilLoaded } from '../../scripts/first-answer.ts'
import { formatTable } from '../../scripts/table.ts'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { event, flattened } from '../support/flattening.ts'
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

test('the answer is the query and NPS by plan with its interval, as the views of the warehouse have it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'first-answer-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'warehouse.duckdb')
  const answers = [
    ['a', 'free', 3],
    ['b', 'pro', 10],
    ['c', 'pro', 8],
  ] as const
  const batch = flattened(
    ...answers.map(([uuid, plan, nps]) =>
      event({ attributes: { plan } }, { uuid, completed_at: '2026-01-01T00:00:00Z', data: { nps } }),
    ),
  )
  const destination = duckdbDestination({ path, longestViews: Number.POSITIVE_INFINITY })
  const { signal } = new AbortController()
  await destination.load(batch, { signal })
  await destination.refreshViews?.({ signal })
  await destination.close()
  const answer = await firstAnswer(path)
  t.regex(answer, /^SELECT/)
  t.regex(answer, /\nplan +n +nps +ci_low +ci_high\n---- .*\npro +2 +50 +-48 +100\nfree +1 +-100 +NULL +NULL$/)
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

test('what a text would do to a terminal is shown, and not done', (t) => {
  const table = formatTable(['a\u001b[2J'], [['one\ntwo\u0007\u009b']])
  t.is(table, ['a\\u001b[2J', '--------------------', 'one\\ntwo\\u0007\\u009b'].join('\n'))
})
