import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import test from 'ava'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { folder, run } from '../support/process.ts'
import { removeWarehouses, response, warehouseOf } from '../support/reports.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

test.after.always(removeWarehouses)

const NPS = { uuid: 'f1', name: 'NPS Survey' }

test('report writes a page, and says where and of how many responses', async (t) => {
  const dataDir = dirname(await warehouseOf([1, 2].map((n) => response(n, { nps: 9 }, NPS))))
  const out = join(dataDir, 'exports', 'nps.html')
  const { code, output, errors } = await run(t, 'scripts/report.ts', { args: ['--out', out], dataDir })
  t.is(code, 0, errors)
  t.is(output, '')
  t.is(errors, `NPS Survey: 2 responses, written to ${out}\n`)
  t.regex(await readFile(out, 'utf8'), /^<!doctype html>[\s\S]*<h1><bdi>NPS Survey<\/bdi><\/h1>[\s\S]*<\/html>\n$/)
})

test('report writes to standard output, and nothing else there', async (t) => {
  const dataDir = dirname(await warehouseOf([response(1, { nps: 9 }, NPS)]))
  const { code, output, errors } = await run(t, 'scripts/report.ts', {
    args: ['--survey', 'nps', '--out', '-'],
    dataDir,
  })
  t.is(code, 0, errors)
  t.regex(output, /^<!doctype html>[\s\S]*<\/html>\n$/)
  t.is(errors, 'NPS Survey: 1 response, written to standard output\n')
})

test('report replaces nothing of the product, and says how there comes to be a PDF', async (t) => {
  const dataDir = await folder(t)
  const path = join(dataDir, 'warehouse.duckdb')
  await writeFile(path, 'what people said')
  const own = await run(t, 'scripts/report.ts', { args: ['--out', path], dataDir })
  t.is(own.code, 1)
  const wayOut = join(dataDir, 'exports', 'nps.html')
  t.is(own.errors, `write ${path}: the product has its own files there; name one elsewhere, such as ${wayOut}\n`)
  t.is(await readFile(path, 'utf8'), 'what people said')
  const pdf = await run(t, 'scripts/report.ts', { args: ['--out', 'nps.pdf'], dataDir })
  t.is(pdf.code, 1)
  t.is(pdf.errors, 'write nps.pdf: it would be HTML all the same; name it nps.html, and print it from a browser\n')
})

test('report without a survey, or with a wrong one, says which there are', async (t) => {
  const dataDir = dirname(
    await warehouseOf([response(1, { nps: 9 }, NPS), response(2, { csat: 5 }, { uuid: 'f2', name: 'CSAT' })]),
  )
  const none = await run(t, 'scripts/report.ts', { dataDir })
  t.is(none.code, 1)
  t.regex(
    none.errors,
    /there are 2 surveys; say which:\n {2}--survey survey_csat .*"CSAT"\n {2}--survey survey_nps_survey .*"NPS Survey"/,
  )
  const wrong = await run(t, 'scripts/report.ts', { args: ['--survey', 'NPS Sruvey'], dataDir })
  t.is(wrong.code, 1)
  t.is(wrong.errors, 'report NPS Sruvey: there is no such survey; did you mean NPS Survey?\n')
})

test('a name does nothing to a terminal, in what is said and in an error', async (t) => {
  const hostile = { uuid: 'f1', name: 'Esc\u001b[31mRED\u202E' }
  const dataDir = dirname(await warehouseOf([response(1, { nps: 9 }, hostile)]))
  const out = join(await folder(t), 'report.html')
  const told = await run(t, 'scripts/report.ts', { args: ['--out', out], dataDir })
  t.is(told.errors, `Esc\\u001b[31mRED\\u202e: 1 response, written to ${out}\n`)
  const wrong = await run(t, 'scripts/report.ts', { args: ['--survey', 'Ecs'], dataDir })
  t.is(wrong.errors, 'report Ecs: there is no such survey; there are: Esc\\u001b[31mRED\\u202e\n')
})

test('report of a warehouse that is not there says how there comes to be one', async (t) => {
  const { code, errors } = await run(t, 'scripts/report.ts', { dataDir: await folder(t) })
  t.is(code, 1)
  t.regex(errors, /no warehouse yet; npm start/)
})

test('report of a warehouse with the views of an older version, or without them, says what makes them', async (t) => {
  const { path, load } = await viewWarehouse(t)
  await load(response(1, { nps: 9 }, NPS))
  const out = join(await folder(t), 'report.html')
  const report = () => run(t, 'scripts/report.ts', { args: ['--out', out], dataDir: dirname(path) })
  const told = async (sql: string) => {
    await withConnection(path, async (connection) => void (await connection.run(sql)))
    const { code, errors } = await report()
    t.is(code, 1)
    return errors
  }
  const wayOut = /`npm run load` or `npm start` makes them with its first load/
  const older = await told(
    'CREATE OR REPLACE VIEW nps AS SELECT form_uuid, form_name, question, item, 1 AS n FROM scores',
  )
  t.regex(older, /^report: the view nps has no column score, ci_low, ci_high, few, promoters/)
  t.regex(older, wayOut)
  const none = await told('DROP VIEW nps')
  t.regex(none, /^report: there is no view nps: /)
  t.regex(none, wayOut)
  // As a new process does it, at its first schedule or by npm run load.
  await (await viewWarehouse(t, {}, path)).refresh()
  t.is((await report()).code, 0)
})

test('report of a former name says how the survey is called now, and a line for what its scores leave out', async (t) => {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(response(1, { nps: 9, nps_reason: 'why not', nps_before: 12 }, NPS))
  await warehouse.load(
    response(2, { nps: 'N/A' }, { ...NPS, name: 'NPS 2026' }, '2026-04-01'),
    response(3, { csat: 5 }, { uuid: 'f2', name: 'CSAT' }),
  )
  const out = join(await folder(t), 'report.html')
  const args = ['--survey', 'NPS Survey', '--out', out]
  const env = { TIME_ZONE: 'Europe/Berlin' }
  const { code, errors } = await run(t, 'scripts/report.ts', { args, dataDir: dirname(warehouse.path), env })
  t.is(code, 0, errors)
  t.deepEqual(errors.trimEnd().split('\n'), [
    '"NPS Survey" is called "NPS 2026" now (its former name last came on 2025-01-01); its view is survey_nps_survey',
    'nps: 1 of 2 answers counts. Not counted: 1 text.',
    'nps_before: Not scored: 0 of 1 numbers are whole and from 0 to 10.',
    `NPS 2026: 2 responses, written to ${out}`,
  ])
  t.regex(await readFile(out, 'utf8'), /as of \d{4}-\d\d-\d\d \d\d:\d\d Europe\/Berlin/)
})
