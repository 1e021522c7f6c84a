/** The loader's thread: composed from the same settings as the main one, with its own connection to the buffer. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { ExportJob, SourceName } from './config.ts'
import type { Job } from './load/jobs.ts'
import { startLoader } from './load/loader.ts'
import type { StatusMessage, ThreadData } from './load/thread.ts'
import { createLog } from './log.ts'
import { batchLimits, openBuffer, openDestination, openSource } from './stores.ts'

/** Where priorities are of threads, as on Linux, loading steps back when answering needs the cores. */
if (process.platform === 'linux') setPriority(10)

const { config, interactive }: ThreadData = workerData
const buffer = openBuffer(config)
const loader = startLoader({
  buffer,
  destinations: await Promise.all(config.destinations.map((name) => openDestination(config, name))),
  cron: config.loadSchedule,
  whenPending: config.loadWhenPending,
  eager: interactive,
  limits: (destination) => batchLimits(config, destination),
  log: createLog(config.logLevel),
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
      const { rows, written } = await runScheduled(job, at, () => openSource(config, job.source), signal)
      return { rows, file: written }
    },
  }
}

parentPort?.once('message', () => void stop())

async function stop(): Promise<void> {
  await loader.stop()
  await buffer.close()
  parentPort?.close()
}
