/** A process of its own, killed between any two requests of a load: the next start completes it, and each batch is there once. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { startProcess } from '../../scripts/processes.ts'
import type { EventBuffer } from '../../src/buffer/buffer.ts'
import type { Config } from '../../src/config.ts'
import { bigqueryDestination } from '../../src/destinations/bigquery/bigquery.ts'
import { load } from '../../src/load/load.ts'
import { sampleEvents } from '../../src/samples/samples.ts'
import { openBuffer } from '../../src/stores.ts'
import { fakeFor, unstopped, WAITS } from '../support/bigquery/loading.ts'
import { arrivalOf, LIMITS } from '../support/buffers.ts'
import type { FakeBigquery } from '../support/fake-bigquery.ts'
import { NO_PAUSE } from '../support/loading.ts'
import { configOf, folder } from '../support/process.ts'
import { type Tables, withoutLoads } from '../support/rows.ts'

/** Two batches: the second one follows a first. */
const [EVENTS, BATCH] = [4, 2]
/** A process takes half a second, so of the requests each seventh one is met, from another one in each run. KILL_STEP=1 meets all. */
const STEP = Number(process.env['KILL_STEP'] ?? 7)

const bodies = [...sampleEvents({ seed: 3, count: EVENTS, start: new Date('2026-03-01T00:00:00Z') })].map((body) =>
  JSON.stringify(body),
)

interface Place {
  readonly fake: FakeBigquery
  readonly env: Readonly<Record<string, string>>
  readonly config: Config
}

/** A buffer with the events, which are on disk, and a BigQuery that has none of them. */
async function place(t: ExecutionContext, root: string, name: string): Promise<Place> {
  const dataDir = join(root, name)
  const fake = await fakeFor(t)
  // No job waits: looking again is no step of its own.
  fake.world.pace = { waits: 0, runs: 0 }
  const env = {
    DATA_DIR: dataDir,
    DESTINATIONS: 'bigquery',
    BATCH_MAX_EVENTS: String(BATCH),
    BIGQUERY_PROJECT: 'test-project',
    BIGQUERY_LOCATION: 'EU',
    BIGQUERY_API_ENDPOINT: fake.endpoint,
    // Halves the time that a process takes to start.
    NODE_COMPILE_CACHE: join(root, 'cache'),
  }
  const config = configOf(dataDir, env)
  await using(config, async (buffer) => {
    for (const body of bodies) await buffer.append(arrivalOf(body))
  })
  return { fake, env, config }
}

async function using<T>(config: Config, work: (buffer: EventBuffer) => Promise<T>): Promise<T> {
  const buffer = openBuffer(config)
  try {
    return await work(buffer)
  } finally {
    await buffer.close()
  }
}

/** Loads to the end what is pending. @returns the tables, when everything else is as it has to be */
async function complete(t: ExecutionContext, { fake, config }: Place): Promise<Tables> {
  return using(config, async (buffer) => {
    const destination = bigqueryDestination({ ...config.bigquery, waits: WAITS })
    const options = { buffer, destination, limits: { ...LIMITS, events: BATCH }, backoff: NO_PAUSE, ...unstopped() }
    await load({
      ...options,
      onLoaded: () => {},
      onRetry: ({ message }) => t.fail(message),
      onTakenOut: ({ reason }) => t.fail(reason),
    })
    const { pending, loaded, lastLoad } = (await buffer.stats()).consumers['bigquery'] ?? {}
    t.deepEqual([pending, loaded], [0, EVENTS])
    t.deepEqual(
      fake.commits().map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq]),
      [
        [1, 2],
        [3, 4],
      ],
    )
    t.is(fake.commits().at(-1)?.batchId, lastLoad?.batchId)
    return withoutLoads(fake.tables())
  })
}

const start = ({ env }: Place) => startProcess('scripts/load.ts', [], { env, cwd: tmpdir() })

/** Kills a process that loads, at its nth request. @returns the tables after the next one */
async function killed(t: ExecutionContext, there: Place, request: number, when: 'before' | 'after'): Promise<Tables> {
  const { fake } = there
  const met = Promise.withResolvers<void>()
  const running = start(there)
  fake.dieAt(request, when, async () => {
    running.kill('SIGKILL')
    await running.ended
    met.resolve()
  })
  const { signal, output, errors } = await running.ended
  t.is(signal, 'SIGKILL', `at ${request}: ${output}${errors}`)
  await met.promise
  await fake.heal()
  const tables = await complete(t, there)
  fake.stop()
  return tables
}

for (const when of ['before', 'after'] as const) {
  test(`a process killed at any request of its loads, ${when} it is done, has loaded once after the next start`, async (t) => {
    const root = await folder(t)
    const there = await place(t, root, 'undisturbed')
    t.is((await start(there).ended).code, 0)
    const undisturbed = await complete(t, there)
    const [all, first] = [there.fake.requests.length, 1 + Math.floor(Math.random() * STEP)]
    t.log(`at each ${STEP}th of ${all} requests, from the ${first}th on`)
    for (let request = first; request <= all; request += STEP) {
      t.deepEqual(await killed(t, await place(t, root, String(request)), request, when), undisturbed, `at ${request}`)
    }
  })
}
