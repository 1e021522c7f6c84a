/** What the product made and asked at the fake BigQuery, out of its requests: so whatever it is that it makes, it is here. */
import { at, listAt, textAt } from '../../support/bigquery/answers.ts'
import { parts } from '../../support/bigquery/uploads.ts'
import type { FakeBigquery } from '../../support/fake-bigquery.ts'

/** A table that was made, or a view by its query. */
export interface Relation {
  readonly dataset: string
  readonly name: string
  /** Of a view: none, they are what its query gives. */
  readonly fields: readonly { readonly name: string; readonly type: string }[]
  /** Of a table: ''. */
  readonly query: string
}

export interface Made {
  /** All that was ever made, also what was dropped since; by `dataset.name`, in the newest form. */
  readonly relations: ReadonlyMap<string, Relation>
  /** Every statement and script, also the queries of views. */
  readonly statements: ReadonlySet<string>
}

export function madeAt({ requests }: FakeBigquery): Made {
  const relations = new Map<string, Relation>()
  const statements = new Set<string>()
  const note = (dataset: string, name: string, metadata: unknown) => {
    const key = `${dataset}.${name}`
    const query = textAt(metadata, 'view', 'query') || (relations.get(key)?.query ?? '')
    const given = listAt(metadata, 'schema', 'fields').map((field) => ({
      name: textAt(field, 'name'),
      type: textAt(field, 'type'),
    }))
    const fields = query !== '' ? [] : given.length > 0 ? given : (relations.get(key)?.fields ?? [])
    relations.set(key, { dataset, name, fields, query })
  }
  for (const { step, request } of requests) {
    const { headers, body, url } = request
    if (step === 'upload') {
      const load = at(parts(body, String(headers['content-type'])).metadata, 'configuration', 'load')
      const into = at(load, 'destinationTable')
      note(textAt(into, 'datasetId'), textAt(into, 'tableId'), load)
      continue
    }
    if (body.length === 0) continue
    const asked: unknown = JSON.parse(body.toString())
    for (const sql of queriesIn(asked)) statements.add(sql)
    if (step === 'table insert')
      note(textAt(asked, 'tableReference', 'datasetId'), textAt(asked, 'tableReference', 'tableId'), asked)
    const [, dataset = '', name = ''] = /\/datasets\/([^/]+)\/tables\/([^/]+)$/.exec(url.pathname) ?? []
    if (step === 'table patch') note(decodeURIComponent(dataset), decodeURIComponent(name), asked)
  }
  return { relations, statements }
}

/** What stands under the name `query`, at any depth. */
function queriesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) =>
    name === 'query' && typeof member === 'string' ? [member] : queriesIn(member),
  )
}
