/** Exports on a schedule, from BigQuery. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import type { Source } from '../../src/destinations/source.ts'
import { runScheduled } from '../../src/exports/scheduled.ts'
import { startJobs } from '../../src/load/jobs.ts'
import { silentLog } from '../support/loading.ts'
import { configOf, folder, NEVER, startProduct } from '../support/process.ts'
import { bothWith, csvOf, sortedLines, twoSurveys } from './both.ts'
import { emulated } from './with-emulator.ts'

const { dataset, inDuckdb, inBigquery, remove } = await bothWith(twoSurveys())
test.after.always(remove)

/** Settings of a product that exports from the dataset. */
function scheduled(job: object) {
  const { endpoint, project } = emulated()
  return {
    ...NEVER,
    DESTINATIONS: 'bigquery',
    BIGQUERY_API_ENDPOINT: endpoint ?? '',
    BIGQUERY_PROJECT: project,
    BIGQUERY_DATASET: dataset,
    EXPORTS: JSON.stringify([{ name: 'nightly', cron: '* * * * * *', ...job }]),
  }
}

test.serial('the server exports on a schedule what DuckDB has of the same survey', async (t) => {
  const survey = { survey: 'nps', status: 'completed' }
  const dataDir = await folder(t)
  const product = await startProduct(t, dataDir, scheduled(survey))
  const [, file = ''] = await product.said(/"export":"nightly","rows":[1-9]\d*,"file":"([^"]+)","msg":"exported"/)
  t.regex(file.slice(dataDir.length), /^\/exports\/nightly-\d{8}T\d{6}Z\.csv$/)
  t.deepEqual(sortedLines(await readFile(file, 'utf8')), await csvOf(await inDuckdb(), survey))
  product.kill('SIGTERM')
  t.is((await product.ended).code, 0)
  t.deepEqual(
    (await readdir(join(dataDir, 'exports'))).filter((name) => !name.endsWith('.csv')),
    [],
  )
})

test.serial('an export that is ended in mid-answer begins again, and is whole', async (t) => {
  const dataDir = await folder(t)
  const sql = 'SELECT n FROM UNNEST(GENERATE_ARRAY(1, 12000)) AS n'
  const [job] = configOf(dataDir, scheduled({ sql })).exports
  if (job === undefined) return t.fail()
  let readings = 0
  const begun = Promise.withResolvers<void>()
  const told = Promise.withResolvers<unknown>()
  const open = async (): Promise<Source> => {
    const source = inBigquery()
    const read: Source['read'] = async (...selected) => {
      const reading = await source.read(...selected)
      readings += 1
      begun.resolve()
      return reading
    }
    return { ...source, read }
  }
  let comes = () => {}
  const run = (at: Date, ending: AbortSignal) =>
    runScheduled(job, at, open, ending).then(({ rows, written }) => {
      told.resolve(written)
      return { rows }
    })
  const jobs = startJobs([{ name: job.name, cron: job.cron, run }], {
    log: silentLog,
    onEnd() {},
    schedule(_, task) {
      comes = task
      return () => {}
    },
  })
  comes()
  await begun.promise
  await jobs.hold()
  t.deepEqual(await readdir(job.folder), [])
  jobs.release()
  const file = String(await told.promise)
  t.is(readings, 2)
  t.is((await readFile(file, 'utf8')).split('\r\n').length, 12_002)
  await jobs.stop()
})
