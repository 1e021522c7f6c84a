/** The analytic views as the grammar of BigQuery's dialect reads them. What they tell is tested on the emulator. */
import test from 'ava'
import { cstVisitor, parse } from 'sql-parser-cst'
import type { Row, Table } from '../../schemas/spec.ts'
import { columnNames } from '../../schemas/tables/views.ts'
import { tables } from '../../schemas/tables.ts'
import { type MetricQuestions, UNNAMED, UNSET_MODELS, type View } from '../../schemas/views/spec.ts'

import { bigqueryDialect } from '../../src/destinations/bigquery/dialect.ts'
import { catalogOf } from '../../src/destinations/catalog.ts'
import { planViews } from '../../src/destinations/view-plan.ts'
import { flattened } from '../support/flattening.ts'
import { HOSTILE, hostileEvents } from '../support/hostile-surveys.ts'

const sql = bigqueryDialect((table) => ({ project: 'my-project', dataset: 'refiner', table }))

function planned(events: readonly object[], questions: MetricQuestions = UNNAMED): readonly View[] {
  const tables: Readonly<Record<string, readonly Row[]>> = flattened(...events).rows
  const catalog = catalogOf({ tables, context: [] })
  return planViews(catalog, new Map(), {
    models: { ...UNSET_MODELS, questions },
    surveys: 'all',
    sql,
    now: '2026-01-01T00:00:00.000000Z',
  }).views
}

interface Read {
  readonly statements: number
  readonly relations: ReadonlySet<string>
  readonly strings: ReadonlySet<string>
}

/** What a query reads, and its string constants. */
function read(query: string): Read {
  const relations = new Set<string>()
  const strings = new Set<string>()
  const program = parse(query, { dialect: 'bigquery', includeRange: true })
  cstVisitor({
    string_literal: ({ value }) => void strings.add(value),
    member_expr: ({ range = [0, 0] }) => {
      const [project, , table] = query.slice(...range).split('.')
      if (project === '`my-project`' && table !== undefined) relations.add(table.replaceAll('`', ''))
    },
  })(program)
  const statements = program.statements.filter(({ type }) => type !== 'empty').length
  return { statements, relations, strings }
}

const views = planned(hostileEvents())
const known = new Set([...tables, columnNames, ...views].map(({ name }: Pick<Table, 'name'>) => name))

for (const view of views) {
  test(`${view.name} is one query, of printable ASCII, that reads tables and views of ours alone`, (t) => {
    const query = view.query(sql)
    t.regex(query, /^[\x20-\x7E\n]*$/)
    const { statements, relations } = read(query)
    t.is(statements, 1)
    t.deepEqual(
      [...relations].filter((name) => !known.has(name)),
      [],
    )
  })
}

test('a name of a question or an attribute stands in a survey as a whole constant, whatever is in it', (t) => {
  const survey = views.find(({ name }) => name.startsWith('survey_') && name !== 'survey_funnel')
  const { strings } = read(survey?.query(sql) ?? '')
  for (const name of HOSTILE) t.true(strings.has(name), JSON.stringify(name))
})

const scored = (question: string) => ({ question, scale: [1, 10] }) as const

test('names in the config and of attributes are whole constants in the models', (t) => {
  const models = planned(hostileEvents(), { nps: [], csat: [], ces: HOSTILE.map(scored) })
  for (const name of ['score_questions', 'scores', 'ces', 'ces_by_attribute']) {
    const { strings } = read(models.find((view) => view.name === name)?.query(sql) ?? '')
    for (const text of HOSTILE) t.true(strings.has(text), `${name}: ${JSON.stringify(text)}`)
  }
})

test('a view by attribute has the scores once: whatever stands in a query again, BigQuery reads again', (t) => {
  const models = planned(hostileEvents())
  for (const name of ['nps_by_attribute', 'csat_by_month_and_attribute']) {
    const query = models.find((view) => view.name === name)?.query(sql) ?? ''
    t.is(query.split(sql.relation('score_questions')).length - 1, 1, name)
  }
})

test('without any attribute the models are queries as well', (t) => {
  for (const view of planned([])) t.is(read(view.query(sql)).statements, 1)
})

test('a column is named as in the view, and by its name alone', (t) => {
  for (const view of views) for (const name of Object.keys(view.columns)) t.regex(name, /^[a-z_][a-z0-9_]{0,299}$/)
})

test('what does not fit a query of 256 K characters is left out, and the description says how much', (t) => {
  const many = Array.from({ length: 4000 }, (_, at) => [`attribute number ${at} 'of many'`, at])
  const [event] = hostileEvents()
  const wide = planned([{ ...event, attributes: Object.fromEntries(many) }])
  for (const name of ['nps_by_attribute', 'ces_by_month_and_attribute']) {
    const view = wide.find((each) => each.name === name)
    const query = view?.query(sql) ?? ''
    t.true(query.length > 200_000 && query.length <= 250_000, `${query.length}`)
    const left = Number(/; (\d+) more attributes do not fit/.exec(view?.description ?? '')?.[1])
    // Each stands there as a name and as a member; those of the account come after, and have no room.
    const stands = (query.match(/attribute number/g) ?? []).length / 2
    // Those of hostile names come first: of some the names say that they make no groups.
    t.true(stands + left >= 4000 && stands + left <= 4000 + HOSTILE.length, `${stands} and ${left}`)
  }
  const survey = wide.find(({ name }) => name.startsWith('survey_') && name !== 'survey_funnel')
  t.true((survey?.query(sql).length ?? 0) <= 250_000)
  t.regex(survey?.description ?? '', /; \d+ more columns do not fit/)
})

test('an instant is brought to the form that BigQuery reads, and what is no boolean to NULL', (t) => {
  t.is(sql.tryCast('x', 'boolean'), "CASE x WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END")
  t.regex(sql.tryCast('x', 'timestamp'), /^SAFE_CAST\((REGEXP_REPLACE\(){5}x, .* AS TIMESTAMP\)$/)
})
