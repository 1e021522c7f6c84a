/** Everything that is asked of BigQuery, as its own analyzer reads it, on the tables and views that the product makes. */
import test, { type ExecutionContext } from 'ava'
import { columnNames } from '../../schemas/tables/views.ts'
import { tables } from '../../schemas/tables.ts'
import { check } from '../../src/destinations/bigquery/checks.ts'
import { letFollow } from '../../src/destinations/bigquery/resync.ts'
import type { RowBatch } from '../../src/flatten/rows.ts'
import {
  destinationOn,
  fakeFor,
  idOf,
  loadsExactly,
  makeOlder,
  numbered,
  optionsOn,
  unstopped,
} from '../support/bigquery/loading.ts'
import { hostileEvents } from '../support/hostile-surveys.ts'
import { type Analysis, analysisOf, DATASET, type Refusal, refused } from './analysis.ts'
import { startGooglesql } from './engine/googlesql.ts'
import { documented } from './sent/documented.ts'
import { type Made, madeAt } from './sent/made.ts'
import { askedOf } from './sent/reading.ts'
import {
  inBatches,
  livedThrough,
  loadedFake,
  NAMED,
  ofManyDays,
  type Settings,
  samples,
  wide,
  ZONED,
} from './sent/traffic.ts'

const MODES = ['merge', 'append'] as const

const googlesql = await startGooglesql(console.log)
test.after.always(googlesql.stop)

/** None of these statements, and no view, is refused. @returns how many there are */
async function noneRefused(t: ExecutionContext, analysis: Analysis, statements: ReadonlySet<string>): Promise<number> {
  const { analyzed, refusals } = await refused(analysis, statements)
  t.deepEqual([...analysis.refusals, ...refusals].map(shown), [])
  t.true(analyzed >= statements.size)
  t.log(`${analyzed} statements`)
  return analyzed
}

/** With what stands where GoogleSQL stopped: statements have up to 250,000 characters. */
function shown({ sql, reason }: Refusal): string {
  const [, line = '1', column = '1'] = /\[at (\d+):(\d+)\]/.exec(reason) ?? []
  const start = Math.max(0, Number(column) - 200)
  return `${reason}: ${sql.split('\n')[Number(line) - 1]?.slice(start, start + 400)}`
}

/** Each kind of a table's or view's name that the model has. */
function madeAll(t: ExecutionContext, { relations }: Made): void {
  for (const { name } of [...tables, columnNames]) t.true(relations.has(`${DATASET}.${name}`), name)
  t.true([...relations.values()].filter(({ query }) => query !== '').length >= 10)
}

async function sampled(t: ExecutionContext, mode: (typeof MODES)[number]) {
  const made = madeAt(await loadedFake(t, inBatches(samples(300), 300), { mode }))
  return { made, analysis: await analysisOf(googlesql, made) }
}

const TRAFFIC: Readonly<Record<string, { batches: () => readonly RowBatch[]; settings?: Settings }>> = {
  samples: { batches: () => inBatches(samples(300), 60), settings: ZONED },
  'surveys that name everything unkindly': { batches: () => inBatches(hostileEvents(), 14), settings: NAMED },
  'surveys that are lived through': { batches: () => livedThrough(25) },
  'batches of few and of many days': { batches: () => inBatches(ofManyDays(700), 600) },
  'a survey that is too wide': { batches: () => inBatches([wide(4000)], 1) },
}

