/** `npm run bigquery`: sets BigQuery up, says what is wrong with it, and fills it again. */
import { Command } from 'commander'
import type { LoadRecord } from '../schemas/records.ts'
import type { EventBuffer } from '../src/buffer/buffer.ts'
import { type Config, REDIRECTION, redirected } from '../src/config.ts'
import { RESYNC } from '../src/destinations/bigquery/appended.ts'
import { check, type Finding } from '../src/destinations/bigquery/checks.ts'
import { cents, dollars, leastBytesOfLoad, monthlyDollars } from '../src/destinations/bigquery/cost.ts'
import { LEAST_INTERVAL, NAME } from '../src/destinations/bigquery/options.ts'
import { lackingInBigquery, lastInBigquery, letFollow } from '../src/destinations/bigquery/resync.ts'
import { pipelineOf } from '../src/destinations/bigquery/state.ts'
import { withoutPromise } from '../src/errors.ts'
import { replay } from '../src/load/load.ts'
import { loadsPerDay } from '../src/load/schedule.ts'
import { batchLimits, hasBuffer, openBuffer } from '../src/stores.ts'
import { runCommand } from './command.ts'
import { loadAll } from './loading.ts'
import { waitOption } from './patience.ts'
import { say } from './terminal.ts'

const LABELS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const

let action: (config: Config) => Promise<boolean>

const program = new Command('npm run bigquery --')
  .description(
    'Set up and look after BigQuery. Credentials are the Application Default Credentials of this machine: ' +
      '`gcloud auth application-default login`, or the service account that it runs as.',
  )
  .addHelpText(
    'after',
    '\nSettings (BIGQUERY_PROJECT, BIGQUERY_DATASET, …) are those of npm start; see docs/bigquery.md.',
  )
program
  .command('setup')
  .description('make the datasets and tables, try each permission, and tell what loading would cost')
  .action(() => {
    action = setup
  })
program
  .command('doctor')
  .description('check credentials, location, permissions, clock, whose turn it is, and what is pending')
  .action(() => {
    action = doctor
  })
program
  .command('resync')
  .description(
    'after the dataset or the buffer was dropped or restored: load again what the buffer keeps, and go on from there',
  )
  .addOption(waitOption)
  .action(({ wait }: { wait: number }) => {
    action = (config) => resync(config, wait)
  })

await runCommand(program, (config) => {
  if (process.env[REDIRECTION]) throw new Error(redirected)
  return action(config)
})

async function setup(config: Config): Promise<boolean> {
  const ok = await tell(check(config.bigquery, { make: true }))
  if (!ok) return false
  say('')
  if (config.bigquery.mode === 'append')
    say('Loading is free in this mode; each query reads all rows of its tables. See docs/bigquery.md.')
  else sayPrice(config)
  say(
    'The views of docs/views.md are made by the first load, and again when there are new surveys, questions or attributes.',
  )
  if (!config.destinations.includes(NAME))
    say(`Now start with DESTINATIONS=${[...config.destinations, NAME].join(',')}, or ${NAME} alone.`)
  return true
}

function sayPrice(config: Config): void {
  const { loadSchedule, loadWhenPending } = config
  const perDay = Math.min(loadsPerDay(loadSchedule), 86_400_000 / LEAST_INTERVAL)
  const [perBatch, most] = [leastBytesOfLoad(), batchLimits(config, NAME).bytes]
  say(
    `A batch that changes every table costs at least ${cents(monthlyDollars(perBatch, 1 / 30))}, and ${Math.round(perDay)} a day (LOAD_SCHEDULE ` +
      `"${loadSchedule}") ${dollars(monthlyDollars(perBatch, perDay))} a month. A batch holds up to ${most / 1024 ** 2} MiB of events; what waits beyond that ` +
      `is another one, and LOAD_WHEN_PENDING (${loadWhenPending}) events are loaded ahead of the schedule. The first TiB of a month, ` +
      `${dollars(monthlyDollars(2 ** 40 / 30, 1))}, is free. See docs/bigquery.md.`,
  )
}

