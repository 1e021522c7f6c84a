/** How rows of one key become one, and how children follow their owner. */
import type { Cell, Table } from '../../schemas/spec.ts'
import { attributes, forms, questions } from '../../schemas/tables/catalog.ts'
import { responses, responseTags } from '../../schemas/tables/responses.ts'
import { column, records, row } from '../support/rows.ts'
import { type Load, type Make, withWarehouse } from './with-warehouse.ts'

type Cells = Readonly<Record<string, Cell>>

const form = (row_version: string, name: string | null): Cells => ({
  form_uuid: 'f',
  name,
  event_id: name,
  row_version,
})
const response = (row_version: string, status: string, answers_version: string, answers: string | null): Cells => ({
  response_uuid: 'r',
  status,
  row_version,
  answers,
  answers_version,
})
const attribute = (row_version: string, value_type: string | null): Cells => ({
  scope: 'user',
  name: 'n',
  value_type,
  row_version,
})
const question = (row_version: string, is_list: boolean, title: string | null): Cells => ({
  form_uuid: 'f',
  question: 'q',
  is_list,
  title,
  row_version,
})

/** A sentence, rows of one key in the order of loading, and the row that they end in. */
type Case = readonly [title: string, first: Cells, second: Cells, end: Cells]

const FORMS: readonly Case[] = [
  ['a higher version replaces the row', form('1', 'a'), form('2', 'b'), form('2', 'b')],
  ['an older row after a newer changes nothing', form('2', 'b'), form('1', 'a'), form('2', 'b')],
  ['of equal versions the first stays', form('1', 'a'), form('1', 'b'), form('1', 'a')],
  ['versions compare as text', form('1|9', 'a'), form('1|10', 'b'), form('1|9', 'a')],
]
const RESPONSES: readonly Case[] = [
  [
    'an absent collection keeps what is known',
    response('1', 'seen', '1', '{"a":1}'),
    response('2', 'completed', '', null),
    response('2', 'completed', '1', '{"a":1}'),
  ],
  [
    'a row takes scalars and a collection from different events',
    response('3', 'completed', '', null),
    response('1', 'seen', '1', '{"a":1}'),
    response('3', 'completed', '1', '{"a":1}'),
  ],
  [
    'an emptied collection is newer than a full one',
    response('2', 'seen', '2', '{}'),
    response('1', 'seen', '1', '{"a":1}'),
    response('2', 'seen', '2', '{}'),
  ],
]
const ATTRIBUTES: readonly Case[] = [
  ['an equal type stays', attribute('1', 'number'), attribute('2', 'number'), attribute('2', 'number')],
  ['no type widens nothing', attribute('1', 'number'), attribute('2', null), attribute('2', 'number')],
  ['a type replaces none', attribute('2', null), attribute('1', 'number'), attribute('2', 'number')],
  ['different types widen to text', attribute('2', 'number'), attribute('1', 'boolean'), attribute('2', 'text')],
]
const QUESTIONS: readonly Case[] = [
  ['what was true stays true', question('1', true, 'T'), question('2', false, 'U'), question('2', true, 'U')],
  ['what comes late and is true counts', question('2', false, 'T'), question('1', true, 'U'), question('2', true, 'T')],
  ['null never empties a cell', question('1', false, 'T'), question('2', false, null), question('2', false, 'T')],
  ['an older row fills a cell', question('2', false, null), question('1', false, 'T'), question('2', false, 'T')],
]

export function mergesStates(kind: string, make: Make): void {
  const declare = (name: string, table: Table, cases: readonly Case[]) => {
    for (const [title, first, second, end] of cases) {
      withWarehouse(`${kind}: ${title}`, make, async (t, { tables }, load) => {
        await load({ [name]: [row(table, first)] })
        await load({ [name]: [row(table, second)] })
        t.like(records(await tables(), table), [end])
      })
    }
  }
  declare('forms', forms, FORMS)
  declare('responses', responses, RESPONSES)
  declare('attributes', attributes, ATTRIBUTES)
  declare('questions', questions, QUESTIONS)

  withWarehouse(`${kind}: null of a higher version replaces a value`, make, async (t, { tables }, load) => {
    await load({ forms: [row(forms, { form_uuid: 'f', name: 'a', row_version: '1' })] })
    await load({ forms: [row(forms, { form_uuid: 'f', name: null, row_version: '2' })] })
    t.deepEqual(column(await tables(), forms, 'name'), [null])
  })
}

const owner = (key: string, row_version: string, tags_version: string) =>
  row(responses, { response_uuid: key, row_version, tags_version })
const tag = (key: string, name: string, row_version: string) =>
  row(responseTags, { response_uuid: key, tag_uuid: name, tag_name: `${name}${row_version}`, row_version })

const OLD = {
  responses: [owner('r', '1', '1'), owner('untagged', '1', '')],
  response_tags: [tag('r', 'a', '1'), tag('r', 'b', '1')],
}
const NEW = { responses: [owner('r', '2', '2')], response_tags: [tag('r', 'b', '2'), tag('r', 'c', '2')] }
const EMPTIED = { responses: [owner('r', '2', '2')] }
const ABSENT = { responses: [owner('r', '2', '')] }
const SAME = { responses: [owner('r', '2', '1')], response_tags: [tag('r', 'c', '1')] }
const NEW_IN_OLD = { responses: [owner('r', '0', '2')], response_tags: [tag('r', 'c', '2')] }
const OTHER = { responses: [owner('untagged', '1', '1')], response_tags: [tag('untagged', 'z', '1')] }

/** A sentence, batches in the order of loading, and the tags that they end in. */
const CHILDREN: readonly (readonly [title: string, batches: readonly Parameters<Load>[0][], end: readonly string[]])[] =
  [
    ['a removed tag disappears, a kept one is renewed, a new one comes', [OLD, NEW], ['b2', 'c2']],
    ['an empty collection clears', [OLD, EMPTIED], []],
    ['an absent collection keeps the children', [OLD, ABSENT], ['a1', 'b1']],
    ['an older collection after a newer changes nothing', [NEW, OLD], ['b2', 'c2']],
    ['an older collection does not fill an emptied one', [EMPTIED, OLD], []],
    ['an older collection fills an absent one', [ABSENT, OLD], ['a1', 'b1']],
    ['a collection of the same version changes nothing', [OLD, SAME], ['a1', 'b1']],
    ['a newer collection comes with an older row', [OLD, NEW_IN_OLD], ['c2']],
    ['children of others stay', [OLD, OTHER], ['a1', 'b1', 'z1']],
    ['a collection that was newest stays so after many', [OLD, NEW, ABSENT, SAME, OLD], ['b2', 'c2']],
  ]

export function replacesChildren(kind: string, make: Make): void {
  for (const [title, batches, end] of CHILDREN) {
    withWarehouse(`${kind}: ${title}`, make, async (t, { tables }, load) => {
      for (const rows of batches) await load(rows)
      t.deepEqual(column(await tables(), responseTags, 'tag_name'), end)
    })
  }
}
