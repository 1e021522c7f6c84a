/** The queries of an upgrade, at the fake: no SQL is run, the rows of the reference are read. */
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
  const places = ['form_uuid', 'attributes'].map((name) => Object.keys(respondents.columns).indexOf(name))
  const rows = (world.warehouse.tables()[respondents.name] ?? []).flatMap((row) => {
    const [form, json] = places.map((at) => row[at])
    const names = Object.keys(JSON.parse(typeof json === 'string' ? json : '{}'))
    return names.map((name) => ({
      form_uuid: form,
      scope: 'user',
      name,
      seen_text: 'true',
      event_id: '',
      row_version: '',
    }))
  })
  return answer(
    FILLED,
    rows.map((cells) =>
      FILLED.map((name) => Object.entries(cells).find(([column]) => column === name)?.[1] ?? 'false'),
    ),
  )
}

const answer = (names: readonly string[], rows: readonly (readonly unknown[])[]) => ({
  jobComplete: true,
  schema: { fields: names.map((name) => ({ name })) },
  ...(rows.length > 0 && { rows: rows.map((row) => ({ f: row.map((v) => ({ v })) })) }),
})
