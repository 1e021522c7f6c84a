/** Values as hostile as survey texts and attributes can be come back exactly as they went in. */
import type { Cell } from '../../schemas/spec.ts'
import { forms as formsTable } from '../../schemas/tables/catalog.ts'
import { webhookEvents } from '../../schemas/tables/log.ts'
import { userAttributes, users } from '../../schemas/tables/people.ts'
import { row, rowsIn, sorted } from '../support/rows.ts'
import { comparable } from '../support/warehouses.ts'
import { type Make, withWarehouse } from './with-warehouse.ts'

const SPACES = ['', ' ', ' lead', 'trail ', '\t', '\n', '\r', '\r\n', 'a\nb', 'a\rb', 'a\r\nb\r\n', '\u2028', '\u0085']
const CONTROLS = ['\0', 'a\0b', '\0a'.repeat(700), '\u0001', '\uFEFFbom', '\u007F']
const QUOTES = [
  '"',
  '""',
  '"a"',
  "'",
  "''",
  '`',
  '\\',
  '\\N',
  '\\"',
  ',',
  ';',
  '|',
  ',"\r\n',
  '$1',
  '$$',
  '--',
  '/* */',
  '#',
]
const LOOKALIKES = ['null', 'NULL', 'NaN', 'true', '007', '1e5', '-0', '2024-01-01', '=1+1', '+1', '-1', '@a']
const NAMES = ['__proto__', 'constructor', 'toString', 'select', 'user_uuid', "');DROP TABLE users;--"]
const SCRIPTS = ['é', 'e\u0301', '😀', '👩‍👩‍👧', '日本語', 'עברית']

/** Texts that break quoting, encodings, line reading, or type guessing. */
export const NASTY_TEXTS: readonly string[] = [SPACES, CONTROLS, QUOTES, LOOKALIKES, NAMES, SCRIPTS].flat()

const NUMBERS = [
  0,
  -0,
  0.1,
  -1.5,
  1e308,
  -1e308,
  5e-324,
  1.7976931348623157e308,
  2 ** 53 - 1,
  -(2 ** 53) + 1,
  1 / 3,
  1e21,
]
const TIMES = ['0001-01-01T00:00:00.000000Z', '1969-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z']
const JSON_TEXTS = [
  '{}',
  '[]',
  '{"a":"é😀\\u0000\\n\\"","":[1,1.0,-0,1e2,"1e400"]}',
  '{"b":{"d":[],"c":{}},"a":[null,true,{"":""}]}',
  ' { "a" : 1 } ',
  '"text"',
  '0',
]
/** Whose value is a matter of opinion: a name twice, and a null that may be none at all. No payload is one of these. */
const JSON_ODDITIES = ['{"b":1,"a":2,"b":3}', 'null']

const attribute = (name: string, cells: Readonly<Record<string, Cell>>) =>
  row(userAttributes, { user_uuid: 'u', name, row_version: '1', ...cells })

export function keepsValues(kind: string, make: Make): void {
  const owner = row(users, { user_uuid: 'u', row_version: '1', attributes_version: '1' })

  const comeBack = (title: string, attributes: ReturnType<typeof attribute>[]) =>
    withWarehouse(`${kind}: ${title} come back exactly`, make, async (t, warehouse, load) => {
      await load({ users: [owner], user_attributes: attributes })
      const found = (await warehouse.tables())[userAttributes.name] ?? []
      const sent = comparable(warehouse, sorted({ [userAttributes.name]: attributes }))[userAttributes.name] ?? []
      t.is(found.length, sent.length)
      for (const [at, cells] of sent.entries()) {
        for (const [index, cell] of cells.entries()) {
          if (!Object.is(found[at]?.[index], cell)) t.is(found[at]?.[index], cell, JSON.stringify(cells).slice(0, 200))
        }
      }
    })

  comeBack(
    'hostile names and texts',
    NASTY_TEXTS.map((text) => attribute(text, { value: text })),
  )
  comeBack(
    'numbers',
    NUMBERS.map((number, at) => attribute(`n${at}`, { value: String(number), value_number: number })),
  )
  comeBack(
    'times',
    TIMES.map((time) => attribute(time, { value_timestamp: time, created_on: time.slice(0, 10) })),
  )
  comeBack(
    'booleans',
    [true, false, null].map((value) => attribute(String(value), { value_boolean: value })),
  )
  comeBack('texts of a megabyte', [
    attribute('long', { value: 'x'.repeat(1_000_000) }),
    attribute('quotes and lines', { value: '"\r\n,é😀'.repeat(120_000) }),
    attribute('y'.repeat(300), { value: '"'.repeat(1_000_000) }),
  ])

  withWarehouse(`${kind}: an empty text is not null`, make, async (t, { tables }, load) => {
    const empty = row(users, { user_uuid: 'empty', email: '', row_version: '1' })
    const missing = row(users, { user_uuid: 'missing', email: null, row_version: '1' })
    await load({ users: [empty, missing] })
    t.deepEqual((await tables())[users.name], [empty, missing])
  })

  withWarehouse(`${kind}: JSON keeps its text, or at least its value`, make, async (t, warehouse, load) => {
    const texts = warehouse.json === 'value' ? JSON_TEXTS : [...JSON_TEXTS, ...JSON_ODDITIES]
    const events = texts.map((payload, at) => row(webhookEvents, { event_id: String(at), payload }))
    await load({ webhook_events: events })
    const [found, sent] = [await warehouse.tables(), sorted({ [webhookEvents.name]: events })]
    t.deepEqual(rowsIn(comparable(warehouse, found), webhookEvents), rowsIn(comparable(warehouse, sent), webhookEvents))
  })

  withWarehouse(
    `${kind}: keys that differ in case, form or NUL are different keys`,
    make,
    async (t, { tables }, load) => {
      const names = ['a', 'A', 'a ', 'a\0', 'é', 'e\u0301', '\0'.repeat(1000)]
      await load({ users: [owner], user_attributes: names.map((name) => attribute(name, { value: name })) })
      t.is((await tables())[userAttributes.name]?.length, names.length)
      // Names and owners are keys that a second batch looks for.
      const forms = names.map((name) => row(formsTable, { form_uuid: name, row_version: '1' }))
      const people = names.map((name) => row(users, { user_uuid: name, row_version: '1', attributes_version: '1' }))
      for (const _ of [1, 2]) await load({ forms, users: people })
      t.is((await tables())[formsTable.name]?.length, names.length)
    },
  )
}