async function doctor(config: Config): Promise<boolean> {
  const ok = await tell(check(config.bigquery, { make: false }))
  if (!ok) return false
  if (!hasBuffer(config)) {
    say(
      `${LABELS.warn}  what is pending: there is no buffer in ${config.dataDir} yet; npm start receives events and makes it, or check DATA_DIR`,
    )
    return true
  }
  const buffer = openBuffer(config)
  try {
    return await tell(findingsOf(config, buffer))
  } finally {
    await buffer.close()
  }
}

/** What the buffer and BigQuery think of each other. */
async function* findingsOf(config: Config, buffer: EventBuffer): AsyncGenerator<Finding> {
  const { pending = 0, lastLoad, oldestPendingAt } = (await buffer.stats()).consumers[NAME] ?? {}
  const minutes = oldestPendingAt ? Math.round((Date.now() - oldestPendingAt / 1000) / 60_000) : 0
  yield { what: 'what is pending', verdict: 'ok', said: `${pending} events, the oldest for ${minutes} minutes` }
  if (!lastLoad) {
    yield { what: 'whose turn it is', verdict: 'ok', said: 'this buffer has loaded nothing into BigQuery yet' }
    return
  }
  const last = await lastInBigquery(config.bigquery, lastLoad.batchId)
  const ok = last === lastLoad.batchId || follows(lastLoad, last)
  const found = `the buffer loaded ${lastLoad.batchId} last, BigQuery has ${last || 'nothing'}`
  const way =
    'if a load is under way, look again; else another loader fills the dataset, or it was restored: `npm run bigquery -- resync`'
  yield { what: 'whose turn it is', verdict: ok ? 'ok' : 'fail', said: ok ? `after ${last}` : `${found}; ${way}` }
  const lacking = ok ? await lackingInBigquery(config.bigquery) : []
  if (lacking.length > 0) {
    const said = `${lacking.join(', ')} lack what was loaded before they were made; if they were dropped, or are new, \`npm run bigquery -- resync\` fills them`
    yield { what: 'tables made later', verdict: 'warn', said }
  }
}

/** A load that died after the merge: the buffer notes it when it loads next. */
const follows = ({ batchId, lastSeq }: LoadRecord, batch: string): boolean =>
  batch.startsWith(`${pipelineOf(batchId)}-${String(lastSeq + 1).padStart(12, '0')}-`)

/** Holds the claim from the first batch until the state is set. */
function resync(config: Config, wait: number): Promise<boolean> {
  if (!config.destinations.includes(NAME))
    throw new Error(`resync ${NAME}: it is not loaded into; add it to DESTINATIONS`)
  const name = `${RESYNC}${new Date().toISOString().replaceAll(/[-:.]/g, '').toLowerCase()}`
  return loadAll({
    config,
    destinations: [NAME],
    wait,
    total: async (buffer) => (await buffer.stats()).kept,
    task: async (options) => {
      await replay({ from: 0, to: Number.MAX_SAFE_INTEGER }, name, options)
      await takeTurn(config, options.buffer)
    },
  })
}

async function takeTurn(config: Config, buffer: EventBuffer): Promise<void> {
  const next = await buffer.nextBatch(NAME, batchLimits(config, NAME))
  const last = (await buffer.stats()).consumers[NAME]?.lastLoad ?? null
  const id = next?.id ?? last?.batchId
  if (id !== undefined) await letFollow(config.bigquery, id, last)
}

/** @returns whether none failed */
async function tell(findings: AsyncIterable<Finding>): Promise<boolean> {
  let ok = true
  for await (const { what, verdict, said } of findings) {
    say(`${LABELS[verdict]}  ${what}: ${withoutPromise(said)}`)
    ok &&= verdict !== 'fail'
  }
  return ok
}
