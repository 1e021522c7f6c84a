/** An export of the setting EXPORTS: a new file at each of its times. */
import { join } from 'node:path'
import type { ExportJob } from '../config.ts'
import type { Source } from '../destinations/source.ts'
import { type Exported, exportCsv } from './export.ts'
import { writeFile } from './write.ts'

/** @param at when it was due; the file is named by it, in UTC: `weekly-20261124T060000Z.csv` */
export async function runScheduled(
  job: ExportJob,
  at: Date,
  open: () => Promise<Source>,
  signal: AbortSignal,
): Promise<Exported> {
  const file = join(job.folder, `${job.name}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.csv`)
  const source = await open()
  try {
    return await exportCsv(source, { options: job, signal, write: (_, text) => writeFile(file, text, signal) })
  } finally {
    await source.close()
  }
}
