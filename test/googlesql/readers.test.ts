/** What exports read, executed: each column is the view's own, whatever it is called. */
import test, { type ExecutionContext } from 'ava'
import { event } from '../support/flattening.ts'
import { hostileEvents } from '../support/hostile-surveys.ts'
import { unqualified } from './analysis.ts'
import { answerOf, bothWith } from './both.ts'
import { differences } from './compare.ts'
import { startGooglesql } from './engine/googlesql.ts'
import type { Relation } from './engine/messages.ts'
import { typeName } from './engine/values.ts'
import { read, sourceOf } from './sent/reading.ts'
import { inBatches } from './sent/traffic.ts'

const googlesql = await startGooglesql(console.log)
test.after.always(googlesql.stop)

/** What an export by these options gets of tables that have these rows. */
async function exported(
  t: ExecutionContext,
  tables: ReadonlyMap<string, Relation>,
  options: object,
): Promise<Relation> {
  const there = [...tables].map(([name, relation]) => ({ name, columns: relation.columns }))
  const { source, statements } = await sourceOf(t, there)
  await read(source, options)
  const [sql = '', ...more] = statements
  t.deepEqual(more, [])
  return googlesql.execute(unqualified(sql), tables)
}

test('a column that is called as its view, or as an alias, is read as itself', async (t) => {
  const names = ['survey_nps', 'S', 'T', 'status', 'day']
  const rows = ['seen', 'completed'].map((status) =>
    ['9', 'small', 'tall', status, '2026-01-02'].map((stringValue) => ({ stringValue })),
  )
  const columns = names.map((name) => ({ name, type: { typeKind: 'TYPE_STRING' } }))
  const tables = new Map([['survey_nps', { columns, rows }]])
  const bare = await googlesql.execute('SELECT survey_nps FROM survey_nps', tables)
  t.is(typeName(bare.columns[0]?.type), 'TYPE_STRUCT')

  const period = { from: '2026-01-01', to: '2026-02-01' }
  const found = answerOf(await exported(t, tables, { view: 'survey_nps', status: ['completed'], ...period }))
  t.deepEqual(found, {
    columns: names.map((name) => ({ name, type: 'STRING' })),
    rows: [['9', 'small', 'tall', 'completed', '2026-01-02']],
  })
})

test('an export of each view has the cells of the view', async (t) => {
  const nps = event({}, { data: { survey_nps: 9, nps: 3, s: 'a', status: 'b' } })
  const { views } = await bothWith(t, googlesql, { mode: 'merge', batches: inBatches([nps, ...hostileEvents()], 40) })
  t.true(views.has('survey_nps'))
  for (const [name, relation] of views) {
    const found = answerOf(await exported(t, new Map([[name, relation]]), { view: name }))
    t.deepEqual(differences(name, answerOf(relation), found), [])
  }
})
