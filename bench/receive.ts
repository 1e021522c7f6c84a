/**
 * How fast events are received and made durable, against servers that keep nothing. All are up at once and take turns
 * in short slices, so that noise of the machine meets all alike.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { type LoadGenerator, openLoadGenerator } from './load-generator.ts'
import { startProduct, startServer } from './product.ts'
import { type Measure, median, round } from './result.ts'

const SLICE = 250
const WARM_UP = 8
const BARE_KOA = fileURLToPath(new URL('bare-koa.ts', import.meta.url))

export const receive: Measure = async ({ quick, directory }) => {
  const servers = [await startProduct(directory), await startServer([BARE_KOA]), await startServer([BARE_KOA, 'raw'])]
  const loads = await Promise.all(servers.map(({ url }) => openLoadGenerator(url)))
  const rounds = await takeTurns(loads, quick ? 4 : 60)
  for (const load of loads) load.close()
  for (const server of servers) await server.stop()

  const acknowledged = loads[0]?.acknowledged() ?? 0
  const stored = rowsIn(join(directory, 'buffer.sqlite'))
  if (stored !== acknowledged)
    throw new Error(`receive: ${acknowledged} events were acknowledged, ${stored} are stored`)
  const of = (server: number) => median(rounds.map((rates) => rates[server] ?? Number.NaN))
  const against = (server: number) =>
    median(rounds.map((rates) => (rates[0] ?? Number.NaN) / (rates[server] ?? Number.NaN)))
  return [
    {
      name: 'receive',
      what: 'Durable 202s per second, against a bare Koa that only reads the same body and answers',
      how: `64 kept connections, bodies of 1.9 KB, slices of ${SLICE} ms in turn; the median of the slices' ratios. Every acknowledged event was found in the buffer`,
      value: round(against(1)),
      unit: 'of bare Koa',
      goal: { bound: 'at least', value: 0.65 },
      limit:
        'One thread parses, checks and hashes; the thread that writes shares the cores with it and with the sender',
      seen: {
        durable_per_second: round(of(0), 0),
        bare_koa_per_second: round(of(1), 0),
        bare_koa_raw_answer_per_second: round(of(2), 0),
        ratio_to_raw_answer: round(against(2)),
        acknowledged,
        stored,
        refused: loads[0]?.refused() ?? 0,
      },
    },
  ]
}

/** Rates by round and server. */
async function takeTurns(loads: readonly LoadGenerator[], count: number): Promise<number[][]> {
  for (let turn = 0; turn < WARM_UP; turn++) for (const load of loads) await load.saturate(SLICE)
  const rounds: number[][] = []
  for (let turn = 0; turn < count; turn++) {
    const rates: number[] = []
    const order = turn % 2 === 0 ? [...loads.entries()] : [...loads.entries()].toReversed()
    for (const [server, load] of order) rates[server] = await load.saturate(SLICE)
    rounds.push(rates)
  }
  return rounds
}

function rowsIn(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true })
  const row = db.prepare('SELECT count(*) AS count FROM events').get()
  db.close()
  return Number(row?.['count'])
}
