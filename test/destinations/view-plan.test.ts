import test from 'ava'
import { UNSET_MODELS } from '../../schemas/views/spec.ts'
import type { Catalog } from '../../src/destinations/catalog.ts'
import { duckdbDialect } from '../../src/destinations/duckdb/dialect.ts'
import { planViews } from '../../src/destinations/view-plan.ts'

const NOTHING: Catalog = {
  forms: [],
  questions: [],
  items: [],
  attributes: [],
  formAttributes: [],
  names: [],
  context: new Set(),
}
const NOW = '2026-11-24T06:00:00.000000Z'

const planned = (catalog: Partial<Catalog>) =>
  planViews({ ...NOTHING, ...catalog }, new Map(), {
    models: UNSET_MODELS,
    surveys: 'all',
    sql: duckdbDialect,
    now: NOW,
  })

/** The names that are new, as `scope name`. */
const given = (catalog: Partial<Catalog>) =>
  planned(catalog).changed.map(({ scope, columnName }) => `${scope} ${columnName}`)

test('a survey or attribute of whose name nothing is left is named by its digest, never by the prefix alone', (t) => {
  const forms = ['😀', '評価', '', null].map((name, at) => ({ formUuid: `form-${at}`, name, version: '' }))
  const formAttributes = (['user', 'account'] as const).map((scope) => {
    return { formUuid: 'form-0', scope, name: '評価', kinds: 0 }
  })
  const names = given({ forms, formAttributes })
  const [account, user, ...surveys] = names
  t.regex(user ?? '', /^user attribute_[0-9a-f]{8}$/)
  t.regex(account ?? '', /^account account_[0-9a-f]{8}$/)
  t.is(surveys.length, 4)
  for (const survey of surveys) t.regex(survey, /^survey survey_[0-9a-f]{8}$/)
  t.deepEqual(given({ forms, formAttributes }), names)
})

test('a name that was given stays, whatever the rules have become', (t) => {
  const names = [
    {
      scope: 'survey',
      formUuid: 'form-0',
      name: '',
      item: '',
      columnName: 'survey',
      givenAt: NOW,
      valueType: null,
      isList: null,
    },
  ] as const
  const { changed, views } = planned({ forms: [{ formUuid: 'form-0', name: '😀', version: '' }], names })
  t.deepEqual(changed, [])
  t.is(views.at(-1)?.name, 'survey')
})

test('a question may have a name that is the prefix of attributes', (t) => {
  const items = ['account', 'attribute', 'survey'].map((name) => {
    return { formUuid: 'form-0', name, item: '', isList: false, valueType: 'text', kinds: 16, position: null } as const
  })
  const forms = [{ formUuid: 'form-0', name: 'NPS', version: '' }]
  t.deepEqual(given({ forms, items }), [
    'survey survey_nps',
    'question account',
    'question attribute',
    'question survey',
  ])
})