for (const mode of MODES) {
  for (const [title, { batches, settings }] of Object.entries(TRAFFIC)) {
    test.serial(`in ${mode} mode no statement is refused that comes of ${title}`, async (t) => {
      const fake = await loadedFake(t, batches(), { mode, ...settings })
      const made = madeAt(fake)
      madeAll(t, made)
      // A script in merge mode has ten statements and more; append mode sends little but the queries of views.
      const floor = mode === 'merge' ? 10 * fake.commits().length : made.statements.size
      t.true((await noneRefused(t, await analysisOf(googlesql, made), made.statements)) >= floor)
    })
  }

  test.serial(
    `in ${mode} mode no statement of checks, of a resync and of a batch that comes again is refused`,
    async (t) => {
      const fake = await fakeFor(t)
      const options = optionsOn(fake, { mode })
      for await (const { verdict, said } of check(options, { make: true })) t.not(verdict, 'fail', said)
      const record = await destinationOn(fake, { mode }).load(numbered(1), unstopped())
      t.is(await destinationOn(fake, { mode }).withdraw(idOf(2), unstopped()), undefined)
      await letFollow(options, idOf(2), record)
      for (const _ of [1, 2]) await loadsExactly(t, fake, 2, mode)
      const made = madeAt(fake)
      t.true((await noneRefused(t, await analysisOf(googlesql, made), made.statements)) >= (mode === 'merge' ? 20 : 10))
    },
  )

  test.serial(`in ${mode} mode no statement of an upgrade is refused`, async (t) => {
    const [before, after] = inBatches(hostileEvents(), 14)
    if (before === undefined || after === undefined) return t.fail()
    const fake = await loadedFake(t, [before], { mode })
    await makeOlder(fake, mode, before)
    const destination = destinationOn(fake, { mode })
    await destination.load(after, unstopped())
    await destination.refreshViews?.(unstopped())
    const made = madeAt(fake)
    t.true([...made.statements].some((sql) => /^(?:MERGE .* USING \()?SELECT F\.`form_uuid`/.test(sql)))
    await noneRefused(t, await analysisOf(googlesql, made), made.statements)
  })

  test.serial(`in ${mode} mode nothing is refused that exports, reports and counts ask`, async (t) => {
    const { made, analysis } = await sampled(t, mode)
    const there = [...made.relations.values()].filter(({ dataset }) => dataset === DATASET)
    const relations = there.map(({ name }) => ({ name, columns: analysis.columns.get(`${DATASET}.${name}`) ?? [] }))
    const survey = relations.find(({ name }) => /^survey_(?!funnel$)/.test(name))
    const asked = await askedOf(t, relations, survey?.name ?? '')
    // A read of each, but of what is hidden; the surveys, the counts.
    t.true((await noneRefused(t, analysis, asked)) > tables.length + 2)
  })

  test.serial(`in ${mode} mode nothing is refused that the documents have people ask`, async (t) => {
    const pages = documented()
    t.true(new Set(pages.map(({ page }) => page)).size >= 2)
    const { analysis } = await sampled(t, mode)
    t.true((await noneRefused(t, analysis, new Set(pages.map(({ sql }) => sql)))) >= 10)
  })
}

test.serial('a wrong statement is refused, and so is a view, with the reason', async (t) => {
  const { relations, statements } = madeAt(await loadedFake(t, inBatches(samples(20), 20)))
  const reads = {
    dataset: DATASET,
    name: 'wrong',
    fields: [],
    query: 'SELECT F.nme FROM `test-project`.`refiner`.`forms` AS F',
  }
  const onIt = { ...reads, name: 'on_it', query: 'SELECT * FROM `test-project`.`refiner`.`wrong`' }
  const wrong = new Map([...relations, ['refiner.wrong', reads], ['refiner.on_it', onIt]])
  const analysis = await analysisOf(googlesql, { relations: wrong, statements })
  t.deepEqual(
    analysis.refusals.map(({ sql }) => sql),
    [reads.query, onIt.query],
  )
  t.regex(analysis.refusals[0]?.reason ?? '', /Name nme not found inside F/)

  const others = [
    // BigQuery compares no text with a number, and has QUALIFY reserved.
    'SELECT * FROM forms WHERE name = 1',
    'SELECT name AS qualify FROM forms',
    'SELECT forms FROM forms',
    'SELECT name, COUNT(*) FROM forms',
    'BEGIN TRANSACTION;\nUPDATE refiner.forms SET name = 1 WHERE TRUE;\nCOMMIT TRANSACTION;\n',
    'SELECT answers = answers FROM responses',
    'MERGE refiner.forms AS T USING refiner.forms AS S ON T.form_uuid = S.form_uuid WHEN NOT MATCHED THEN INSERT (form_uuid) VALUES (S.name, 1)',
  ]
  const { refusals } = await refused(analysis, others)
  t.deepEqual(
    refusals.map(({ sql }) => sql),
    others,
  )
})
