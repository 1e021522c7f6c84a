import { dirname } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { withConnection } from '../support/duckdb-warehouse.ts'
import { run } from '../support/process.ts'
import { answer, answers } from '../support/survey-answers.ts'
import { viewWarehouse } from '../support/view-warehouse.ts'

const OTHER = { uuid: '44780fd0-2c11-11ec-8f58-7bd83b655011', name: 'Other' }

/** Asks about a survey that changed its answers, and another one. */
async function asked(t: ExecutionContext) {
  const warehouse = await viewWarehouse(t)
  await warehouse.load(...answers(20, (number) => ({ rating: number, nps: number % 11 })))
  await warehouse.load(
    ...answers(30, () => ({ rating: 'none', nps: ['9', '10'] }), 20),
    answer(50, { why: 'x' }, { attributes: { seats: 3 } }),
    answer(51, { q: true }, { form: OTHER }),
  )
  const dataDir = dirname(warehouse.path)
  const columns = (args: readonly string[], env = {}) => run(t, 'scripts/columns.ts', { args, dataDir, env })
  return { ...warehouse, columns }
}

test('columns are told with their types, whether these are given, what fits, and what a setting would change', async (t) => {
  const { columns } = await asked(t)
  const { code, output } = await columns([])
  t.is(code, 0)
  t.deepEqual(
    output
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('---'))
      .map((line) => line.split(/ {2,}/).map((cell) => cell.trim())),
    [
      ['view', 'column', 'type', 'state', 'answers', 'fit', 'do not fit', 'would be'],
      ['survey_other', 'q', 'boolean', 'open', '1', '1', '0'],
      ['survey_s', 'nps', 'number', 'given', '50', '20', '30', 'list: COLUMN_TYPES=survey_s.nps=list'],
      ['survey_s', 'rating', 'number', 'given', '50', '20', '30', 'text: COLUMN_TYPES=survey_s.rating=text'],
      ['survey_s', 'why', 'text', 'open', '1', '1', '0'],
      ['(all)', 'attribute_seats', 'number', 'open', '1', '1', '0'],
    ],
  )
})

test('of one survey only its columns are told, as JSON as well, with what the settings say', async (t) => {
  const { columns } = await asked(t)
  const COLUMN_TYPES = 'survey_s.rating=text,survey_s.gone=number'
  const { code, output, errors } = await columns(['--survey', 'S', '--json'], { COLUMN_TYPES })
  t.is(code, 0)
  const { columns: told, unknown } = JSON.parse(output)
  t.deepEqual(
    told.map(({ column }: { column: string }) => column),
    ['nps', 'rating', 'why', 'attribute_seats'],
  )
  t.like(told[1], { view: 'survey_s', of: 'rating', type: 'text', state: 'setting', fit: 50, misfit: 0, change: null })
  t.deepEqual(unknown, ['survey_s.gone'])
  t.regex(errors, /COLUMN_TYPES names survey_s\.gone: no view has such a column/)
})

test('help says what the words mean, and a warehouse of an older version what to do', async (t) => {
  const { columns, path } = await asked(t)
  const { output } = await columns(['--help'])
  t.regex(output, /given {4}from 20 answers on: it stays/)
  await withConnection(path, (connection) => connection.run('ALTER TABLE column_names DROP COLUMN value_type'))
  const { code, errors } = await columns([])
  t.is(code, 1)
  t.regex(errors, /keeps no types of columns yet; npm run load makes them, or npm start with its first load/)
  const warehouse = await viewWarehouse(t, {}, path)
  // No event is needed.
  await warehouse.refresh()
  t.is((await columns([])).code, 0)
})
