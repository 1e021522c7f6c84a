/** The queries of an upgrade, at the fake: no SQL is run, the rows of the reference are read. */
import type { Cell } from '../../../schemas/spec.ts'
import { respondents } from '../../../schemas/tables/responses.ts'
import { FILLED } from '../../../schemas/views/upgrade.ts'
import { UPLOAD } from '../../../src/destinations/bigquery/fold.ts'
import type { World } from './world.ts'

const FILL = /^SELECT F\./
const ANY_UPLOAD = new RegExp(`^SELECT ${UPLOAD} FROM \`[^\`]+\`\\.\`(\\w+)\`\\.\`(\\w+)\` ORDER BY`)

/** The answer. undefined: it is another query. Every value is a text here. */
export function upgradeAnswer(world: World, sql: string): object | undefined {
  const [, dataset, table] = ANY_UPLOAD.exec(sql) ?? []
  if (table !== undefined) return answer([UPLOAD], [[world.tables.get(`${dataset}.${table}`)?.rows[0]?.[UPLOAD]]])
  if (!FILL.test(sql)) return undefined
  const rows = attributesThen(world)
  return answer(
    FILLED,
    rows.map((cells) => FILLED.map((name) => String(cells[name]))),
  )
}

/** Rows of `form_attributes` by the respondents of the reference, one for each value: numbers, and texts. */
export function attributesThen(world: World): Readonly<Record<string, Cell>>[] {
  const places = ['form_uuid', 'attributes'].map((name) => Object.keys(respondents.columns).indexOf(name))
  return (world.warehouse.tables()[respondents.name] ?? []).flatMap((row) => {
    const [form, json] = places.map((at) => row[at])
    const members: Readonly<Record<string, unknown>> = JSON.parse(typeof json === 'string' ? json : '{}')
    const had = Object.entries(members).filter(([, value]) => value !== null)
    return had.map(([name, value]) => ({
      ...Object.fromEntries(FILLED.map((column) => [column, false])),
      form_uuid: String(form),
      scope: 'user',
      name,
      [typeof value === 'number' ? 'seen_number' : 'seen_text']: true,
      event_id: '',
      row_version: '',
    }))
  })
}

const answer = (names: readonly string[], rows: readonly (readonly unknown[])[]) => ({
  jobComplete: true,
  schema: { fields: names.map((name) => ({ name })) },
  ...(rows.length > 0 && { rows: rows.map((row) => ({ f: row.map((v) => ({ v })) })) }),
})
