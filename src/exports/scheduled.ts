/** An export of the setting EXPORTS: a new file at each of its times. */
import { join } from 'node:path'
import type { ExportJob } from '../config.ts'
import type { Source } from '../destinations/source.ts'
import { PermanentError } from '../errors.ts'
import { removeLeftovers } from '../files/temporary.ts'
import { suggestion } from '../nearest.ts'
import { type Exported, exportCsv } from './export.ts'
import { writeFile } from './write.ts'

/** What follows the job's name in that of a file. */
const DUE = /^-\d{8}T\d{6}Z\.csv$/

/** As `writeScheduled`, from a source of its own. */
export async function runScheduled(
  job: ExportJob,
  at: Date,
  open: () => Promise<Source>,
  signal: AbortSignal,
): Promise<Exported> {
  const source = await open()
  try {
    return await writeScheduled(job, at, source, signal)
  } finally {
    await source.close()
  }
}

/** @param at when it was due; the file is named by it, in UTC: `weekly-20261124T060000Z.csv` */
export function writeScheduled(job: ExportJob, at: Date, source: Source, signal: AbortSignal): Promise<Exported> {
  const file = join(job.folder, `${job.name}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.csv`)
  return exportCsv(source, { options: job, signal, write: (_, text) => writeFile(file, text, signal) })
}

/** @param name in any case @throws PermanentError where none is called so */
export function findScheduled(jobs: readonly ExportJob[], name: string): ExportJob {
  const found = jobs.find((job) => job.name.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found
  const names = jobs.map((job) => job.name)
  const wayOut =
    names.length === 0
      ? 'it is empty; docs/exports.md tells how to fill it'
      : `it has none of that name; ${suggestion(name, names)}`
  throw new PermanentError(`export ${name} of EXPORTS: ${wayOut}`)
}

/** Removes what exports of these jobs left of files when they were killed, and nothing else. @returns how many files it were */
export async function clearScheduled(jobs: readonly ExportJob[]): Promise<number> {
  let removed = 0
  const failures: unknown[] = []
  for (const [folder, its] of Map.groupBy(jobs, (job) => job.folder)) {
    const names = its.map(({ name }) => name)
    try {
      removed += await removeLeftovers(folder, (file) =>
        names.some((name) => file.startsWith(name) && DUE.test(file.slice(name.length))),
      )
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return removed
}
