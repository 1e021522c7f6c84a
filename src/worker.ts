/** The loader's process: composed from the same settings as the server, with its own connection to the buffer. */
import { once } from 'node:events'
import { setPriority } from 'node:os'
import type { ExportJob, SourceName } from './config.ts'
import { NotYetError, PermanentError, reasonOf } from './errors.ts'
import { makeFilesWith } from './files/mode.ts'
import { flatteningOf } from './load/flattening.ts'
import type { Job } from './load/jobs.ts'
import { startLoader } from './load/loader.ts'
import type { LoaderMessage, ProcessData } from './load/process.ts'
import { nextTime } from './load/schedule.ts'
import { createLog } from './log.ts'
import { batchLimits, openBuffer, openDestination, openSource } from './stores.ts'

// Loading steps back when answering needs the cores.
setPriority(10)
// The server says when to end. A signal of the terminal reaches all of its processes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.once('uncaughtException', (error) => tell({ fatal: reasonOf(error) }, () => process.exit(1)))
/** Also when the server is gone. */
const toldToEnd = new Promise<void>((resolve) => {
  process.once('disconnect', resolve)
  process.on('message', (message) => message === 'stop' && resolve())
})

const [data] = await once(process, 'message')
const { config, interactive, deaths, inTurn }: ProcessData = data
const log = createLog(config.logLevel)
makeFilesWith(config.fileMode)
const buffer = openBuffer(config)
if (config.exports.length > 0) await clearExports()
for (const { name, folder, cron } of config.exports) {
  log.info({ export: name, folder, next: nextTime(cron) }, 'export planned')
}
const loader = startLoader({
  buffer,
  destinations: await Promise.all(
    config.destinations.map((name) =>
      openDestination(config, name, (notice) => log.warn({ destination: name }, notice)),
    ),
  ),
  cron: config.loadSchedule,
  whenPending: config.loadWhenPending,
  eager: interactive,
  limits: (destination) => batchLimits(config, destination),
  flattening: flatteningOf(config),
  deaths,
  inTurn,
  log,
  jobs: { duckdb: exportsFrom('duckdb'), bigquery: exportsFrom('bigquery') },
  onStatus: (destination, status) => tell({ destination, status }),
  onLoading: (destination, loading) => tell({ destination, loading }),
})

await toldToEnd
await loader.stop()
await buffer.close()
process.exit()

function tell(message: LoaderMessage, done: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, done)
  else done()
}

function exportsFrom(source: SourceName): Job[] {
  return config.exports.filter((job) => job.source === source).map(exportJob)
}

function exportJob(job: ExportJob): Job {
  return {
    name: job.name,
    cron: job.cron,
    async run(at, signal) {
      const { runScheduled } = await import('./exports/scheduled.ts')
      const exported = runScheduled(job, at, () => openSource(config, job.source), signal)
      const { rows, written, note } = await exported.catch((error: unknown) => notYetOrGone(error, job.source))
      return { rows, file: written, ...(note !== undefined && { note }) }
    },
  }
}

async function notYetOrGone(error: unknown, source: SourceName): Promise<never> {
  const isLoaded = (await buffer.stats()).consumers[source]?.lastLoad
  if (!(error instanceof NotYetError) || !isLoaded) throw error
  throw new PermanentError(`export from ${source}: what was loaded is gone; npm run replay loads it again`, {
    cause: error,
  })
}

/** Before any begins. What a crash left is no reason not to load. */
async function clearExports(): Promise<void> {
  try {
    const { clearScheduled } = await import('./exports/scheduled.ts')
    const files = await clearScheduled(config.exports)
    if (files > 0) log.info({ files }, 'removed what exports that were killed had left unfinished')
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'what exports that were killed had left unfinished is not removed')
  }
}
