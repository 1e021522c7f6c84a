import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { firstAnswer, waitUntilLoaded } from '../../scripts/first-answer.ts'
import { formatTable } from '../../scripts/table.ts'
import { duckdbDestination } from '../../src/destinations/duckdb/duckdb.ts'
import { queryFile } from '../../src/destinations/duckdb/query.ts'
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

test('what tells no statistics is not waited for', async (t) => {
  const said: string[] = []
  const origin = await listen(t, (_, response) => response.writeHead(404).end('<html>'))
  t.false(await waitUntilLoaded('duckdb', { url: origin, atMost: 60_000, say: (text) => said.push(text) }))
  t.deepEqual(said, [`GET ${origin} does not tell what is loaded; ask the receiver's warehouse once it is.`])
})

test('the answer is the query and NPS by survey and plan with its interval, as the views of the warehouse have it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'first-answer-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'warehouse.duckdb')
  const answers = [
    ['a', 'free', 3],
    ['b', 'pro', 10],
    ['c', 'pro', 8],
    ['d', 'pro', 2, { uuid: 'other', name: 'A later NPS' }],
    ['e', 'pro', 2, { uuid: 'other', name: 'A later NPS' }],
  ] as const
  const batch = flattened(
    ...answers.map(([uuid, plan, nps, form]) =>
      event(
        { uuid: `user-${uuid}`, attributes: { plan }, ...(form && { form }) },
        { uuid, completed_at: '2026-01-01T00:00:00Z', data: { nps } },
      ),
    ),
  )
  const destination = duckdbDestination({ path, longestViews: Number.POSITIVE_INFINITY })
  const { signal } = new AbortController()
  await destination.load(batch, { signal })
  await destination.refreshViews?.({ signal })
  await destination.close()
  const [loaded] = (await queryFile(path, 'SELECT event_id FROM webhook_events')).rows.flat()
  const answer = await firstAnswer(path, String(loaded), 60)
  t.regex(answer, /^SELECT/)
  t.regex(
    answer,
    /\nform_name +plan +n +nps +ci_low +ci_high\n-+ .*\nA later NPS +pro +2 +-100 +-100 +24\.4\nNPS +pro +2 +50 +-39\.4 +79\.4\nNPS +\(other\) +1 +-100 +-100 +48\.5$/,
  )
  for (const [where, event] of [
    [join(folder, 'none.duckdb'), String(loaded)],
    [path, 'absent'],
  ] as const) {
    t.regex(
      await firstAnswer(where, event, 60),
      /^The receiver has another warehouse than .*: set DATA_DIR .*\n\nSELECT/,
    )
  }
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
