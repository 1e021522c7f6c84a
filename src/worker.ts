/** The loader's thread: composed from the same settings as the main one, with its own connection to the buffer. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { ExportJob, SourceName } from './config.ts'
import { NotYetError, PermanentError, reasonOf } from './errors.ts'
import { flatteningOf } from './load/flattening.ts'
import type { Job } from './load/jobs.ts'
import { startLoader } from './load/loader.ts'
import { nextTime } from './load/schedule.ts'
import type { StatusMessage, ThreadData } from './load/thread.ts'
import { createLog } from './log.ts'
import { batchLimits, openBuffer, openDestination, openSource } from './stores.ts'

/** Where priorities are of threads, as on Linux, loading steps back when answering needs the cores. */
if (process.platform === 'linux') setPriority(10)

const { config, interactive }: ThreadData = workerData
const log = createLog(config.logLevel)
const buffer = openBuffer(config)
if (config.exports.length > 0) await clearExports()
for (const { name, folder, cron } of config.exports) {
  log.info({ export: name, folder, next: nextTime(cron) }, 'export planned')
}
const loader = startLoader({
  buffer,
  destinations: await Promise.all(config.destinations.map((name) => openDestination(config, name))),
  cron: config.loadSchedule,
  whenPending: config.loadWhenPending,
  eager: interactive,
  limits: (destination) => batchLimits(config, destination),
  flattening: flatteningOf(config),
  log,
  jobs: { duckdb: exportsFrom('duckdb'), bigquery: exportsFrom('bigquery') },
  onStatus: (destination, status) => parentPort?.postMessage({ destination, status } satisfies StatusMessage),
})

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

parentPort?.once('message', () => void stop())

async function stop(): Promise<void> {
  await loader.stop()
  await buffer.close()
  parentPort?.close()
}
