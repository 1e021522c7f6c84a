/** Which columns are counted for their types, and what was counted. */
import { COUNTS, type Count, type Counted, RESPONDENTS } from '../../schemas/views/column-counts.ts'
import { type Catalog, questionKey } from './catalog.ts'
import type { CountsByColumn } from './column-plan.ts'
import type { Counts } from './column-types.ts'
import { keyOf } from './given-names.ts'
import type { Surveys } from './novelty.ts'

/** Columns of these surveys. @param isWanted those that have no type yet, or all */
export function countedOf(catalog: Catalog, surveys: Surveys, isWanted: 'open' | 'all'): Counted {
  const given = new Set(
    isWanted === 'all' ? [] : catalog.names.flatMap((name) => (name.valueType === null ? [] : [keyOf(name)])),
  )
  const isAsked = ({ formUuid }: { readonly formUuid: string }) => surveys === 'all' || surveys.has(formUuid)
  const items = catalog.items.filter(
    (item) =>
      isAsked(item) &&
      !catalog.context.has(questionKey(item.formUuid, item.name)) &&
      !given.has(keyOf({ ...item, scope: 'question' })),
  )
  const names = { user: new Set<string>(), account: new Set<string>() }
  for (const attribute of catalog.formAttributes) if (isAsked(attribute)) names[attribute.scope].add(attribute.name)
  const open = (scope: 'user' | 'account') =>
    [...names[scope]].filter((name) => !given.has(keyOf({ scope, formUuid: '', name, item: '' })))
  return {
    forms: [...new Set(items.map(({ formUuid }) => formUuid))],
    questions: [...new Set(items.map(({ name }) => name))],
    attributes: { user: open('user'), account: open('account') },
  }
}

export interface Counting {
  readonly counts: CountsByColumn
  /** How many respondents were counted; undefined: no attribute was. */
  readonly respondents: number | undefined
}

/** What the query of counts gave, as a row's cell by the name of its column. */
export function countingOf(rows: readonly Readonly<Record<string, unknown>>[]): Counting {
  const counts = new Map<string, Record<Count, number>>()
  let respondents: number | undefined
  for (const row of rows) {
    const numbers = COUNTS.map((name) => [name, Number(row[name])] as const)
    const { scope } = row
    if (scope === RESPONDENTS) {
      respondents = Number(row['answers'])
      continue
    }
    const [formUuid = '', name = '', item = ''] = ['form_uuid', 'name', 'item'].map((column) =>
      String(row[column]).slice(1),
    )
    const key = keyOf({ scope: scope === 'user' || scope === 'account' ? scope : 'question', formUuid, name, item })
    const sum = counts.get(key) ?? { ...NONE }
    for (const [count, number] of numbers) sum[count] += number
    counts.set(key, sum)
  }
  return { counts, respondents }
}

const NONE: Counts = {
  answers: 0,
  none: 0,
  known: 0,
  lists: 0,
  several: 0,
  numbers: 0,
  booleans: 0,
  dates: 0,
  timestamps: 0,
  scores: 0,
}
