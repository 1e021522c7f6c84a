import test from 'ava'
import { UNSET_MODELS } from '../../schemas/views/spec.ts'
import { modelViews } from '../../schemas/views.ts'
import { bigqueryDialect } from '../../src/destinations/bigquery/dialect.ts'
import { levelsOf } from '../../src/destinations/view-levels.ts'

const sql = bigqueryDialect((table) => ({ project: 'a-project', dataset: 'refiner', table }))

test('each model is made after those that it reads, and side by side with those that it does not', (t) => {
  const models = modelViews({ ...UNSET_MODELS, attributes: { user: ['plan'], account: [], left: 0 } })
  const views = models.map((view) => ({ name: view.name, query: view.query(sql) }))
  const levels = levelsOf(views, sql.relation).map((level) => level.map(({ name }) => name))
  t.deepEqual(levels.flat().toSorted(), views.map(({ name }) => name).toSorted())
  t.true(levels.length > 2 && levels.length < 7, `${levels.length}`)
  const made = new Set<string>()
  for (const level of levels) {
    for (const name of level) {
      const query = views.find((view) => view.name === name)?.query ?? ''
      const unmade = views.filter((other) => !made.has(other.name) && query.includes(sql.relation(other.name)))
      t.deepEqual(
        unmade.map((other) => other.name),
        [],
        name,
      )
    }
    for (const name of level) made.add(name)
  }
})
