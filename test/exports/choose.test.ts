import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type ExportOptions, exportSchema } from '../../src/config/exports.ts'
import { duckdbSource } from '../../src/destinations/duckdb/source.ts'
import { listExportable } from '../../src/exports/catalog.ts'
import { choose } from '../../src/exports/choose.ts'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { event, FORM } from '../support/flattening.ts'
import { folder } from '../support/process.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

const response = (n: number, day: string, form: object, status: object = {}) =>
  event({
    triggered_event: 'Completed Survey',
    form: { uuid: FORM, ...form },
    response: {
      uuid: `18de5430-c64c-11ec-aa71-e1784a46b0${n}`,
      first_shown_at: `${day}T12:00:00Z`,
      data: { nps: `${n}` },
      ...status,
    },
  })

/** Three responses to one survey, on three days; the first is completed. */
async function surveyed(t: ExecutionContext) {
  const warehouse = await viewWarehouse(t)
  const done = { completed_at: '2026-11-01T12:05:00Z' }
  await warehouse.load(
    response(10, '2026-11-01', { name: 'NPS Survey' }, done),
    response(11, '2026-11-02', { name: 'NPS Survey' }),
    response(12, '2026-11-03', { name: 'NPS Survey' }),
  )
  return warehouse
}

async function rowsOf(path: string, options: object, timeZone = 'UTC'): Promise<unknown[][]> {
  const source = await duckdbSource(path)
  try {
    const { selection } = await choose(source, exportSchema(timeZone).parse(options), new AbortController().signal)
    const { rows } = await source.read(selection, new AbortController().signal)
    const all: unknown[][] = []
    for await (const some of rows) all.push(...some.map((row) => [...row]))
    return all
  } finally {
    await source.close()
  }
}

const said = async (t: ExecutionContext, path: string, options: object) =>
  (await t.throwsAsync(rowsOf(path, options)))?.message ?? ''

const sorted = (rows: unknown[][]) => rows.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1))
const SHOWN = { columns: 'first_shown_at,nps' }
const rowOn = (day: string, nps: number) => [`2026-11-0${day}T12:00:00.000000Z`, nps]

test('a survey is exported as its view, by name, start of it, uuid or view', async (t) => {
  const { path } = await surveyed(t)
  const all = [rowOn('1', 10), rowOn('2', 11), rowOn('3', 12)]
  for (const survey of ['nps survey', 'NPS', FORM, 'survey_nps_survey']) {
    t.deepEqual(sorted(await rowsOf(path, { survey, ...SHOWN })), all, survey)
  }
  t.regex(await said(t, path, { survey: 'NSP Survey' }), /no such survey; did you mean NPS Survey\?/)
})

test('from is in and to is out, as days or times, in UTC', async (t) => {
  const { path } = await surveyed(t)
  const days = async (limits: object) => sorted(await rowsOf(path, { survey: 'NPS', ...SHOWN, ...limits }))
  t.deepEqual(await days({ from: '2026-11-02' }), [rowOn('2', 11), rowOn('3', 12)])
  t.deepEqual(await days({ from: '2026-11-02', to: '2026-11-03' }), [rowOn('2', 11)])
  t.deepEqual(await days({ from: '2026-11-02T12:00:00Z', to: '2026-11-03T12:00:00' }), [rowOn('2', 11)])
  t.deepEqual(await days({ to: '2026-11-02T13:00:00+02:00' }), [rowOn('1', 10)])
  t.is((await rowsOf(path, { table: 'webhook_events', to: '2020-01-01' })).length, 0)
  t.regex(await said(t, path, { table: 'forms', from: '2026-11-01' }), /forms: it has no time to go by .* --sql/)
})

test('days, and times that say no zone, are those of the time zone', async (t) => {
  const warehouse = await viewWarehouse(t, { timeZone: 'America/New_York' })
  const at = ['2026-11-01T03:59:59Z', '2026-11-01T04:00:00Z', '2026-11-02T04:59:59Z', '2026-11-02T05:00:00Z']
  const shown = (first_shown_at: string, n: number) => response(10 + n, '2026-11-01', {}, { first_shown_at })
  await warehouse.load(...at.map(shown))
  const days = async (limits: object) =>
    (await rowsOf(warehouse.path, { table: 'responses', columns: 'first_shown_at', ...limits }, 'America/New_York'))
      .map(([time]) => at.indexOf(String(time).replace('.000000', '')))
      .toSorted((one, other) => one - other)
  // Clocks are put back on that day: it has 25 hours.
  t.deepEqual(await days({ from: '2026-11-01', to: '2026-11-02' }), [1, 2])
  t.deepEqual(await days({ from: '2026-11-01T00:00', to: '2026-11-01T23:59:59' }), [1])
  t.deepEqual(await days({ from: '2026-11-01T05:00:00Z' }), [2, 3])
  const timeline = async (limits: object) =>
    (await rowsOf(warehouse.path, { view: 'response_timeline', columns: 'day', ...limits }, 'America/New_York'))
      .map(([day]) => String(day))
      .toSorted()
  t.deepEqual(await timeline({}), ['2026-10-31', '2026-11-01', '2026-11-02'])
  t.deepEqual(await timeline({ from: '2026-11-01', to: '2026-11-02' }), ['2026-11-01'])
  t.deepEqual(await timeline({ from: '2026-11-01T04:00:00Z' }), ['2026-11-01', '2026-11-02'])
  t.deepEqual(await timeline({ from: '2026-11-01T04:00:01Z' }), ['2026-11-02'])
})

test('where clocks leave a midnight out, the day still is in a period that begins with it', async (t) => {
  const path = join(await folder(t), 'warehouse.duckdb')
  await withConnection(path, (connection) => connection.run("CREATE TABLE days AS SELECT DATE '2018-11-04' AS day"))
  const from = { table: 'days', from: '2018-11-04' }
  t.deepEqual(await rowsOf(path, from, 'America/Sao_Paulo'), [['2018-11-04']])
  t.deepEqual(await rowsOf(path, { table: 'days', from: '2018-11-04T01:30' }, 'America/Sao_Paulo'), [])
})

test('a survey that was renamed is exported by its former name, also of a response that an older version loaded', async (t) => {
  const warehouse = await viewWarehouse(t)
  const other = { uuid: '44780fd0-2c11-11ec-8f58-7bd83b655011', name: 'CES Survey' }
  await warehouse.load(response(10, '2026-11-01', { name: 'NPS Survey' }))
  await warehouse.load(response(11, '2026-11-02', { name: 'NPS 2026' }), response(12, '2026-11-02', other))
  const noted = async (survey: string) => {
    const source = await duckdbSource(warehouse.path)
    try {
      const { name, note } = await choose(source, exportSchema('UTC').parse({ survey }), new AbortController().signal)
      return { name, note }
    } finally {
      await source.close()
    }
  }
  const found = {
    name: 'survey_nps_survey',
    note: `"NPS Survey" is called "NPS 2026" now (its former name last came on 2025-01-01); its view is survey_nps_survey`,
  }
  t.deepEqual(await noted('nps 2026'), { name: 'survey_nps_survey', note: undefined })
  t.deepEqual(await noted('NPS Survey'), found)
  t.is((await rowsOf(warehouse.path, { survey: 'NPS Survey' })).length, 2)
  const source = await duckdbSource(warehouse.path)
  const listed = await listExportable(source, new AbortController().signal)
  await source.close()
  t.deepEqual(
    listed.flatMap(({ kind, title, formerly }) => (kind === 'survey' ? [[title, ...formerly]] : [])),
    [['CES Survey'], ['NPS 2026', 'NPS Survey']],
  )
  t.regex(await said(t, warehouse.path, { survey: 'NPS Surveys' }), /did you mean NPS 2026 \(formerly NPS Survey\)/)
  await warehouse.load(response(13, '2026-11-03', { uuid: 'heir', name: 'NPS Survey' }))
  t.regex(
    (await noted('NPS Survey')).note ?? '',
    /^"NPS Survey" is survey_nps_survey_\w+ now; survey_nps_survey \("NPS 2026" now, last on 2025-01-01\) was called so before/,
  )
  await withConnection(warehouse.path, (connection) =>
    connection.run(
      "DELETE FROM names; DELETE FROM responses WHERE form_uuid = 'heir'; DELETE FROM forms WHERE form_uuid = 'heir'",
    ),
  )
  t.regex((await noted('NPS Survey')).note ?? '', /^"NPS Survey" is called "NPS 2026" now/)
  await withConnection(warehouse.path, (connection) => connection.run('DROP TABLE names'))
  t.regex(await said(t, warehouse.path, { survey: 'NPS Survey' }), /no such survey; did you mean CES Survey/)
})

test('only the wanted status and columns, in their order', async (t) => {
  const { path } = await surveyed(t)
  t.deepEqual(await rowsOf(path, { table: 'responses', status: 'completed', columns: 'STATUS, form_name' }), [
    ['completed', 'NPS Survey'],
  ])
  t.regex(await said(t, path, { table: 'forms', status: 'seen' }), /forms: it has no column status/)
  t.regex(await said(t, path, { table: 'responses', columns: 'satus' }), /no column satus; did you mean status\?/)
  t.regex(await said(t, path, { table: 'response' }), /no such table or view; did you mean responses, /)
  t.regex(await said(t, path, { view: 'nps_by_monht' }), /did you mean nps_by_month/)
})

test('a column of a survey is found by its question too, as Refiner names it, after the names of columns', async (t) => {
  const warehouse = await viewWarehouse(t)
  const data = { '😀': 'yes', 'How so?': 'fine', status: 'an answer' }
  await warehouse.load(event({ form: { uuid: FORM, name: 'NPS Survey' } }, { uuid: 'r1', status: 'seen', data }))
  const read = (columns: string) => rowsOf(warehouse.path, { survey: 'NPS', columns })
  t.deepEqual(await read('😀,How so?'), [['yes', 'fine']])
  const [[status] = []] = await rowsOf(warehouse.path, { table: 'responses', columns: 'status' })
  t.not(status, 'an answer')
  t.deepEqual(await read('😀,status'), [['yes', status]])
  t.regex(await said(t, warehouse.path, { survey: 'NPS', columns: '😐' }), /no column 😐; /)
  await withConnection(warehouse.path, (connection) =>
    connection.run(
      "INSERT INTO column_names BY NAME SELECT * REPLACE ('question_text' AS scope, 'user_uuid' AS column_name) FROM column_names WHERE name = '😀'",
    ),
  )
  t.deepEqual(await read('😀'), [['yes']], 'not what is made of it')
})

test('everything is listed with its rows, and a view that no longer works without', async (t) => {
  const { path } = await surveyed(t)
  await withConnection(path, (connection) =>
    connection.run('CREATE TABLE mine (a INT); CREATE VIEW broken AS SELECT a FROM mine; DROP TABLE mine'),
  )
  const source = await duckdbSource(path)
  const list = await listExportable(source, new AbortController().signal)
  await source.close()
  t.deepEqual(list[0], { kind: 'survey', name: 'survey_nps_survey', rows: 3, title: 'NPS Survey', formerly: [] })
  const rows = new Map(list.map(({ kind, name, rows: count }) => [`${kind} ${name}`, count]))
  t.is(rows.get('table responses'), 3)
  t.is(rows.get('view survey_funnel'), 1)
  t.is(rows.get('view broken'), null)
})

test('a signal ends the list in the middle of counting', async (t) => {
  const { path } = await surveyed(t)
  const endless = 'CREATE VIEW endless AS SELECT range AS n FROM range(1000000000000000) WHERE hash(range) = 1'
  await withConnection(path, (connection) => connection.run(endless))
  const source = await duckdbSource(path)
  const stopping = new AbortController()
  const listing = listExportable(source, stopping.signal)
  setImmediate(() => stopping.abort(new Error('stopped by the test')))
  await t.throwsAsync(listing, { message: 'stopped by the test' })
  await source.close()
})

test('what an export may say is checked, with the way out', (t) => {
  const mistakes = (options: object) =>
    exportSchema('UTC')
      .safeParse(options)
      .error?.issues.map(({ message }) => message) ?? []
  t.regex(mistakes({}).join(), /exactly one of survey, table, view, sql; there is none/)
  t.regex(mistakes({ table: 'a', sql: 'b' }).join(), /there is table and sql/)
  t.regex(mistakes({ sql: 'a', from: '2026-11-01' }).join(), /from cannot be used with sql: write it in the statement/)
  t.regex(mistakes({ table: 'a', from: '2026-11-02', to: '2026-11-01' }).join(), /is not before to/)
  t.regex(mistakes({ table: 'a', excel: true, delimiter: "'" }).join(), /take another delimiter than '/)
  t.regex(mistakes({ table: 'a', status: 'complete' }).join(), /did you mean completed\?/)
  t.deepEqual(mistakes({ table: 'a', columns: '' }), ['names of columns, with commas between'])
  t.deepEqual(mistakes({ sql: '' }), ['a SELECT statement'])
  for (const from of ['yesterday', '2026-02-30', '2026-13-01', '2026', '2026-11-01T25:00:00Z']) {
    t.regex(mistakes({ table: 'a', from }).join(), /a day or a time, such as 2026-11-01/, from)
  }
  for (const delimiter of ['', ';;', '"', '\n', '👋']) t.is(mistakes({ table: 'a', delimiter }).length, 1, delimiter)
  const options: ExportOptions = exportSchema('UTC').parse({ table: 'a', from: '2026-11-01 10:00', bom: true })
  t.like(options, { from: { instant: '2026-11-01T10:00:00.000Z' }, delimiter: ',', bom: true, excel: false })
})

test('a period that reaches beyond the years that warehouses know ends with them', (t) => {
  const limits = (from: string, to: string, timeZone: string) => exportSchema(timeZone).parse({ table: 'a', from, to })
  const period = {
    from: { instant: '0001-01-01T00:00:00.000Z' },
    to: { instant: '9999-12-31T23:59:59.999Z', day: '9999-12-31' },
  }
  t.like(limits('0000-01-01', '9999-12-31T23:59', 'America/New_York'), period)
  t.like(limits('0000-01-01T00:00:00+14:00', '9999-12-31T23:59:00-12:00', 'UTC'), period)
})
